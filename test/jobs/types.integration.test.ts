import { beforeAll, expect, test } from 'vitest';
import type { LocalColumn, Value } from '../../infra/local/oracle/database.ts';
import { type JobFixture, startJobFixture } from '../support/job-fixture.ts';
import { openSourceDatabase, type SourceDatabase } from '../support/source-database.ts';

/** One column per type, its nastiest values, and what the export must say. */
const cases: Record<string, { column: Omit<LocalColumn, 'name'>; values: [Value, unknown][] }> = {
  DIGITS_15: {
    column: { type: 'NUMBER', precision: 15, scale: 0 },
    values: [
      ['999999999999999', 999999999999999],
      ['-1', -1],
      [null, null],
    ],
  },
  DIGITS_38: {
    column: { type: 'NUMBER', precision: 38, scale: 0 },
    values: [
      ['9'.repeat(38), '9'.repeat(38)],
      ['0', '0'],
      [null, null],
    ],
  },
  ANY_NUMBER: {
    column: { type: 'NUMBER' },
    values: [
      ['.5', '0.5'],
      ['-0.00000000000000000001', '-0.00000000000000000001'],
      [`1${'0'.repeat(125)}`, `1${'0'.repeat(125)}`],
    ],
  },
  MONEY: {
    column: { type: 'NUMBER', precision: 12, scale: 2 },
    values: [
      ['0.10', 0.1],
      ['-9999999999.99', -9999999999.99],
      [null, null],
    ],
  },
  WORDS: {
    column: { type: 'VARCHAR2', length: 200 },
    values: [
      ['"quoted" \\ back\u2028slash\u0000', '"quoted" \\ back\u2028slash\u0000'],
      ['żółć 🦆 漢字', 'żółć 🦆 漢字'],
      ['', null],
    ],
  },
  PADDED: {
    column: { type: 'CHAR', length: 4 },
    values: [
      ['ab', 'ab  '],
      ['abcd', 'abcd'],
      [null, null],
    ],
  },
  DAY: {
    column: { type: 'DATE' },
    values: [
      ['0099-02-28T23:59:58', '0099-02-28T23:59:58'],
      ['9999-12-31T00:00:00', '9999-12-31T00:00:00'],
      [null, null],
    ],
  },
  MOMENT: {
    column: { type: 'TIMESTAMP', scale: 9 },
    values: [
      ['2024-02-29T23:59:59.123456789', '2024-02-29T23:59:59.123456789'],
      ['0001-01-01T00:00:00', '0001-01-01T00:00:00.000000000'],
      [null, null],
    ],
  },
  BYTES: {
    column: { type: 'RAW', length: 16 },
    values: [
      ['00FF10', 'AP8Q'],
      ['DEADBEEF', '3q2+7w=='],
      [null, null],
    ],
  },
  LONG_TEXT: {
    column: { type: 'CLOB' },
    values: [
      ['line 1\nline 2 ü'.repeat(20_000), 'line 1\nline 2 ü'.repeat(20_000)],
      ['', ''],
      [null, null],
    ],
  },
  PICTURE: {
    column: { type: 'BLOB' },
    values: [
      ['0102'.repeat(50_000), Buffer.from('0102'.repeat(50_000), 'hex').toString('base64')],
      ['', ''],
      [null, null],
    ],
  },
};

let source: SourceDatabase;
let fixture: JobFixture;

beforeAll(async () => {
  source = await openSourceDatabase();
  fixture = await startJobFixture(source.environment);
  const columns = Object.entries(cases).map(([name, { column }]) => ({ name, ...column }));
  await source.createTable({ name: 'TYPES', columns });
  const rows = [0, 1, 2].map((row) =>
    Object.values(cases).map(({ values }) => values[row]?.[0] ?? null),
  );
  await source.insert('TYPES', rows);
  return async () => {
    await fixture.close();
    await source.close();
  };
});
test('every supported type travels through a whole job, value for value', async () => {
  const job = await fixture.enqueue([`${source.owner}.TYPES`]);
  expect(await fixture.run(job)).toBe('SUCCEEDED');
  const expected = [0, 1, 2].map((row) =>
    Object.fromEntries(Object.entries(cases).map(([name, { values }]) => [name, values[row]?.[1]])),
  );
  expect(await fixture.rows(job, source.owner, 'TYPES')).toEqual(expected);
});

test('the schema beside the parts names the BigQuery type of each column', async () => {
  const job = await fixture.enqueue([`${source.owner}.TYPES`]);
  await fixture.run(job);
  const { fields } = JSON.parse(
    String(await fixture.read(job, `${source.owner}.TYPES/_schema.json`)),
  );
  const types = fields.map(({ name, type }: { name: string; type: string }) => [name, type]);
  expect(Object.fromEntries(types)).toEqual({
    DIGITS_15: 'INT64',
    DIGITS_38: 'BIGNUMERIC',
    ANY_NUMBER: 'STRING',
    MONEY: 'NUMERIC',
    WORDS: 'STRING',
    PADDED: 'STRING',
    DAY: 'DATETIME',
    MOMENT: 'STRING',
    BYTES: 'BYTES',
    LONG_TEXT: 'STRING',
    PICTURE: 'BYTES',
  });
});
