import type { PlannedColumn } from '../shared/domain/column.ts';
import { compileEncoder, type TableEncoder } from '../shared/domain/encode.ts';
import { OraFerryError } from '../shared/errors.ts';
import type { Row } from '../shared/ports/oracle.ts';

/** What each stage says it handled. */
export interface Tally {
  fetched: number;
  encoded: number;
  newlines: number;
  /** By field: values that came with U+FFFD in place of what had no form in Unicode. */
  replacements: Readonly<Record<string, number>>;
}

export interface ChunkOptions {
  readonly columns: readonly PlannedColumn[];
  /** Throw VALUE_ERROR for a value with U+FFFD instead of counting it. */
  readonly refuseReplacements: boolean;
  readonly tally: Tally;
}

const chunkRows = 10_000;
/** Wide rows make a chunk earlier, so that its size stays bounded. */
const chunkBytes = 8 * 1024 * 1024;

/** JSON Lines in chunks of up to 10,000 rows or about 8 MiB; a chunk may end within a row that is longer. */
export async function* encodeChunks(
  batches: AsyncIterable<readonly Row[]>,
  options: ChunkOptions,
): AsyncGenerator<Uint8Array> {
  const { tally } = options;
  const encoder = compileEncoder(options.columns);
  const chunk = createChunk(tally);

  for await (const batch of batches) {
    tally.fetched += batch.length;
    if (chunk.rows() + batch.length > chunkRows) yield chunk.take();
    for await (const { text, rows } of textsOf(encoder, batch)) {
      chunk.add(text, rows);
      note(encoder, options);
      if (chunk.isFull()) yield chunk.take();
    }
  }
  if (!chunk.isEmpty()) yield chunk.take();
}

interface Text {
  readonly text: string;
  /** That end in it. */
  readonly rows: number;
}

/** A batch at once, or in pieces where it holds large values. */
async function* textsOf(encoder: TableEncoder, batch: readonly Row[]): AsyncGenerator<Text> {
  if (!batch.some(encoder.hasLargeValue)) {
    yield { text: encoder.lines(batch), rows: batch.length };
    return;
  }
  for (const row of batch) {
    for await (const text of encoder.pieces(row)) yield { text, rows: text.endsWith('\n') ? 1 : 0 };
  }
}

function createChunk(tally: Tally) {
  let pieces: Buffer[] = [];
  let rows = 0;
  let bytes = 0;
  return {
    rows: () => rows,
    isEmpty: () => bytes === 0,
    isFull: () => rows >= chunkRows || bytes >= chunkBytes,
    add(text: string, endedRows: number): void {
      // Bytes at once: text that waits for its chunk would keep every piece it was made of alive.
      const encoded = Buffer.from(text);
      pieces.push(encoded);
      rows += endedRows;
      bytes += encoded.byteLength;
    },
    take(): Uint8Array {
      const taken = Buffer.concat(pieces, bytes);
      tally.encoded += rows;
      tally.newlines += countNewlines(taken);
      pieces = [];
      rows = 0;
      bytes = 0;
      return taken;
    },
  };
}

function note(encoder: TableEncoder, { columns, tally, refuseReplacements }: ChunkOptions): void {
  tally.replacements = encoder.replacements();
  if (!refuseReplacements) return;
  const replaced = columns.find(({ field }) => Object.hasOwn(tally.replacements, field));
  if (!replaced) return;
  throw new OraFerryError(
    'VALUE_ERROR',
    `Column ${replaced.name} holds text with characters that have no form in Unicode (U+FFFD).`,
    { details: { column: replaced.name } },
  );
}

function countNewlines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}
