import {
  createDatabase,
  type Database,
  type LocalColumn,
  type Value,
} from '../../oracle/database.ts';
import type { OwnColumn } from './columns.ts';
import { checkHeader, type Header, readHeader } from './header.ts';
import { NOT_UTF8, type Problem, quote } from './problems.ts';
import type { CsvRecord } from './records.ts';

/** Puts a file's records into its table, several at a time, because an insert has its cost. */
export interface Filler {
  /** Takes records, the header first, and returns what is wrong with them, or with those inserted now. */
  add(records: readonly CsvRecord[]): readonly Problem[];
  /** Inserts what is left. */
  flush(): readonly Problem[];
  /** Undefined until there was one that fits the columns. */
  header(): Header | undefined;
  rows(): number;
}

interface PendingRow {
  readonly line: number;
  /** In the order of the columns. */
  readonly fields: readonly string[];
  readonly values: readonly Value[];
}

const ROWS_AT_A_TIME = 5_000;

/** Fills a table that exists in the database. The database decides which values fit. */
export function createFiller(
  { owner, table }: { readonly owner: string; readonly table: string },
  columns: readonly OwnColumn[],
  database: Database,
): Filler {
  let header: Header | undefined;
  let pending: PendingRow[] = [];
  let rows = 0;

  const addHeader = (record: CsvRecord): readonly Problem[] => {
    const problems = checkHeader(record, columns);
    if (problems.length === 0) header = readHeader(record, columns);
    return problems;
  };
  const addRow = (record: CsvRecord, { names, positions }: Header): readonly Problem[] => {
    rows++;
    const problem = checkRecord(record, names);
    if (problem) return [problem];
    const fields = positions.map((position) => record.fields[position] ?? '');
    const { values, problems } = readFields(fields, columns, record.line);
    if (problems.length > 0) return problems;
    pending.push({ line: record.line, fields, values });
    return pending.length < ROWS_AT_A_TIME ? [] : flush();
  };
  const flush = (): readonly Problem[] => {
    const full = pending;
    pending = [];
    const values = full.map((row) => row.values);
    try {
      database.insert(owner, table, values);
      return [];
    } catch (cause) {
      const problems = findMisfits(full, columns);
      if (problems.length === 0) throw cause;
      return problems;
    }
  };
  return {
    add(records) {
      const problems: Problem[] = [];
      for (const record of records) {
        if (header) problems.push(...addRow(record, header));
        else if (problems.length === 0) problems.push(...addHeader(record));
      }
      return problems;
    },
    flush,
    header: () => header,
    rows: () => rows,
  };
}

/** The definition of a column as the database wants it. */
export function definitionOf({ name, nullable, definition }: OwnColumn): LocalColumn {
  return { name, nullable, ...definition };
}

function checkRecord(
  { fields, line, spoiled }: CsvRecord,
  names: readonly string[],
): Problem | undefined {
  if (spoiled !== undefined) return { line, text: NOT_UTF8, ...named(names[spoiled]) };
  if (fields.length === names.length) return undefined;
  const found = fields.length === 1 ? '1 field' : `${fields.length} fields`;
  return { line, text: `${found} instead of ${names.length}` };
}

function named(column: string | undefined) {
  return column === undefined ? {} : { column };
}

/** An empty field is NULL, quoted or not, as '' is in Oracle. */
function readFields(fields: readonly string[], columns: readonly OwnColumn[], line: number) {
  const problems: Problem[] = [];
  const values = columns.map((column, index): Value => {
    const field = fields[index] ?? '';
    if (field === '') return null;
    try {
      return column.read(field);
    } catch {
      problems.push({ line, column: column.name, text: describeMisfit(field, column) });
      return null;
    }
  });
  return { values, problems };
}

/** Asks, value by value, which ones the database refused. */
function findMisfits(rows: readonly PendingRow[], columns: readonly OwnColumn[]): Problem[] {
  const refusals = columns.map(createRefusal);
  return rows.flatMap(({ line, fields, values }) =>
    columns
      .filter((_, index) => refusals[index]?.(values[index] ?? null))
      .map((column) => {
        const field = fields[columns.indexOf(column)] ?? '';
        return { line, column: column.name, text: describeMisfit(field, column) };
      }),
  );
}

/** Whether a table of this one column would refuse a value. */
function createRefusal(column: OwnColumn): (value: Value) => boolean {
  const scratch = createDatabase();
  scratch.createTable({ owner: '', name: '', columns: [definitionOf(column)] });
  return (value) => {
    try {
      scratch.insert('', '', [[value]]);
      return false;
    } catch {
      return true;
    }
  };
}

function describeMisfit(field: string, { type, hint }: OwnColumn): string {
  if (field === '') return 'the field is empty, but the column is not nullable';
  return `${quote(field)} is no ${type} (${hint})`;
}
