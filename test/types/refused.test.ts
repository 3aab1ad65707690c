import { expect, it } from 'vitest';
import type { LocalColumn } from '../../infra/local/oracle/database.ts';
import { rowidAt } from '../../infra/local/oracle/storage.ts';
import { exportSplit } from '../../jobs/export-split.ts';
import { planColumns } from '../../shared/domain/plan-columns.ts';
import type { TypeRules } from '../../shared/domain/type-rules.ts';
import { useServers } from '../jobs/fixture.ts';

const servers = useServers();
const live = new AbortController().signal;

interface Refused {
  readonly title: string;
  readonly column: Omit<LocalColumn, 'name'>;
  readonly rules?: TypeRules;
  readonly good: string | null;
  readonly bad: string;
  readonly wanted: string;
}

const date = 'a date of the years 1 to 9999 of the Gregorian calendar';
const instant = 'an instant of the years 1 to 9999, at most 14 hours from UTC';
const finite = 'a finite decimal number';
const ranged = 'a number of at most 38 digits before and 38 after the point, as BIGNUMERIC holds';

/** Values that a column may hold and no field of its type, by the place where BigQuery or JSON ends. */
const refused: readonly Refused[] = [
  {
    title: 'positive infinity of a NUMBER',
    column: { type: 'NUMBER' },
    good: '1e125',
    bad: '~',
    wanted: finite,
  },
  {
    title: 'negative infinity of a NUMBER(10)',
    column: { type: 'NUMBER', precision: 10, scale: 0 },
    good: '-1',
    bad: '-~',
    wanted: finite,
  },
  {
    title: 'a NUMBER too large for BIGNUMERIC',
    column: { type: 'NUMBER' },
    rules: { number_default: 'BIGNUMERIC' },
    good: '9'.repeat(38),
    bad: `1${'0'.repeat(38)}`,
    wanted: ranged,
  },
  {
    title: 'an INTEGER of more digits than its documentation allows',
    column: { type: 'NUMBER', scale: 0 },
    good: '9'.repeat(38),
    bad: '1e125',
    wanted: ranged,
  },
  {
    title: 'a NUMBER too fine for BIGNUMERIC',
    column: { type: 'NUMBER' },
    rules: { number_default: 'BIGNUMERIC' },
    good: '1e-38',
    bad: '1e-39',
    wanted: ranged,
  },
  {
    title: 'a corrupt DATE',
    column: { type: 'DATE' },
    good: '2024-02-29T00:00:00',
    bad: '0000-00-00T00:00:00',
    wanted: date,
  },
  {
    title: 'a corrupt DATE, also as text',
    column: { type: 'DATE' },
    rules: { dates: 'string' },
    good: '-0044-03-15T12:00:00',
    bad: '0000-00-00T00:00:00',
    wanted: date,
  },
  {
    title: 'a DATE of a year BC',
    column: { type: 'DATE' },
    good: '0001-01-01T00:00:00',
    bad: '-0001-12-31T23:59:59',
    wanted: date,
  },
  {
    title: 'a TIMESTAMP(9) of a year BC',
    column: { type: 'TIMESTAMP', scale: 9 },
    good: '0001-01-01T00:00:00.000000001',
    bad: '-4712-01-01T00:00:00',
    wanted: date,
  },
  {
    title: 'a leap day of the Julian calendar alone',
    column: { type: 'DATE' },
    good: '1600-02-29T00:00:00',
    bad: '1500-02-29T00:00:00',
    wanted: date,
  },
  {
    title: 'an instant before year 1 of UTC',
    column: { type: 'TIMESTAMP WITH TIME ZONE' },
    good: '0001-01-01T01:00:00+01:00',
    bad: '0001-01-01T00:59:59+01:00',
    wanted: instant,
  },
  {
    title: 'an instant after year 9999 of UTC',
    column: { type: 'TIMESTAMP WITH TIME ZONE' },
    good: '9999-12-31T22:59:59-01:00',
    bad: '9999-12-31T23:00:00-01:00',
    wanted: instant,
  },
  {
    title: 'an offset of more than 14 hours',
    column: { type: 'TIMESTAMP WITH TIME ZONE' },
    good: '2024-02-29T00:00:00+14:00',
    bad: '2024-02-29T00:00:00+15:00',
    wanted: instant,
  },
  {
    title: 'a local TIMESTAMP of a year BC',
    column: { type: 'TIMESTAMP WITH LOCAL TIME ZONE' },
    good: '0001-01-01T00:00:00Z',
    bad: '-0001-12-31T23:59:59Z',
    wanted: instant,
  },
  {
    title: 'a binary VECTOR, whose bytes are packed bits,',
    column: { type: 'VECTOR', dimensions: 16, format: 'BINARY' },
    good: null,
    bad: '[1,255]',
    wanted: 'a dense vector of finite numbers',
  },
];

async function exportTable(
  name: string,
  column: Refused['column'],
  values: readonly (string | null)[],
  rules: TypeRules = {},
) {
  const table = { owner: 'HR', table: name };
  const columns: LocalColumn[] = [
    { name: 'BEFORE', type: 'NUMBER' },
    { name: 'V $', ...column },
  ];
  servers.database.createTable({ owner: 'HR', name, columns });
  servers.database.insert(
    'HR',
    name,
    values.map((value, index) => [index, value]),
  );
  const oracle = servers.open({ poolMax: 1 });
  const planned = planColumns(await oracle.describe(table), {}, rules);
  const task = { ...(await servers.taskOf(oracle, table)), columns: planned };
  const deps = { oracle, objects: servers.objects() };
  const run = exportSplit(deps, task, { onUpload: async () => undefined }, live);
  return { run, task, rowidOf: (row: number) => rowidIn(name, row) };
}

function rowidIn(name: string, row: number): string | undefined {
  const version = servers.database.findTable('HR', name)?.versions[row];
  return version && rowidAt(version);
}

it.each(refused)('$title fails its table, naming column and row', async (of) => {
  const { title, column, rules, good, bad, wanted } = of;
  const { run, task, rowidOf } = await exportTable(title, column, [good, null, bad, bad], rules);
  const rowid = rowidOf(2);
  await expect(run).rejects.toMatchObject({
    code: 'VALUE_ERROR',
    message: `Column V $ holds a value that is not ${wanted}, in the row ${rowid}.`,
    details: { column: 'V $', rowid },
    retryable: false,
  });
  expect(servers.linesOf(task)).toBeUndefined();
});
