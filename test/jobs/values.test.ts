import { expect, it } from 'vitest';
import type { LocalColumn, Value } from '../../infra/local/oracle/database.ts';
import { exportSplit, type SplitHooks, type SplitTask } from '../../jobs/export-split.ts';
import type { PlannedColumn } from '../../shared/domain/column.ts';
import { useServers } from './fixture.ts';

const servers = useServers();
const live = new AbortController().signal;
const noHooks: SplitHooks = { onUpload: async () => undefined };

function createTable(name: string, columns: LocalColumn[], rows: Value[][]) {
  servers.database.createTable({ owner: 'HR', name, columns });
  servers.database.insert('HR', name, rows);
  return { owner: 'HR', table: name };
}

async function prepare(
  table: { owner: string; table: string },
  change: Partial<SplitTask> = {},
  inlineLobBytes = 2 ** 20,
) {
  const oracle = servers.open({ poolMax: 1, inlineLobBytes });
  const task = { ...(await servers.taskOf(oracle, table)), ...change };
  const run = () => exportSplit({ oracle, objects: servers.objects() }, task, noHooks, live);
  return { oracle, task, run };
}

/** The addresses of a table's rows by their ID, as Oracle tells them. */
async function addressesOf(oracle: Awaited<ReturnType<typeof prepare>>['oracle'], task: SplitTask) {
  const address = { kind: 'row_address' } as const;
  const id = task.columns[0] as PlannedColumn;
  const addresses = new Map<unknown, unknown>();
  const query = { ...task, columns: [id, { ...id, name: 'ROWID', encoding: address }] };
  for await (const batch of oracle.rows(query, live)) {
    for (const [key, rowid] of batch) addresses.set(key, rowid);
  }
  return addresses;
}

const id: LocalColumn = { name: 'ID', type: 'NUMBER', precision: 5, scale: 0 };

it('a value without an exact form fails its table and names column and row', async () => {
  const rows: Value[][] = Array.from({ length: 1_500 }, (_, index) => [
    index,
    index === 1_234 ? '-0044-03-15T12:00:00' : '2024-02-29T00:00:00',
  ]);
  const table = createTable('ROMAN', [id, { name: 'DIED', type: 'DATE' }], rows);
  const { oracle, task, run } = await prepare(table);
  const rowid = (await addressesOf(oracle, task)).get('1234');
  expect(rowid).toMatch(/^[A-Za-z0-9+/]{18}$/);
  await expect(run()).rejects.toMatchObject({
    code: 'VALUE_ERROR',
    message: `Column DIED holds a value that is not a date of the years 1 to 9999 of the Gregorian calendar, in the row ${rowid}.`,
    details: { column: 'DIED', rowid },
    retryable: false,
  });
  expect(servers.linesOf(task)).toBeUndefined();
});

it('a table that cannot be read again still names the column', async () => {
  const rows = [[1, '-0044-03-15T12:00:00']];
  const table = createTable('GONE', [id, { name: 'DIED', type: 'DATE' }], rows);
  const { oracle, task } = await prepare(table);
  const objects = servers.objects();
  const losing = {
    ...oracle,
    rows: (query: Parameters<typeof oracle.rows>[0], signal: AbortSignal) => {
      if (query.columns[0]?.name === 'ROWID') servers.database.drop('HR', 'GONE');
      return oracle.rows(query, signal);
    },
  };
  await expect(exportSplit({ oracle: losing, objects }, task, noHooks, live)).rejects.toMatchObject(
    {
      message:
        'Column DIED holds a value that is not a date of the years 1 to 9999 of the Gregorian calendar.',
      details: { column: 'DIED' },
    },
  );
});

it('a bad value beside a LOB names its row as well', async () => {
  const columns: LocalColumn[] = [
    id,
    { name: 'DIED', type: 'DATE' },
    { name: 'LIFE', type: 'CLOB' },
    { name: 'SEEN', type: 'ROWID' },
  ];
  const rows = [[1, '-0044-03-15T12:00:00', 'x'.repeat(3_000), 'AAAAECAABAAAAgiAAA']];
  const { run } = await prepare(createTable('LIVES', columns, rows), {}, 1_024);
  await expect(run()).rejects.toMatchObject({
    details: { column: 'DIED', rowid: expect.stringMatching(/^[A-Za-z0-9+/]{18}$/) },
  });
});

it('characters that came as U+FFFD are counted by value and field', async () => {
  const columns: LocalColumn[] = [
    id,
    { name: 'A$', type: 'VARCHAR2', length: 20 },
    { name: 'B', type: 'CLOB' },
  ];
  const rows = [
    [1, '\uFFFD\uFFFD', 'fine'],
    [2, 'fine', null],
    [3, 'x\uFFFD', `${'y'.repeat(2_000)}\uFFFD`],
  ];
  const { run } = await prepare(createTable('REPLACED', columns, rows), {}, 1_024);
  expect((await run()).parts).toMatchObject([{ rows: 3, replacements: { A_: 2, B: 1 } }]);
});

it('with on_replacement "fail" the first such value fails its table and is named', async () => {
  const columns: LocalColumn[] = [id, { name: 'A', type: 'VARCHAR2', length: 20 }];
  const rows = [
    [1, 'fine'],
    [2, 'bad \uFFFD'],
  ];
  const table = createTable('REFUSED', columns, rows);
  const { oracle, task, run } = await prepare(table, { refuseReplacements: true });
  const rowid = (await addressesOf(oracle, task)).get('2');
  await expect(run()).rejects.toMatchObject({
    code: 'VALUE_ERROR',
    details: { column: 'A', rowid },
  });
});

it('with on_replacement "fail" no row is named once a large value may have been the first', async () => {
  const columns: LocalColumn[] = [id, { name: 'C', type: 'CLOB' }];
  const rows = [
    [1, `${'y'.repeat(2_000)}\uFFFD`],
    [2, 'innocent until now \uFFFD'],
  ];
  const table = createTable('REFUSED_LARGE', columns, rows);
  const { run } = await prepare(table, { refuseReplacements: true }, 1_024);
  await expect(run()).rejects.toMatchObject({ code: 'VALUE_ERROR', details: { column: 'C' } });
  await expect(run()).rejects.not.toHaveProperty('details.rowid');
});

it('rows longer than a chunk, of large and of small values, are whole lines', async () => {
  const columns: LocalColumn[] = [id, { name: 'C', type: 'CLOB' }, { name: 'B', type: 'BLOB' }];
  const rows: Value[][] = [
    [1, 'x'.repeat(12 * 2 ** 20), 'AB'.repeat(9 * 2 ** 20)],
    [2, 'small', 'FF'],
    [3, 'y'.repeat(2_000), ''],
    [4, null, null],
  ];
  const { task, run } = await prepare(createTable('LONG_ROWS', columns, rows), {}, 1_024);
  expect((await run()).rows).toBe(4);
  const lines = servers.linesOf(task) ?? [];
  expect(lines.map(({ ID }) => ID)).toEqual([1, 2, 3, 4]);
  for (const [index, [, text, hex]] of rows.entries()) {
    const bytes = typeof hex === 'string' ? Buffer.from(hex, 'hex').toString('base64') : null;
    expect(lines[index]?.['C'] === text && lines[index]?.['B'] === bytes).toBe(true);
  }
});
