import { beforeAll, describe, expect, it } from 'vitest';
import { char, date, isoDay, namedMonthDay, number } from '../../../../infra/local/data/fields.ts';
import { type LoadedTable, loadTables } from '../../../../infra/local/data/load.ts';
import type { TableSource } from '../../../../infra/local/data/tables.ts';
import {
  createDatabase,
  type Database,
  type LocalColumn,
} from '../../../../infra/local/oracle/database.ts';
import { type ExpectedRow, expectedTables } from '../../../support/expected-tables.ts';

describe('the demo tables', () => {
  let tables: readonly LoadedTable[];
  let database: Database;

  beforeAll(() => {
    tables = loadTables();
    database = createDatabase();
    for (const { definition, rows } of tables) {
      database.createTable(definition);
      database.insert(definition.owner, definition.name, rows);
    }
  });

  it('are those that the independent reader knows', () => {
    const names = tables.map(({ definition }) => `${definition.owner}.${definition.name}`);
    expect(names).toEqual(Object.keys(expectedTables));
  });

  it.each(Object.entries(expectedTables))('%s holds the source, value for value', (name, read) => {
    const [owner = '', table = ''] = name.split('.');
    const { definition } = database.findTable(owner, table) ?? {};
    const stored = [...database.rowsAt(owner, table, database.currentScn())];
    const shown = stored.map((row) => show(definition?.columns ?? [], row));
    expect(firstDifference(shown, read())).toBeUndefined();
  });

  it('have a table of 200,000 rows, nulls, decimals, padding, fractions of seconds and unicode', () => {
    const rows = Object.values(expectedTables).map((read) => read());
    const values = rows.flat().flatMap((row) => Object.values(row));
    expect(Math.max(...rows.map((table) => table.length))).toBeGreaterThanOrEqual(200_000);
    expect(values).toContain(null);
    expect(values.some((value) => typeof value === 'number' && value % 1 !== 0)).toBe(true);
    expect(values).toContain('Seattle   ');
    expect(values).toContain('2018-02-07T01:26:13.840');
    expect(values).toContain('Österreichische Bundesliga');
  });
});

describe('loadTables', () => {
  const stocks = (columns: TableSource['columns']): TableSource[] => [
    { owner: 'X', name: 'STOCKS', file: 'stocks.csv', columns },
  ];

  it('refuses a date of another form, naming table, column and row', () => {
    expect(() => loadTables(stocks({ DAY: ['date', date(isoDay)] }))).toThrow(
      'X.STOCKS.DAY, row 1: "Jan 1 2000" is not a date',
    );
  });

  it('refuses text where a number belongs', () => {
    expect(() => loadTables(stocks({ N: ['symbol', number()] }))).toThrow('"MSFT" is not a plain');
  });

  it('refuses a field that the file does not have', () => {
    expect(() => loadTables(stocks({ N: ['volume', char(1)] }))).toThrow('has no "volume"');
  });

  it('refuses a month that there is not', () => {
    expect(() => namedMonthDay('Foo 1 2000')).toThrow('"Foo 1 2000" is not a date');
  });
});

/** A stored row as the export must show it; written for this comparison only. */
function show(columns: readonly LocalColumn[], row: readonly (string | null)[]): ExpectedRow {
  return Object.fromEntries(
    columns.map((column, index) => [column.name, showValue(column, row[index] ?? null)]),
  );
}

function showValue({ type, precision, scale = 0 }: LocalColumn, value: string | null) {
  if (value === null) return null;
  if (type === 'NUMBER' && precision !== undefined && precision <= 15) return Number(value);
  if (type === 'NUMBER' || type === 'FLOAT') return value.replace(/\.0+$|(\.\d*[1-9])0+$/, '$1');
  if (type !== 'TIMESTAMP') return value;
  const [seconds, fraction = ''] = value.split('.');
  return `${seconds}.${fraction.padEnd(scale, '0')}`;
}

function firstDifference(actual: readonly ExpectedRow[], expected: readonly ExpectedRow[]) {
  for (let index = 0; index < Math.max(actual.length, expected.length); index++) {
    const pair = [JSON.stringify(actual[index]), JSON.stringify(expected[index])];
    if (pair[0] !== pair[1]) return { index, actual: pair[0], expected: pair[1] };
  }
  return undefined;
}
