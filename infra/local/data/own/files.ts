import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { refuseName } from './columns.ts';

/** The two files of a table. */
export interface OwnFiles {
  readonly owner: string;
  readonly table: string;
  readonly csv: string;
  readonly columns: string;
  /** How messages name the files: relative to the folder of all data. */
  readonly shownCsv: string;
  readonly shownColumns: string;
}

export interface FoundFiles {
  readonly tables: readonly OwnFiles[];
  readonly problems: readonly string[];
}

const CSV = '.csv';
const COLUMNS = '.columns.json';

/** Finds `dir/<OWNER>/<TABLE>.csv`; other files are left alone unless they look misplaced. */
export function findFiles(dir: string): FoundFiles {
  const entries = listFolder(dir);
  if (typeof entries === 'string') return { tables: [], problems: [entries] };
  const owners = entries.filter((name) => isFolder(join(dir, name)));
  const misplaced = entries.filter((name) => name.endsWith(CSV) && !owners.includes(name));
  const found = owners.map((owner) => findOfOwner(dir, owner));
  const tables = found.flatMap((one) => one.tables);
  const problems = [
    ...misplaced.map((name) => `${name}: it must lie in a folder named after its owner`),
    ...found.flatMap((one) => one.problems),
  ];
  if (tables.length === 0 && problems.length === 0) {
    problems.push(
      'there is no table; one is <OWNER>/<TABLE>.csv with <OWNER>/<TABLE>.columns.json',
    );
  }
  return { tables, problems };
}

function listFolder(dir: string): string[] | string {
  try {
    return readdirSync(dir).toSorted();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return 'there is no such folder';
    return code === 'ENOTDIR' ? 'it is no folder' : (error as Error).message;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function findOfOwner(dir: string, owner: string): FoundFiles {
  const names = listFolder(join(dir, owner));
  if (typeof names === 'string') return { tables: [], problems: [`${owner}: ${names}`] };
  const tables = names
    .filter((name) => name.endsWith(CSV))
    .map((name) => filesOf(dir, owner, name.slice(0, -CSV.length)));
  const lonely = names.filter(
    (name) => name.endsWith(COLUMNS) && !names.includes(name.slice(0, -COLUMNS.length) + CSV),
  );
  const problems = [
    ...tables.flatMap(problemsOfNames),
    ...lonely.map((name) => `${owner}/${name}: there is no ${CSV} file beside it`),
  ];
  return { tables, problems };
}

function filesOf(dir: string, owner: string, table: string): OwnFiles {
  return {
    owner,
    table,
    csv: join(dir, owner, table + CSV),
    columns: join(dir, owner, table + COLUMNS),
    shownCsv: `${owner}/${table}${CSV}`,
    shownColumns: `${owner}/${table}${COLUMNS}`,
  };
}

function problemsOfNames({ owner, table, shownCsv }: OwnFiles): string[] {
  return [refuseName(owner), refuseName(table)]
    .filter((problem) => problem !== undefined)
    .map((problem) => `${shownCsv}: ${problem}`);
}
