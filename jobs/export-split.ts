import { finished, pipeline } from 'node:stream/promises';
import type { PlannedColumn } from '../shared/domain/column.ts';
import type { PlannedCondition } from '../shared/domain/filter.ts';
import { partName } from '../shared/domain/layout.ts';
import type { Part, SplitResult } from '../shared/domain/split.ts';
import type { SplitRange } from '../shared/domain/split-range.ts';
import { OraFerryError } from '../shared/errors.ts';
import type { ObjectStore, StoredObject } from '../shared/ports/objects.ts';
import type { OracleSource, RowQuery, TableName } from '../shared/ports/oracle.ts';
import { encodeChunks, type Tally } from './encode-chunks.ts';
import { createGzipStage, type GzipStage } from './gzip.ts';
import { nameRow } from './name-row.ts';
import { partLimit } from './part-limit.ts';

/** One attempt at one split, as plain data that can cross into another process. */
export interface SplitTask {
  /** As the transport names it. */
  readonly owner: string;
  readonly table: string;
  /** What is read when that is a synonym. */
  readonly source?: TableName | undefined;
  readonly columns: readonly PlannedColumn[];
  readonly filter?: readonly PlannedCondition[] | undefined;
  readonly range?: SplitRange | undefined;
  /** Absent: in one transaction, with the count of its rows. */
  readonly scn?: string | undefined;
  readonly bucket: string;
  /** The job's prefix, ending in a slash. */
  readonly prefix: string;
  /** With these the names of parts belong to this attempt alone. */
  readonly split: number;
  readonly epoch: number;
  readonly attempt: number;
  /** Compressed bytes after which the stream goes on in another part, see partLimit. */
  readonly maxPartBytes: number;
  readonly gzipLevel: number;
  /** What the session is for, as a DBA sees it. */
  readonly action?: string;
  /** Whom it works for: the job. */
  readonly client?: string;
  /** A value that came with U+FFFD fails the split instead of being counted. */
  readonly refuseReplacements: boolean;
  /** What the worker's log entries carry while it is at it. */
  readonly logFields?: Readonly<Record<string, unknown>>;
}

export interface SplitProgress {
  readonly rows: number;
  readonly bytesUncompressed: number;
  /** Compressed, on their way to the bucket. */
  readonly bytes: number;
}

export interface SplitHooks {
  /** Must have recorded the session of the object (its name relative to the prefix) when it resolves. */
  onUpload(name: string, uri: string): Promise<void>;
  /** Totals of this attempt, after each chunk. */
  onProgress?(progress: SplitProgress): void;
}

export interface SplitDependencies {
  readonly oracle: OracleSource;
  readonly objects: ObjectStore;
}

/**
 * Reads a split and writes it as gzip JSON Lines: rows → text → gzip → upload, each stage at most a few chunks ahead
 * of the next. No row, no object; a long stream goes on in another object. On any error or abort all stages have
 * ended and the upload session was cancelled, as far as the bucket answers, before the error is thrown. Throws
 * VERIFICATION_FAILED when rows fetched, rows encoded and lines written differ, and VALUE_ERROR, naming column and
 * ROWID, for a value without an exact form.
 */
export async function exportSplit(
  deps: SplitDependencies,
  task: SplitTask,
  hooks: SplitHooks,
  signal: AbortSignal,
): Promise<SplitResult> {
  const failure = new AbortController();
  const stages: Stages = {
    ...deps,
    task,
    hooks,
    stop: (error) => failure.abort(error),
    signal: AbortSignal.any([signal, failure.signal]),
    tally: { fetched: 0, encoded: 0, newlines: 0, replacements: {} },
    written: { rows: 0, bytesUncompressed: 0, bytes: 0, replacements: {} },
  };
  const count: { rows?: number } = {};
  const query = queryOf(task, count);
  const chunks = chunksOf(stages, query);
  try {
    const parts = await writeParts(stages, chunks);
    const countedRows = count.rows;
    const rows = assertTally(stages);
    return { rows, parts, ...(countedRows !== undefined && { countedRows }) };
  } catch (error) {
    stages.stop(error);
    await chunks.return(undefined);
    signal.throwIfAborted();
    throw await nameRow(stages.oracle, query, task, failure.signal.reason, signal);
  } finally {
    await chunks.return(undefined);
  }
}

interface Stages extends SplitDependencies {
  readonly task: SplitTask;
  readonly hooks: SplitHooks;
  /** The first error stops every stage and is the one that is thrown; what it causes elsewhere is noise. */
  readonly stop: (error: unknown) => void;
  readonly signal: AbortSignal;
  readonly tally: Tally;
  /** Of the parts that are finished. */
  readonly written: {
    rows: number;
    bytesUncompressed: number;
    bytes: number;
    replacements: Tally['replacements'];
  };
}

function queryOf(task: SplitTask, count: { rows?: number }): RowQuery {
  const { owner, table, source, columns, filter, range, scn, action } = task;
  const onCount = (rows: number) => {
    count.rows = rows;
  };
  return {
    ...(source ?? { owner, table }),
    columns,
    filter,
    range,
    scn,
    ...(action !== undefined && { action }),
    ...(scn === undefined && { onCount }),
  };
}

