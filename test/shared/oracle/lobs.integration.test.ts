import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { LocalColumn, Value } from '../../../infra/local/oracle/database.ts';
import type { Version } from '../../../infra/local/oracle/release.ts';
import type { PlannedColumn } from '../../../shared/domain/column.ts';
import { createLongRows, isLong } from '../../../shared/oracle/lobs.ts';
import type { Session } from '../../../shared/oracle/session.ts';
import type {
  LargeValue,
  OracleSource,
  RowQuery,
  TableName,
} from '../../../shared/ports/oracle.ts';
import { collect, planAll, useOracle } from './fixture.ts';

const live = new AbortController().signal;
const versions: Version[] = ['23ai', '19c'];
const million = 2 ** 20;

/** Faults, which only the local server has; values and pieces are in test/contract/oracle. */
describe.each(versions)('from %s', (version) => {
  const oracle = useOracle(version);
  let tables = 0;

  function createTable(columns: LocalColumn[], rows: Value[][]): TableName {
    const table = `T${++tables}`;
    oracle.database.createTable({ owner: 'HR', name: table, columns });
    oracle.database.insert('HR', table, rows);
    return { owner: 'HR', table };
  }

  async function pieceSizes(source: OracleSource, query: RowQuery): Promise<number[]> {
    const sizes: number[] = [];
    for await (const batch of source.rows(query, live)) {
      for (const [value] of batch) {
        for await (const piece of (value as LargeValue).readPieces()) sizes.push(piece.length);
      }
    }
    return sizes;
  }

  it('a large value is read by pieces only, also after a call that got no answer', async () => {
    const settings = { inlineLobBytes: 1_024 };
    const source = oracle.open(settings);
    const table = createTable([{ name: 'B', type: 'BLOB' }], [['AB'.repeat(5 * million)]]);
    const query = { ...table, columns: await planAll(source, table) };
    const fault = oracle.server.faults.stallLobRead(table.table);
    const impatient = oracle.open({ ...settings, callTimeoutSeconds: 0.3 });
    await expect(pieceSizes(impatient, query)).rejects.toMatchObject({
      code: 'ORACLE_CONNECTION_ERROR',
      retryable: true,
    });
    expect(fault.consumed).toBe(1);
    expect(await pieceSizes(source, query)).toEqual(Array(5).fill(million));
  });

  it('a connection cut amid a LOB is a retryable error, and the next attempt reads all', async () => {
    const source = oracle.open();
    const table = createTable(
      [{ name: 'B', type: 'BLOB' }],
      Array(20).fill(['AB'.repeat(100_000)]),
    );
    const query = {
      ...table,
      columns: await planAll(source, table),
      scn: await source.currentScn(),
    };
    const fault = oracle.server.faults.cutAtByte(1_234_567, table.table);
    await expect(collect(source.rows(query, live))).rejects.toMatchObject({
      code: 'ORACLE_CONNECTION_ERROR',
      retryable: true,
    });
    expect(fault.consumed).toBe(1);
    expect(await collect(source.rows(query, live))).toHaveLength(20);
  });

  it('a connection cut amid the pieces of a large value is one error and no other', async () => {
    const source = oracle.open({ inlineLobBytes: 1_024 });
    const table = createTable([{ name: 'B', type: 'BLOB' }], [['AB'.repeat(3 * million)]]);
    const query = { ...table, columns: await planAll(source, table) };
    const fault = oracle.server.faults.cutAtByte(1_234_567, table.table);
    await expect(pieceSizes(source, query)).rejects.toMatchObject({
      code: 'ORACLE_CONNECTION_ERROR',
      retryable: true,
    });
    expect(fault.consumed).toBe(1);
    expect(await pieceSizes(source, query)).toEqual(Array(3).fill(million));
  });

  it('an abort while LOBs are fetched frees the session for the next reader', async () => {
    const source = oracle.open({ poolMax: 1 });
    const table = createTable([{ name: 'C', type: 'CLOB' }], Array(30).fill(['x'.repeat(50_000)]));
    const query = {
      ...table,
      columns: await planAll(source, table),
      scn: await source.currentScn(),
    };
    const fault = oracle.server.faults.stallAfterRows(15, table.table);
    const stop = new AbortController();
    const reading = collect(source.rows(query, stop.signal));
    await expect.poll(() => fault.consumed).toBe(1);
    stop.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    expect(await collect(source.rows(query, live))).toHaveLength(30);
  });
});

