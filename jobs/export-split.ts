import { finished, pipeline } from 'node:stream/promises';
import type { PlannedColumn } from '../shared/domain/column.ts';
import type { PlannedCondition } from '../shared/domain/filter.ts';
import type { Part } from '../shared/domain/split.ts';
import { OraFerryError } from '../shared/errors.ts';
import type { ObjectStore, OracleSource, Row, StoredObject, TableName } from '../shared/ports.ts';
import { encodeChunks, type Tally } from './encode-chunks.ts';
import { createGzipStage, type GzipStage } from './gzip.ts';
import { nameRow } from './name-row.ts';

/** One attempt at one split, as plain data that can cross into another process. */
export interface SplitTask {
  /** As the transport names it. */
  readonly owner: string;
  readonly table: string;
  /** What is read when that is a synonym. */
  readonly source?: TableName | undefined;
  readonly columns: readonly PlannedColumn[];
  readonly filter?: readonly PlannedCondition[] | undefined;
  readonly scn: string;
  readonly bucket: string;
  /** The job's prefix, ending in a slash. */
  readonly prefix: string;
  /** Relative to the prefix; belongs to this attempt alone. */
  readonly partName: string;
  readonly gzipLevel: number;
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

export interface SplitResult {
  readonly rows: number;
  /** None when there was no row. */
  readonly parts: readonly Part[];
}

export interface SplitDependencies {
  readonly oracle: OracleSource;
  readonly objects: ObjectStore;
}

/**
 * Reads a split at its SCN and writes it as one gzip JSON Lines object: rows → text → gzip → upload, each stage
 * at most a few chunks ahead of the next. No row, no object. On any error or abort all stages have ended and the
 * upload session was cancelled, as far as the bucket answers, before the error is thrown. Throws
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
  const stop = (error: unknown) => failure.abort(error);
  const stages: Stages = {
    ...deps,
    task,
    hooks,
    stop,
    signal: AbortSignal.any([signal, failure.signal]),
  };
  const { columns, scn, filter } = task;
  const query = {
    ...(task.source ?? { owner: task.owner, table: task.table }),
    columns,
    scn,
    filter,
  };
  const batches = stages.oracle.rows(query, stages.signal)[Symbol.asyncIterator]();
  try {
    const first = await batches.next();
    if (first.done) return { rows: 0, parts: [] };
    const part = await writePart(stages, allBatches(first.value, batches));
    return { rows: part.rows, parts: [part] };
  } catch (error) {
    stop(error);
    signal.throwIfAborted();
    await batches.return?.();
    throw await nameRow(stages.oracle, query, task, failure.signal.reason, signal);
  } finally {
    await batches.return?.();
  }
}

interface Stages extends SplitDependencies {
  readonly task: SplitTask;
  readonly hooks: SplitHooks;
  /** The first error stops every stage and is the one that is thrown; what it causes elsewhere is noise. */
  readonly stop: (error: unknown) => void;
  readonly signal: AbortSignal;
}

async function* allBatches(
  first: readonly Row[],
  rest: AsyncIterator<readonly Row[]>,
): AsyncGenerator<readonly Row[]> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

async function writePart(stages: Stages, batches: AsyncIterable<readonly Row[]>): Promise<Part> {
  const { objects, task, hooks } = stages;
  const name = `${task.prefix}${task.partName}`;
  const uri = await objects.beginUpload(task.bucket, name, 'application/gzip');
  try {
    await hooks.onUpload(task.partName, uri);
    return await streamPart(stages, batches, { bucket: task.bucket, name, uri });
  } catch (error) {
    await objects.cancelUpload(uri).catch(() => undefined);
    throw error;
  }
}

async function streamPart(
  { task, objects, hooks, stop, signal }: Stages,
  batches: AsyncIterable<readonly Row[]>,
  target: Parameters<ObjectStore['upload']>[0],
): Promise<Part> {
  const { stream, counts } = createGzipStage(task.gzipLevel);
  const tally: Tally = { fetched: 0, encoded: 0, newlines: 0, replacements: {} };
  const report = () =>
    hooks.onProgress?.({
      rows: tally.encoded,
      bytesUncompressed: counts.bytesIn,
      bytes: counts.bytesOut,
    });
  const fail = (error: unknown) => {
    stop(error);
    throw error;
  };
  // The upload must not destroy the stream when it fails, or that would look like the cause.
  const compressed = stream.iterator({ destroyOnReturn: false });
  const { columns, refuseReplacements } = task;
  const chunks = encodeChunks(batches, { columns, refuseReplacements, tally, report });
  const stages = [
    objects.upload(target, compressed, signal),
    pipeline(tellFailure(chunks, stop), stream, { signal }),
  ] as const;
  try {
    const [stored] = await Promise.all([stages[0].catch(fail), stages[1].catch(fail)]);
    return verifiedPart(task, tally, counts, stored);
  } finally {
    stream.destroy();
    await Promise.allSettled([...stages, finished(stream)]);
  }
}

async function* tellFailure<T>(
  source: AsyncIterable<T>,
  stop: (error: unknown) => void,
): AsyncGenerator<T> {
  try {
    yield* source;
  } catch (error) {
    stop(error);
    throw error;
  }
}

function verifiedPart(
  task: SplitTask,
  tally: Tally,
  { bytesIn, bytesOut }: GzipStage['counts'],
  stored: StoredObject,
): Part {
  const { fetched, encoded, newlines, replacements } = tally;
  if (fetched !== encoded || encoded !== newlines || bytesOut !== stored.bytes) {
    throw new OraFerryError(
      'VERIFICATION_FAILED',
      `${task.owner}.${task.table}: what was fetched, written and stored differs.`,
      { details: { fetched, encoded, newlines, bytes_sent: bytesOut, bytes_stored: stored.bytes } },
    );
  }
  return {
    name: task.partName,
    rows: encoded,
    bytes: stored.bytes,
    bytesUncompressed: bytesIn,
    crc32c: stored.crc32c,
    generation: stored.generation,
    ...(Object.keys(replacements).length > 0 && { replacements }),
  };
}
