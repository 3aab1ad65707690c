import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobView } from '../infra/local/demo/api.ts';
import type { Manifest } from '../infra/local/demo/reread.ts';
import type { Fault } from '../infra/local/oracle/faults.ts';
import { type Stack, startStack } from '../infra/local/stack.ts';
import { type ExpectedRow, expectedTables } from './support/expected-tables.ts';
import { runJobOf } from './support/stack-job.ts';

const tables = Object.keys(expectedTables);

describe('a job over all demo tables, while every row of them changes and a connection is cut', () => {
  let stack: Stack;
  let cut: Fault;
  let job: JobView;
  let manifest: Manifest;
  let folder: string;
  let publishedBeforeChange: boolean;

  beforeAll(async () => {
    stack = await startStack();
    cut = stack.servers.oracle.faults.cutAfterRows(150_000, 'FERRY.FLIGHTS');
    const running = runJobOf(stack, 'journey', tables);
    await waitForFault(cut, running);
    publishedBeforeChange = hasFile(stack.bucketDir, '_SUCCESS');
    changeEverything(stack);
    job = await running;
    folder = join(stack.bucketDir, job.output.bucket, job.output.prefix);
    manifest = JSON.parse(readFileSync(join(folder, '_manifest.json'), 'utf8'));
  }, 120_000);

  afterAll(() => stack.close());

  it('succeeds, although a connection was cut after 150,000 rows', () => {
    expect(cut.consumed).toBe(1);
    expect(job).toMatchObject({ state: 'SUCCEEDED', error: null });
    const flights = job.extractions?.find(({ table }) => table === 'FLIGHTS');
    expect(flights).toMatchObject({ attempts: 2, rows: 200_000, verified_rows: 200_000 });
  });

  it('was still under way when the rows changed', () => {
    expect(publishedBeforeChange).toBe(false);
    const [flight] = stack.database.rowsAt('FERRY', 'FLIGHTS', stack.database.currentScn());
    expect(flight).toEqual(['1', '1', '1']);
  });

  it.each(tables)('holds %s as it was at the SCN, value for value', (name) => {
    expect(differences(exportedRows(name), expectedTables[name]?.() ?? [])).toEqual([]);
  });

  it('leaves in its folder what the manifest lists, schemas and _SUCCESS, and nothing else', () => {
    const listed = manifest.tables.flatMap(({ owner, table, parts }) => [
      `${owner}.${table}/_load.json`,
      `${owner}.${table}/_schema.json`,
      ...parts.map((part) => part.name),
    ]);
    expect(filesIn(folder)).toEqual([...listed, '_SUCCESS', '_manifest.json'].toSorted());
  });

  it('is what latest.json names', () => {
    const latest = JSON.parse(readFileSync(join(dirname(folder), 'latest.json'), 'utf8'));
    expect(latest).toMatchObject({ version: 1, job_id: job.id, prefix: job.output.prefix });
  });

  function exportedRows(name: string): ExpectedRow[] {
    const table = manifest.tables.find((one) => `${one.owner}.${one.table}` === name);
    const parts = table?.parts.map((part) => gunzipSync(readFileSync(join(folder, part.name))));
    const lines = Buffer.concat(parts ?? [])
      .toString('utf8')
      .split('\n');
    expect(lines.pop()).toBe('');
    return lines.map((line) => JSON.parse(line));
  }
});

/** The database lives in this process, so no later read can begin before we see the fault. */
async function waitForFault(fault: Fault, job: Promise<unknown>): Promise<void> {
  let ended = false;
  void job.finally(() => {
    ended = true;
  });
  while (fault.consumed === 0 && !ended) await nextTurn();
}

/** Deletes, changes and inserts rows of every table. */
function changeEverything({ database }: Stack): void {
  for (const name of tables) {
    const [owner = '', table = ''] = name.split('.');
    const rows = [...database.rowsAt(owner, table, database.currentScn())];
    const doomed = new Set(rows.slice(0, 100));
    database.delete(owner, table, (row) => doomed.has(row));
    database.insert(owner, table, rows.slice(-100));
  }
  database.update(
    'FERRY',
    'FLIGHTS',
    () => true,
    () => ['1', '1', '1'],
  );
}

/** The first few rows that only one side has; the order of rows means nothing. */
function differences(actual: readonly ExpectedRow[], expected: readonly ExpectedRow[]): string[] {
  const [left, right] = [actual, expected].map((rows) =>
    rows.map((row) => JSON.stringify(row)).toSorted(),
  ) as [string[], string[]];
  const found: string[] = [];
  for (let index = 0; index < Math.max(left.length, right.length) && found.length < 3; index++) {
    if (left[index] !== right[index]) found.push(`${left[index]} is not ${right[index]}`);
  }
  return found;
}

function hasFile(folder: string, name: string): boolean {
  return existsSync(folder) && filesIn(folder).some((file) => file.endsWith(name));
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, '/').length))
    .toSorted();
}
