import { readFileSync } from 'node:fs';
import {
  createDatabase,
  type Database,
  type LocalColumn,
  type LocalTable,
  type Value,
} from '../oracle/database.ts';
import { parseCsv } from './csv.ts';
import { type TableSource, tableSources } from './tables.ts';

/** A table with its rows, ready for the local database. */
export interface LoadedTable {
  readonly definition: LocalTable;
  readonly rows: readonly (readonly Value[])[];
}

export interface TableSize {
  readonly owner: string;
  readonly name: string;
  readonly rows: number;
}

/** A database and what is in it. */
export interface LoadedData {
  readonly database: Database;
  readonly tables: readonly TableSize[];
}

/** A new database with the tables. Throws, naming the column, when a value does not fit. */
export function fillDatabase(tables: readonly LoadedTable[]): LoadedData {
  const database = createDatabase();
  for (const { definition, rows } of tables) {
    database.createTable(definition);
    database.insert(definition.owner, definition.name, rows);
  }
  const sizes = tables.map(({ definition: { owner, name }, rows }) => ({
    owner,
    name,
    rows: rows.length,
  }));
  return { database, tables: sizes };
}

/** All demo tables. Throws, naming table, row and column, when a source value has not the expected form. */
export function loadTables(sources: readonly TableSource[] = tableSources): LoadedTable[] {
  return sources.map(loadTable);
}

function loadTable(source: TableSource): LoadedTable {
  const { owner, name, columns } = source;
  return {
    definition: { owner, name, columns: Object.entries(columns).map(defineColumn) },
    rows: readRecords(source.file).map((record, index) => readRow(source, record, index)),
  };
}

function defineColumn([name, [, type]]: [string, TableSource['columns'][string]]): LocalColumn {
  const { read: _, ...definition } = type;
  return { name, ...definition };
}

function readRecords(file: string): readonly unknown[] {
  const text = readFileSync(dataFile(file), 'utf8');
  if (file.endsWith('.csv')) return parseCsv(text);
  const parsed: unknown = JSON.parse(text);
  const records = Array.isArray(parsed) ? parsed : step(parsed, 'features');
  if (!Array.isArray(records)) throw new Error(`${file} holds no records`);
  return records;
}

function dataFile(file: string): URL {
  return new URL(`../data/${file}`, import.meta.resolve('vega-datasets'));
}

function readRow({ owner, name, columns }: TableSource, record: unknown, index: number): Value[] {
  return Object.entries(columns).map(([column, [field, type]]) => {
    try {
      const value = fieldOf(record, field);
      return value === null || value === '' ? null : type.read(value);
    } catch (cause) {
      const reason = (cause as Error).message;
      throw new Error(`${owner}.${name}.${column}, row ${index + 1}: ${reason}`, { cause });
    }
  });
}

function fieldOf(record: unknown, field: string): unknown {
  const whole = step(record, field);
  const value = whole === undefined ? field.split('.').reduce(step, record) : whole;
  if (value === undefined) throw new Error(`the record has no ${JSON.stringify(field)}`);
  return value;
}

function step(container: unknown, key: string): unknown {
  return (container as Record<string, unknown> | null | undefined)?.[key];
}
