import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import oracledb from 'oracledb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalColumn, Value } from '../../../../infra/local/oracle/database.ts';
import { useOracle, VERSIONS } from './fixture.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const megabytes = (count: number, unit: string) => unit.repeat((count * 2 ** 20) / unit.length);

/** Fetches LOBs whole, numbers as text. */
const WHOLE: oracledb.ExecuteOptions = {
  fetchTypeHandler: ({ dbType }) => {
    if (dbType === oracledb.DB_TYPE_BLOB) return { type: oracledb.DB_TYPE_RAW };
    const isText = [oracledb.DB_TYPE_CLOB, oracledb.DB_TYPE_NCLOB, oracledb.DB_TYPE_NUMBER];
    return isText.some((type) => type === dbType) ? { type: oracledb.DB_TYPE_VARCHAR } : undefined;
  },
};

describe.each(VERSIONS)('on %s', (version) => {
  const oracle = useOracle(version);
  let connection: oracledb.Connection;
  let tables = 0;

  beforeAll(async () => {
    connection = await oracle.connect();
  });
  afterAll(() => connection.close());

  function createTable(type: Omit<LocalColumn, 'name'>, values: Value[]): string {
    const name = `T${++tables}`;
    oracle.database.createTable({ owner: 'L', name, columns: [{ ...type, name: 'C' }] });
    oracle.database.insert(
      'L',
      name,
      values.map((value) => [value]),
    );
    return `"L"."${name}"`;
  }

  async function select<T = unknown>(
    expressions: string,
    table: string,
    options: oracledb.ExecuteOptions = WHOLE,
  ): Promise<T[][]> {
    const { rows } = await connection.execute<T[]>(`SELECT ${expressions} FROM ${table}`, [], {
      ...options,
      fetchArraySize: 3,
    });
    return rows ?? [];
  }

  async function roundTrip(type: Omit<LocalColumn, 'name'>, values: Value[]): Promise<unknown[]> {
    return (await select('"C"', createTable(type, values))).map(([value]) => value);
  }

  async function locators(table: string): Promise<(oracledb.Lob | null)[]> {
    const rows = await select<oracledb.Lob | null>('"C"', table, {});
    return rows.map(([lob]) => lob ?? null);
  }

  describe('RAW', () => {
    it('travels exactly for any bytes', async () => {
      const bytes = fc.uint8Array({ minLength: 1, maxLength: 2000 });
      await fc.assert(
        fc.asyncProperty(fc.array(bytes, { minLength: 1, maxLength: 10 }), async (values) => {
          const fetched = await roundTrip({ type: 'RAW' }, values.map(hex));
          expect(fetched).toEqual(values.map((value) => Buffer.from(value)));
        }),
        { numRuns: 10 },
      );
    });

    it('is NULL when it is empty', async () => {
      expect(await roundTrip({ type: 'RAW', length: 4 }, [null, '', '00'])).toEqual([
        null,
        null,
        Buffer.of(0),
      ]);
    });

    it.each(['0', 'xx', '0 00', '0011223344'])('of four bytes refuses %j', (value) => {
      expect(() => createTable({ type: 'RAW', length: 4 }, [value])).toThrow(/T\d+\.C: the value/);
    });
  });

  describe('NVARCHAR2 and NCHAR', () => {
    it('travel exactly for any unicode', async () => {
      const unicode = fc.string({ unit: 'binary', minLength: 1, maxLength: 1000 });
      await fc.assert(
        fc.asyncProperty(fc.array(unicode, { minLength: 1, maxLength: 10 }), async (values) => {
          expect(await roundTrip({ type: 'NVARCHAR2' }, values)).toEqual(values);
        }),
        { numRuns: 10 },
      );
    });

    it('count a supplementary character twice, as AL16UTF16 does', async () => {
      expect(await roundTrip({ type: 'NVARCHAR2', length: 2 }, ['😀', ''])).toEqual(['😀', null]);
      expect(() => createTable({ type: 'NVARCHAR2', length: 2 }, ['😀a'])).toThrow(/longer than 2/);
      expect(await roundTrip({ type: 'NCHAR', length: 4 }, ['a', '😀'])).toEqual(['a   ', '😀  ']);
    });
  });

  it.each(['VARCHAR2', 'NVARCHAR2', 'CLOB', 'NCLOB'] as const)(
    '%s refuses half a surrogate pair, which no character set holds',
    (type) => {
      expect(() => createTable({ type }, ['a\ud83d'])).toThrow(/half a surrogate pair/);
    },
  );

  describe.each(['CLOB', 'NCLOB'] as const)('a %s', (type) => {
    const astral = megabytes(1, 'a😀é東');
    const values = ['', null, 'plain', '"\\\0\n\u2028', '😀', 'x'.repeat(32_768), astral];

    it('is fetched whole as a string; the driver takes an empty one for NULL', async () => {
      const rows = await select('"C", DBMS_LOB.GETLENGTH("C")', createTable({ type }, values));
      expect(rows).toEqual(
        values.map((value) => [value || null, value === null ? null : String(value.length)]),
      );
    });

    it('is fetched as a locator that knows the length, and read whole', async () => {
      const lobs = await locators(createTable({ type }, values));
      const read = [];
      for (const lob of lobs) {
        read.push(lob && [lob.length, await lob.getData()]);
      }
      expect(read).toEqual(
        values.map((value) => (value === null ? null : [value.length, value || null])),
      );
    });

    it('is read in pieces that may part a supplementary character', async () => {
      const [lob] = await locators(createTable({ type }, ['a😀'.repeat(100)]));
      if (!lob) throw new Error('a LOB was expected');
      expect(await lob.getData(4, 3)).toBe('a😀');
      expect(await lob.getData(299, 50)).toBe('😀');
      expect(await lob.getData(301, 1)).toBeNull();
      lob.setEncoding('utf8');
      lob.pieceSize = 2;
      expect(await text(lob)).toBe('a😀'.repeat(100));
    });

    it('travels exactly for any unicode', async () => {
      const unicode = fc.string({ unit: 'binary', maxLength: 5_000 });
      await fc.assert(
        fc.asyncProperty(fc.array(unicode, { minLength: 1, maxLength: 10 }), async (texts) => {
          expect(await roundTrip({ type }, texts)).toEqual(texts.map((value) => value || null));
        }),
        { numRuns: 10 },
      );
    });
  });

  describe('a BLOB', () => {
    const large = Buffer.from(Uint8Array.from({ length: 3 * 2 ** 20 }, (_, i) => i * i + (i >> 9)));
    const values = [Buffer.alloc(0), null, Buffer.of(0), Buffer.alloc(253, 254), large];
    const stored = values.map((value) => value?.toString('hex') ?? null);

    it('is fetched whole as a buffer; the driver takes an empty one for NULL', async () => {
      const table = createTable({ type: 'BLOB' }, stored);
      const rows = await select('"C", DBMS_LOB.GETLENGTH("C")', table);
      expect(rows.map(([, length]) => length)).toEqual(['0', null, '1', '253', '3145728']);
      for (const [index, [value]] of rows.entries()) {
        const expected = values[index];
        expect(value).toEqual(expected?.length ? expected : null);
      }
    });

    it('is fetched as a locator, read and closed', async () => {
      const [empty, none, , , lob] = await locators(createTable({ type: 'BLOB' }, stored));
      expect([empty?.length, none, lob?.length]).toEqual([0, null, large.length]);
      expect(large.equals((await lob?.getData()) as Buffer)).toBe(true);
      expect(await lob?.getData(2, 3)).toEqual(large.subarray(1, 4));
      const closed = new Promise((resolve) => lob?.once('close', resolve));
      lob?.destroy();
      await closed;
      await expect(connection.ping()).resolves.toBeUndefined();
    });
  });

  describe('a locator', () => {
    /** The driver's own way to ask, which its public interface uses for temporary LOBs alone. */
    interface Internals {
      _impl: { _sendMessage(operation: object): Promise<number>; _locator: Buffer };
    }

    function ask(lob: oracledb.Lob, operation: number): Promise<number> {
      const { _impl } = lob as unknown as Internals;
      return _impl._sendMessage({ operation, sourceLobImpl: _impl, sendAmount: true });
    }

    async function oneLob(value = 'text'): Promise<oracledb.Lob> {
      const [lob] = await locators(createTable({ type: 'CLOB' }, [value]));
      if (!lob) throw new Error('a LOB was expected');
      return lob;
    }

    it('tells length and chunk size when asked, and nothing that is not supported', async () => {
      const lob = await oneLob('😀');
      expect(await ask(lob, 0x1)).toBe(2);
      expect(await ask(lob, 0x4000)).toBe(lob.chunkSize);
      await expect(ask(lob, 0x20)).rejects.toMatchObject({ errorNum: 3120 });
    });

    it('outlives its row, but not its table', async () => {
      const lob = await oneLob();
      oracle.database.delete('L', `T${tables}`, () => true);
      expect(await lob.getData()).toBe('text');
      oracle.database.drop('L', `T${tables}`);
      await expect(lob.getData()).rejects.toMatchObject({ errorNum: 22922 });
    });

    it('that was made up is refused', async () => {
      const lob = await oneLob();
      const { _impl } = lob as unknown as Internals;
      _impl._locator = Buffer.alloc(20);
      await expect(lob.getData()).rejects.toMatchObject({ errorNum: 22275 });
    });
  });

  it('one statement serves strings and locators in turn', async () => {
    const table = createTable({ type: 'CLOB' }, ['one', 'two']);
    for (const options of [WHOLE, {}, {}, WHOLE, WHOLE]) {
      const rows = await select<oracledb.Lob | string>('"C"', table, options);
      const values = rows.map(([value]) => (typeof value === 'string' ? value : value?.getData()));
      expect(await Promise.all(values)).toEqual(['one', 'two']);
    }
  });

  it('a table without rows has none', async () => {
    expect(await roundTrip({ type: 'CLOB' }, [])).toEqual([]);
  });

  it('only LOBs have a length', async () => {
    const length = select('DBMS_LOB.GETLENGTH("C")', createTable({ type: 'RAW' }, []));
    await expect(length).rejects.toMatchObject({ errorNum: 932 });
  });
});
