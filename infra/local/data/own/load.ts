import { createDatabase, type Database } from '../../oracle/database.ts';
import type { LoadedData, TableSize } from '../load.ts';
import { readColumns } from './columns.ts';
import { findFiles, type OwnFiles } from './files.ts';
import { definitionOf } from './fill.ts';
import { OwnDataError } from './problems.ts';
import { loadRows } from './rows.ts';

/**
 * Loads every `dir/<OWNER>/<TABLE>.csv`, whose columns `<TABLE>.columns.json` defines, into a new database.
 * Throws an OwnDataError with the problems of all files, or the signal's abort.
 */
export async function loadOwnData(dir: string, signal: AbortSignal): Promise<LoadedData> {
  const database = createDatabase();
  const found = findFiles(dir);
  const problems = [...found.problems];
  const tables: TableSize[] = [];
  for (const files of found.tables) {
    const loaded = await loadTable(files, database, signal);
    problems.push(...loaded.problems);
    tables.push({ owner: files.owner, name: files.table, rows: loaded.rows });
  }
  if (problems.length > 0) throw new OwnDataError(dir, problems);
  return { database, tables };
}

async function loadTable(files: OwnFiles, database: Database, signal: AbortSignal) {
  const { owner, table, columns: file, shownColumns } = files;
  const { columns, problems } = readColumns(file, shownColumns);
  if (problems.length > 0) return { rows: 0, problems };
  database.createTable({ owner, name: table, columns: columns.map(definitionOf) });
  try {
    return await loadRows({ files, columns, database, signal });
  } catch (error) {
    if (signal.aborted || !(error instanceof Error) || !('syscall' in error)) throw error;
    return { rows: 0, problems: [`${files.shownCsv}: ${error.message}`] };
  }
}