describe('fetched rows', () => {
  const lob = (name: string, kind: PlannedColumn['encoding']['kind']): PlannedColumn => ({
    name,
    field: name,
    oracleType: 'X',
    bigQueryType: 'X',
    nullable: true,
    encoding: { kind } as PlannedColumn['encoding'],
  });
  const unused: Session = {
    call: () => Promise.reject(new Error('No session is needed for values in line.')),
    within: (_, work) => work(),
    atEnd: () => undefined,
  };
  const rows = () => createLongRows([lob('C', 'clob'), lob('B', 'blob')], unused, million);

  it('lose the lengths, by which empty LOBs are told from NULL', () => {
    const fetched = [
      [null, null, null, null, null, null],
      [null, null, '0', '0', null, null],
      ['a', Buffer.of(1), '1', '1', null, null],
    ];
    const reader = rows();
    expect(reader.batches(fetched)).toEqual([
      [
        [null, null],
        ['', Buffer.alloc(0)],
        ['a', Buffer.of(1)],
      ],
    ]);
    expect(reader.holdsLarge()).toBe(false);
  });

  it.each([
    ['C', [null, null, '1', null, null, null]],
    ['C', ['ab', null, '3', null, null, null]],
    ['C', [Buffer.of(1), null, '1', null, null, null]],
    ['B', [null, Buffer.of(1), null, '2', null, null]],
    ['B', [null, null, null, '5', null, null]],
  ])('are refused when column %s is not whole: %#', (column, row) => {
    expect(() => rows().batches([row])).toThrow(
      expect.objectContaining({
        code: 'VALUE_ERROR',
        message: `Column ${column} holds a LOB that did not arrive whole.`,
        details: { column },
      }),
    );
  });

  it('tell when they hold a large value, until the next ones came', () => {
    const reader = createLongRows([lob('C', 'clob')], unused, million);
    const [[[value] = []] = []] = reader.batches([[null, '5000000', { getData: () => 'x' }]]);
    expect(value).toHaveProperty('readPieces');
    expect(reader.holdsLarge()).toBe(true);
    reader.batches([['x', '1', null]]);
    expect(reader.holdsLarge()).toBe(false);
  });

  const rowOf = (kind: string, text: string | null) =>
    kind === 'clob' ? [text, text && String(text.length), null] : [text];

  it.each([
    ['clob', 64],
    ['long', 20],
    ['json', 20],
    ['xml', 20],
  ] as const)(
    'of large values of kind %s are fetched in ever smaller numbers, of small ones in twice as many up to %i',
    (kind, most) => {
      const reader = createLongRows([lob('C', kind)], unused, million);
      const text = 'x'.repeat(2 * million);
      expect(reader.fetchSize()).toBe(10);
      expect(reader.batches(Array.from({ length: 10 }, () => rowOf(kind, text)))).toEqual([
        Array(8).fill([text]),
        Array(2).fill([text]),
      ]);
      expect(reader.fetchSize()).toBe(8);
      reader.batches([rowOf(kind, 'x'.repeat(20 * million))]);
      expect(reader.fetchSize()).toBe(1);
      const sizes = Array.from({ length: 8 }, () => {
        reader.batches([rowOf(kind, 'x')]);
        return reader.fetchSize();
      });
      expect(sizes).toEqual([2, 4, 8, 16, 32, 64, 128, 256].map((rows) => Math.min(rows, most)));
    },
  );

  it.each([
    [1, million, 10, 64],
    [8, million, 8, 8],
    [2, 64 * million, 1, 1],
    [1, 1_024, 10, 100],
  ])(
    'with %i LOB columns of up to %i in line are %i at first and at most %i',
    (count, inlineLob, first, most) => {
      const columns = Array.from({ length: count }, (_, index) => lob(`C${index}`, 'clob'));
      const reader = createLongRows(columns, unused, inlineLob);
      expect(reader.fetchSize()).toBe(first);
      for (let fetch = 0; fetch < 5; fetch += 1) reader.batches([Array(3 * count).fill(null)]);
      expect(reader.fetchSize()).toBe(most);
    },
  );

  it('of vectors are counted by what their elements become as text', () => {
    const reader = createLongRows([lob('V', 'vector')], unused, million);
    expect(isLong(lob('V', 'vector'))).toBe(true);
    const vector = new Float64Array(60_000);
    const batches = reader.batches(Array.from({ length: 20 }, () => [vector]));
    expect(batches.map((batch) => batch.length)).toEqual([13, 7]);
    expect(reader.fetchSize()).toBe(13);
  });

  it('give a large value back also when reading is broken off', async () => {
    const locator = Object.assign(new Readable(), { getData: async () => 'x'.repeat(million) });
    const session: Session = { ...unused, call: (start) => start({} as never) };
    const reader = createLongRows([lob('C', 'clob')], session, million);
    const [[[value] = []] = []] = reader.batches([[null, String(3 * million), locator]]);
    for await (const piece of (value as LargeValue).readPieces()) {
      expect(piece).toHaveLength(million);
      break;
    }
    expect(locator.destroyed).toBe(true);
  });
});
