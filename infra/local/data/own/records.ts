import { createReadStream } from 'node:fs';
import { type CsvError, parse } from 'csv-parse';
import { watchUtf8 } from './utf8.ts';

export interface CsvRecord {
  readonly fields: readonly string[];
  /** Where the record begins, from 1; a quoted field may go over several lines. */
  readonly line: number;
  /** The index of a field that holds bytes which are no UTF-8. */
  readonly spoiled?: number;
}

/** A file that is no CSV. */
export class NotCsv extends Error {
  override readonly name = 'NotCsv';
  /** Where the record begins that cannot be read. */
  readonly line: number;
  /** The index of the field that cannot be read. */
  readonly field: number;

  constructor(line: number, field: number, message: string) {
    super(message);
    this.line = line;
    this.field = field;
  }
}

const REPLACEMENT = '\ufffd';

/**
 * Reads CSV by RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180) in UTF-8, with or without a byte order mark,
 * piece by piece; the header is a record like the others, and records may differ in the number of their fields.
 * Throws NotCsv behind the last record that could be read, the error of a file that cannot be read, or the
 * signal's abort.
 */
export async function* readRecords(
  file: string,
  signal: AbortSignal,
): AsyncGenerator<readonly CsvRecord[]> {
  let line = 1;
  let invalid: number | undefined;
  let records: CsvRecord[] = [];
  const parser = createParser((fields) => {
    const next = line + countLines(fields);
    const isSpoiled = invalid !== undefined && line <= invalid && invalid < next;
    const spoiled = isSpoiled ? fields.findIndex((field) => field.includes(REPLACEMENT)) : -1;
    records.push(isSpoiled ? { fields, line, spoiled } : { fields, line });
    line = next;
  });
  const take = () => {
    const taken = records;
    records = [];
    return taken;
  };
  const bytes = watchUtf8(createReadStream(file, { signal }), (at) => {
    invalid = at;
  });
  for await (const piece of bytes) {
    const error = await parser.write(piece);
    yield take();
    if (error) throw explain(error, line);
  }
  const error = await parser.end();
  yield take();
  if (error) throw explain(error, line);
}

/** The parser with its errors in the order of its records: as an event they would overtake what is buffered. */
function createParser(onRecord: (fields: readonly string[]) => void) {
  const parser = parse({
    bom: true,
    relax_column_count: true,
    record_delimiter: ['\r\n', '\n'],
    on_record(fields: readonly string[]) {
      onRecord(fields);
      return null;
    },
  });
  parser.on('error', () => undefined);
  type Outcome = CsvError | null | undefined;
  const settled = (step: (callback: (error?: Error | null) => void) => void) =>
    new Promise<Outcome>((resolve) => step((error) => resolve(error as Outcome)));
  return {
    write: (piece: Buffer) => settled((callback) => parser.write(piece, callback)),
    end: () => settled((callback) => parser.end(callback)),
  };
}

function countLines(fields: readonly string[]): number {
  let lines = 1;
  for (const field of fields) if (field.includes('\n')) lines += field.split('\n').length - 1;
  return lines;
}

// https://csv.js.org/parse/errors/
const explanations: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'the quoted field does not end',
  CSV_INVALID_CLOSING_QUOTE:
    'something follows the quote that ends the field; write a quote within it as ""',
  INVALID_OPENING_QUOTE: 'there is a quote within a field that does not begin with one',
};

function explain(error: CsvError, line: number): NotCsv {
  const { code, column } = error;
  return new NotCsv(line, Number(column), explanations[code] ?? error.message);
}
