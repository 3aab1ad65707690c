import fc from 'fast-check';
import type oracledb from 'oracledb';
import { describe, expect, it } from 'vitest';
import type { VectorFormat } from '../../../../infra/local/oracle/column.ts';
import { useColumn, VERSIONS, WHOLE } from './fixture.ts';

const SERIALIZED = 'JSON_SERIALIZE("C" RETURNING CLOB ERROR ON ERROR)';

describe.each(VERSIONS)('on %s', (version) => {
  const { roundTrip, select, store } = useColumn(version);

  describe('JSON', () => {
    const texts = [
      '{ "a" : [1, 2.50, "x  y", true, null], "b\\"": "é😀" }',
      '"s"',
      '0',
      'null',
      '[ ]',
    ];
    const minified = ['{"a":[1,2.50,"x  y",true,null],"b\\"":"é😀"}', '"s"', '0', 'null', '[]'];

    it('is serialized without blanks, its numbers as they were written; NULL is not null', async () => {
      const values = [...texts, null];
      expect(await roundTrip({ type: 'JSON' }, values, SERIALIZED, WHOLE)).toEqual([
        ...minified,
        null,
      ]);
      expect(await roundTrip({ type: 'JSON' }, values, '"C"', WHOLE)).toEqual([...minified, null]);
    });

    it('reaches the driver as values', async () => {
      const parsed = texts.map((text) => JSON.parse(text));
      expect(await roundTrip({ type: 'JSON' }, texts)).toEqual(parsed);
    });

    it('is any value', async () => {
      const unit = fc.constantFrom('a', '"', '\\', '\0', '\n', 'é', '東', '😀');
      const key = fc.string({ unit, maxLength: 300 });
      const leaf = fc.oneof(fc.integer(), fc.string({ unit }), fc.boolean(), fc.constant(null));
      const { tree } = fc.letrec((tie) => ({
        tree: fc.oneof(
          { maxDepth: 4 },
          leaf,
          fc.array(tie('tree'), { maxLength: 5 }),
          fc.dictionary(key, tie('tree'), { maxKeys: 5, noNullPrototype: true }),
        ),
      }));
      await fc.assert(
        fc.asyncProperty(fc.array(tree, { minLength: 10, maxLength: 20 }), async (values) => {
          const table = store(
            { type: 'JSON' },
            values.map((value) => JSON.stringify(value, null, 2)),
          );
          expect(await select('"C"', table)).toEqual(values.map((value) => [value]));
          expect(await select(SERIALIZED, table, WHOLE)).toEqual(
            values.map((value) => [JSON.stringify(value)]),
          );
        }),
        { numRuns: 5 },
      );
    });

    it('refuses what is no JSON', () =>
      expect(roundTrip({ type: 'JSON' }, ['{a:1}'])).rejects.toThrow(/\.C: /));
  });

  describe('XMLTYPE', () => {
    const xml = `<a>${'é😀'.repeat(30_000)}</a>`;
    const serialized = 'XMLSERIALIZE(CONTENT "C" AS CLOB NO INDENT)';

    it('is serialized, as text or behind a locator', async () => {
      const table = store({ type: 'XMLTYPE' }, ['<x/>', null, xml]);
      const lobs = await select<oracledb.Lob | null>(serialized, table);
      const read = await Promise.all(lobs.map(([lob]) => lob?.getData() ?? null));

      expect(await select(serialized, table, WHOLE)).toEqual([['<x/>'], [null], [xml]]);
      expect(read).toEqual(['<x/>', null, xml]);
    });

    it('is not sent plainly, and no other type is serialized', async () => {
      await expect(roundTrip({ type: 'XMLTYPE' }, ['<x/>'])).rejects.toMatchObject({
        errorNum: 3115,
      });
      for (const expression of [serialized, SERIALIZED]) {
        await expect(roundTrip({ type: 'CLOB' }, ['<x/>'], expression)).rejects.toMatchObject({
          errorNum: 932,
        });
      }
    });
  });

  it('BOOLEAN arrives as a boolean, or NULL', async () => {
    const values = [true, 'false', null, false];
    expect(await roundTrip({ type: 'BOOLEAN' }, values)).toEqual([true, false, null, false]);
    await expect(roundTrip({ type: 'BOOLEAN' }, ['TRUE'])).rejects.toThrow(/no boolean/);
  });

  describe('VECTOR', () => {
    const cases: [VectorFormat, string, unknown][] = [
      ['FLOAT32', '[1, -2.5, 0.1]', Float32Array.of(1, -2.5, 0.1)],
      ['FLOAT64', '[1e-300, 0.1]', Float64Array.of(1e-300, 0.1)],
      ['INT8', '[-128, 127, 0]', Int8Array.of(-128, 127, 0)],
      ['BINARY', '[255, 0, 7]', Uint8Array.of(255, 0, 7)],
    ];

    it.each(cases)('of %s arrives as an array of its type', async (format, text, expected) => {
      const [vector, none] = await roundTrip({ type: 'VECTOR', format }, [text, null]);
      expect(vector).toEqual(expected);
      expect(none).toBeNull();
    });

    it('of any doubles arrives exactly', async () => {
      const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
      await fc.assert(
        fc.asyncProperty(fc.array(finite, { minLength: 1, maxLength: 3000 }), async (values) => {
          const column = { type: 'VECTOR', format: 'FLOAT64' } as const;
          const text = JSON.stringify(values);
          expect(await roundTrip(column, [text])).toEqual([Float64Array.from(values)]);
          expect(await roundTrip(column, [text], '"C"', WHOLE)).toEqual([text]);
        }),
        { numRuns: 10 },
      );
    });

    it.each([
      ['[]', {}],
      ['{}', {}],
      ['[1,"2"]', {}],
      ['[1e39]', {}],
      ['[1,2]', { dimensions: 3 }],
      ['[128]', { format: 'INT8' }],
      ['[1.5]', { format: 'BINARY' }],
    ] as const)('refuses %s', (text, column) =>
      expect(roundTrip({ type: 'VECTOR', ...column }, [text])).rejects.toThrow(/\.C: /),
    );
  });

  it.each(['BFILE', 'ANYDATA', 'OBJECT'] as const)('%s is listed, never read', (type) =>
    expect(roundTrip({ type }, ['x'])).rejects.toMatchObject({ errorNum: 3115 }),
  );
});

describe('on 23ai', () => {
  const { connection, store } = useColumn('23ai');

  it('a VECTOR is described with its dimensions', async () => {
    const table = store({ type: 'VECTOR', dimensions: 2, format: 'INT8' }, ['[1,2]']);
    const { metaData } = await connection().execute(`SELECT "C" FROM "C"."${table}"`);
    expect(metaData?.[0]).toMatchObject({ vectorDimensions: 2, vectorFormat: 4 });
  });
});