/** An error of reading is told before whoever waits for chunks can take it for their end. */
async function* chunksOf(stages: Stages, query: RowQuery): AsyncGenerator<Uint8Array, undefined> {
  const { oracle, task, tally, signal, stop } = stages;
  const { columns, refuseReplacements } = task;
  try {
    yield* encodeChunks(oracle.rows(query, signal), { columns, refuseReplacements, tally });
  } catch (error) {
    stop(error);
    throw error;
  }
  return undefined;
}

/** One part after another until the chunks are used up. */
async function writeParts(
  stages: Stages,
  chunks: AsyncGenerator<Uint8Array, undefined>,
): Promise<Part[]> {
  const parts: Part[] = [];
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    const part = await writePart(stages, parts.length + 1, next.value, chunks);
    const { written, tally } = stages;
    written.rows = tally.encoded;
    written.replacements = tally.replacements;
    written.bytes += part.bytes;
    written.bytesUncompressed += part.bytesUncompressed;
    parts.push(part);
  }
  return parts;
}

async function writePart(
  stages: Stages,
  number: number,
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): Promise<Part> {
  const { objects, task, hooks } = stages;
  const partOfTable = partName(task.owner, task.table, { ...task, part: number });
  const name = `${task.prefix}${partOfTable}`;
  const uri = await objects.beginUpload(task.bucket, name, 'application/gzip');
  try {
    await hooks.onUpload(partOfTable, uri);
    const target = { bucket: task.bucket, name, uri };
    const { stored, counts } = await streamPart(
      stages,
      { first, rest, limit: partLimit(task.maxPartBytes, number) },
      target,
    );
    return partFrom(stages, counts, { ...stored, name: partOfTable });
  } catch (error) {
    await objects.cancelUpload(uri).catch(() => undefined);
    throw error;
  }
}

interface Chunks {
  readonly first: Uint8Array;
  readonly rest: AsyncIterator<Uint8Array>;
  /** Compressed bytes after which the part is full. */
  readonly limit: number;
}

async function streamPart(
  stages: Stages,
  chunks: Chunks,
  target: Parameters<ObjectStore['upload']>[0],
): Promise<{ stored: StoredObject; counts: GzipStage['counts'] }> {
  const { task, objects, stop, signal } = stages;
  const { stream, counts } = createGzipStage(task.gzipLevel);
  const fail = (error: unknown) => {
    stop(error);
    throw error;
  };
  // The upload must not destroy the stream when it fails, or that would look like the cause.
  const compressed = stream.iterator({ destroyOnReturn: false });
  const source = untilFull(stages, chunks, counts);
  const running = [
    objects.upload(target, compressed, signal),
    pipeline(source, stream, { signal }),
  ] as const;
  try {
    const [stored] = await Promise.all([running[0].catch(fail), running[1].catch(fail)]);
    return { stored, counts };
  } finally {
    stream.destroy();
    await Promise.allSettled([...running, finished(stream)]);
  }
}

const newline = 10;

/** Chunks of one part: until there are no more, or it is full and the last one ended with its row. */
async function* untilFull(
  { tally, hooks, written }: Stages,
  { first, rest, limit }: Chunks,
  counts: GzipStage['counts'],
): AsyncGenerator<Uint8Array> {
  for (let chunk: Uint8Array | undefined = first; chunk; ) {
    // Looked at before, because the chunk goes to another thread.
    const endsRow: boolean = chunk.at(-1) === newline;
    yield chunk;
    hooks.onProgress?.({
      rows: tally.encoded,
      bytesUncompressed: written.bytesUncompressed + counts.bytesIn,
      bytes: written.bytes + counts.bytesOut,
    });
    const isFull: boolean = endsRow && counts.bytesOut >= limit;
    chunk = isFull ? undefined : (await rest.next()).value;
  }
}

function partFrom(
  { task, tally, written }: Stages,
  { bytesIn, bytesOut }: GzipStage['counts'],
  stored: StoredObject,
): Part {
  const rows = tally.encoded - written.rows;
  if (bytesOut !== stored.bytes) {
    throw differing(task, { rows, bytes_sent: bytesOut, bytes_stored: stored.bytes });
  }
  const replacements = increase(written.replacements, tally.replacements);
  return {
    name: stored.name,
    rows,
    bytes: stored.bytes,
    bytesUncompressed: bytesIn,
    crc32c: stored.crc32c,
    generation: stored.generation,
    ...(Object.keys(replacements).length > 0 && { replacements }),
  };
}

function increase(before: Tally['replacements'], now: Tally['replacements']) {
  const fields = Object.entries(now).map(
    ([field, count]) => [field, count - (before[field] ?? 0)] as const,
  );
  return Object.fromEntries(fields.filter(([, count]) => count > 0));
}

/** The rows, which all stages counted alike. */
function assertTally({ task, tally }: Stages): number {
  const { fetched, encoded, newlines } = tally;
  if (fetched === encoded && encoded === newlines) return encoded;
  throw differing(task, { fetched, encoded, newlines });
}

function differing({ owner, table }: SplitTask, details: Record<string, number>): OraFerryError {
  const message = `${owner}.${table}: what was fetched, written and stored differs.`;
  return new OraFerryError('VERIFICATION_FAILED', message, { details });
}
