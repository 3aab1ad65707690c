import type { Database } from '../../oracle/database.ts';
import type { OwnColumn } from './columns.ts';
import type { OwnFiles } from './files.ts';
import { createFiller } from './fill.ts';
import type { Header } from './header.ts';
import { describeProblem, type Problem } from './problems.ts';
import { NotCsv, readRecords } from './records.ts';

export interface RowsOptions {
  readonly files: OwnFiles;
  readonly columns: readonly OwnColumn[];
  /** Has the table already. */
  readonly database: Database;
  readonly signal: AbortSignal;
}

export interface LoadedRows {
  readonly rows: number;
  /** In the order of lines; a handful at most, because the file is not read on after them. */
  readonly problems: readonly string[];
}

/** Whatever is wrong with the first rows tends to be so with all. */
const MOST_PROBLEMS = 5;

/** Reads a CSV file into its table. Rejects when the file cannot be read, or with the signal's abort. */
export async function loadRows(options: RowsOptions): Promise<LoadedRows> {
  const { files, columns, database, signal } = options;
  const filler = createFiller(files, columns, database);
  const problems: Problem[] = [];
  try {
    for await (const records of readRecords(files.csv, signal)) {
      problems.push(...filler.add(records));
      const hasOtherHeader = problems.length > 0 && !filler.header();
      if (hasOtherHeader || problems.length >= MOST_PROBLEMS) break;
    }
    if (!filler.header() && problems.length === 0) problems.push({ line: 1, text: NO_HEADER });
  } catch (error) {
    if (!(error instanceof NotCsv)) throw error;
    problems.push(locate(error, filler.header()));
  }
  problems.push(...filler.flush());
  const first = problems.toSorted((a, b) => a.line - b.line).slice(0, MOST_PROBLEMS);
  return {
    rows: filler.rows(),
    problems: first.map((problem) => describeProblem(files.shownCsv, problem)),
  };
}

const NO_HEADER = 'the file is empty; it must begin with a header that names the columns';

function locate({ line, field, message }: NotCsv, header: Header | undefined): Problem {
  const column = header?.names[field];
  return column === undefined ? { line, text: message } : { line, column, text: message };
}
