import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatRowid, parseRowid } from '../../../../infra/local/oracle/rowids.ts';
import { useColumn, VERSIONS, WHOLE } from './fixture.ts';

const upTo = (max: number) => fc.integer({ min: 0, max });
const address = fc.record({
  object: upTo(2 ** 32 - 1),
  file: upTo(2 ** 10 - 1),
  block: upTo(2 ** 22 - 1),
  row: upTo(2 ** 16 - 1),
});

describe('a ROWID', () => {
  it('holds any address', () => {
    fc.assert(
      fc.property(address, (any) => {
        expect(parseRowid(formatRowid(any))).toEqual(any);
      }),
    );
  });

  it.each([
    '',
    'AAAAECAABAAAAgiAA',
    'AAAAECAABAAAAgiAAAA',
    'AAAAECAABAAAAgi-AA',
    '//////AABAAAAgiAAA',
  ])('is not %j', (text) => {
    expect(parseRowid(text)).toBeUndefined();
  });
});

describe.each(VERSIONS)('on %s', (version) => {
  const { database, roundTrip, select, store } = useColumn(version);

  it('each row has a ROWID of its own, in the order of the rows, which an update keeps', async () => {
    const table = store(
      { type: 'NUMBER' },
      Array.from({ length: 250 }, (_, i) => i),
    );
    const placeOf = (id: string) => {
      const { block = 0, row = 0 } = parseRowid(id) ?? {};
      return (block - (parseRowid(before[0] ?? '')?.block ?? 0)) * 100 + row;
    };
    const before = (await select<string>('ROWID', table)).map(([id]) => id ?? '');
    database.update(
      'C',
      table,
      ([id]) => id === '5',
      () => ['500'],
    );
    const after = await select<string>('"C", ROWID', table);

    expect(new Set(before).size).toBe(250);
    expect(before.map(placeOf)).toEqual(Array.from({ length: 250 }, (_, row) => row));
    expect(after.at(-1)).toEqual([500, before[5]]);
    expect(new Set(after.map(([, id]) => id))).toEqual(new Set(before));
  });

  it('ROWIDs of two tables never meet', async () => {
    const [[one], [other]] = [
      await roundTrip({ type: 'NUMBER' }, [1], 'ROWID'),
      await roundTrip({ type: 'NUMBER' }, [1], 'ROWID'),
    ];
    expect(one).not.toBe(other);
  });

  it('an index-organized table has logical ROWIDs, a view none', async () => {
    const columns = [{ name: 'C', type: 'NUMBER' }] as const;
    for (const kind of ['IOT', 'VIEW'] as const) {
      database.createTable({ owner: 'C', name: kind, kind, columns: [...columns] });
      database.insert('C', kind, [[7], [8]]);
    }
    const printed = [['*BADAI7MCwQL+'], ['*BADAI7MCwQP+']];

    expect(await select('ROWID', 'IOT')).toEqual(printed);
    expect(await select('ROWIDTOCHAR(ROWID)', 'IOT')).toEqual(printed);
    await expect(select('ROWID', 'VIEW')).rejects.toMatchObject({ errorNum: 1445 });
  });

  it('columns hold any physical ROWID', async () => {
    // The driver prints larger object numbers wrongly, and none at all for all zeros.
    const printable = address.map(({ object, ...rest }) => ({
      ...rest,
      object: object >>> 1 || 1,
    }));
    await fc.assert(
      fc.asyncProperty(fc.array(printable, { minLength: 30, maxLength: 60 }), async (addresses) => {
        const ids = addresses.map(formatRowid);
        expect(await roundTrip({ type: 'ROWID' }, ids)).toEqual(ids);
        expect(await roundTrip({ type: 'UROWID' }, ids)).toEqual(ids);
      }),
      { numRuns: 10 },
    );
  });

  it('UROWID holds any logical one too, and NULL', async () => {
    const logical = fc
      .uint8Array({ minLength: 1, maxLength: 900 })
      .map((bytes) => `*${Buffer.from(bytes).toString('base64').replaceAll('=', '')}`);
    await fc.assert(
      fc.asyncProperty(fc.array(logical, { minLength: 5, maxLength: 10 }), async (ids) => {
        expect(await roundTrip({ type: 'UROWID' }, [...ids, null])).toEqual([...ids, null]);
      }),
      { numRuns: 20 },
    );
  });

  it.each(['', 'x', '*', '*A', '*BAMA='])('UROWID refuses %j', async (text) => {
    const column = { type: 'UROWID', nullable: false } as const;
    await expect(roundTrip(column, [text])).rejects.toThrow(/ROWID|NULL/);
  });

  it('beside a LOB it is refused, and goes as text', async () => {
    const table = store({ type: 'CLOB' }, ['text']);
    const [[id]] = (await select('ROWID', table)) as [[string]];

    await expect(select('ROWID, "C"', table, WHOLE)).rejects.toThrow(/ORA-03115.*ROWIDTOCHAR/);
    expect(await select('ROWIDTOCHAR(ROWID) AS "R", "C"', table, WHOLE)).toEqual([[id, 'text']]);
  });

  it('columns go as text by ROWIDTOCHAR and CAST, which take nothing else', async () => {
    expect(await roundTrip({ type: 'UROWID' }, ['*BAMABA'], 'CAST("C" AS VARCHAR2(4000))')).toEqual(
      ['*BAMABA'],
    );
    expect(await roundTrip({ type: 'ROWID' }, ['AAAAECAABAAAAgiAAA'], 'ROWIDTOCHAR("C")')).toEqual([
      'AAAAECAABAAAAgiAAA',
    ]);
    await expect(roundTrip({ type: 'NUMBER' }, [1], 'ROWIDTOCHAR("C")')).rejects.toMatchObject({
      errorNum: 932,
    });
  });
});
