/** Data of one's own that cannot be loaded: every problem that was found, one sentence each. */
export class OwnDataError extends Error {
  override readonly name = 'OwnDataError';
  readonly problems: readonly string[];

  constructor(dir: string, problems: readonly string[]) {
    super([`The data in ${dir} cannot be loaded:`, ...shorten(problems)].join('\n'));
    this.problems = problems;
  }
}

const SHOWN = 20;
const LONGEST_FIELD = 60;

function shorten(problems: readonly string[]): string[] {
  const shown = problems.slice(0, SHOWN).map((problem) => `  ${problem}`);
  const more = problems.length - shown.length;
  return more > 0 ? [...shown, `  … and ${more} more`] : shown;
}

/** A name or field between double quotes on one line; a long one is cut. */
export function quote(text: string): string {
  const characters = [...text.slice(0, 2 * LONGEST_FIELD)];
  const cut = characters.slice(0, LONGEST_FIELD).join('');
  return JSON.stringify(cut.length < text.length ? `${cut}…` : text);
}

/** Something wrong with a CSV file. */
export interface Problem {
  /** From 1. */
  readonly line: number;
  readonly column?: string;
  readonly text: string;
}

export const NOT_UTF8 = 'there are bytes that are no UTF-8';

/** As in `HR/EMP.csv, line 17, column SALARY: "12,5" is no NUMBER(10,2)`. */
export function describeProblem(file: string, { line, column, text }: Problem): string {
  const where = column === undefined ? '' : `, column ${column}`;
  return `${file}, line ${line}${where}: ${text}`;
}
