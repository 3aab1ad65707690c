import { once } from 'node:events';
import { createGunzip, type Gunzip } from 'node:zlib';
import { createDigest } from '../../shared/gcs/reader.ts';
import { countLines, type LineFindings } from './count-lines.ts';
import type { ManifestPart } from './documents.ts';
import { readWhole } from './output.ts';

type Open = () => Promise<AsyncIterable<Uint8Array> | undefined>;

/**
 * Reads a part from its first byte to its last, and says what is not as the manifest says. Throws GCS_ERROR when the content cannot be had.
 */
export async function checkPart(
  open: Open,
  part: ManifestPart,
  fields: readonly string[] | undefined,
): Promise<string[]> {
  const content = await readWhole(open, (source) => readContent(source, fields));
  if (!content) return ['is missing'];
  return [
    ...differs('bytes', content.bytes, part.bytes),
    ...differs('CRC32C', content.crc32c, part.crc32c),
    ...gzipProblems(content),
    ...content.lines.problems,
    // Of a stream that breaks off nobody knows the rest.
    ...(content.gzipError === undefined
      ? [
          ...differs('rows', content.lines.rows, part.rows),
          ...differs('bytes uncompressed', content.lines.bytes, part.bytes_uncompressed),
        ]
      : []),
  ];
}

interface Content {
  readonly bytes: number;
  readonly crc32c: string;
  /** How far the gzip stream reaches. */
  readonly gzipBytes: number;
  readonly gzipError: string | undefined;
  readonly lines: LineFindings;
}

/** All bytes count for size and checksum, also those behind the point where the gzip stream breaks. */
async function readContent(
  source: AsyncIterable<Uint8Array>,
  fields: readonly string[] | undefined,
): Promise<Content> {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  const counter = countLines(fields);
  const inflating = inflate(gunzip, counter.take);
  const digest = createDigest();
  try {
    for await (const piece of source) {
      digest.update(piece);
      await feed(gunzip, piece);
    }
  } finally {
    gunzip.end();
  }
  const gzipError = await inflating;
  const isBroken = gzipError !== undefined;
  const lines = counter.finish(isBroken);
  return { ...digest.value(), gzipBytes: gunzip.bytesWritten, gzipError, lines };
}

/** Resolves at the end of the gzip stream, with what is wrong with it. */
async function inflate(gunzip: Gunzip, take: (piece: Buffer) => void): Promise<string | undefined> {
  try {
    for await (const piece of gunzip) take(piece);
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith('Z_')) return message;
    throw error;
  }
}

/** A stream that has ended, or broken, takes nothing more. */
async function feed(gunzip: Gunzip, piece: Uint8Array): Promise<void> {
  if (gunzip.destroyed || gunzip.readableEnded || gunzip.write(piece)) return;
  const settled = new AbortController();
  const { signal } = settled;
  const events = ['drain', 'end', 'close'].map((event) => once(gunzip, event, { signal }));
  await Promise.race(events).catch(() => undefined);
  settled.abort();
  await Promise.allSettled(events);
}

function gzipProblems({ gzipError, gzipBytes, bytes }: Content): string[] {
  if (gzipError === 'unexpected end of file') return ['the gzip stream is cut off'];
  if (gzipError !== undefined) return [`the gzip stream is damaged (${gzipError})`];
  return gzipBytes < bytes ? [`${bytes - gzipBytes} bytes follow the end of the gzip stream`] : [];
}

function differs<T>(what: string, actual: T, expected: T): string[] {
  return actual === expected ? [] : [`${what} ${actual}, not ${expected}`];
}
