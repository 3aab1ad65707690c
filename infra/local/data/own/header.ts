import { duplicates, type OwnColumn } from './columns.ts';
import { NOT_UTF8, type Problem } from './problems.ts';
import type { CsvRecord } from './records.ts';

/** What the first record says about all that follow. */
export interface Header {
  readonly names: readonly string[];
  /** Per column of the table, its index among the names. */
  readonly positions: readonly number[];
}

export function readHeader({ fields }: CsvRecord, columns: readonly OwnColumn[]): Header {
  return { names: fields, positions: columns.map(({ name }) => fields.indexOf(name)) };
}

/** The header must name every column once, in any order, and nothing else. */
export function checkHeader(
  { fields, line, spoiled }: CsvRecord,
  columns: readonly OwnColumn[],
): Problem[] {
  if (spoiled !== undefined) return [{ line, text: NOT_UTF8 }];
  const wanted = columns.map(({ name }) => name);
  const tell = (text: string) => (column: string) => ({ line, column, text });
  return [
    ...duplicates(fields).map(tell('it is in the header twice')),
    ...wanted.filter((name) => !fields.includes(name)).map(tell('it is not in the header')),
    ...fields
      .filter((name) => !wanted.includes(name))
      .map(tell('it is in the header, but defined in no entry')),
  ];
}
