import type { IncomingMessage } from 'node:http';
import { CRC32C, type Storage } from '@google-cloud/storage';
import { HttpStatusError } from './errors.ts';
import type { createOpener } from './requester.ts';

interface Wanted {
  readonly bucket: string;
  readonly name: string;
  /** The newest unless told. */
  readonly generation?: string | undefined;
}

/** Begins to read an object; undefined when it is not there. Whoever gets the response must read it to its end. */
export async function openContent(
  storage: Storage,
  open: ReturnType<typeof createOpener>,
  { bucket, name, generation }: Wanted,
  signal?: AbortSignal,
): Promise<IncomingMessage | undefined> {
  const query = new URLSearchParams({ alt: 'media', ...(generation && { generation }) });
  const path = `b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}`;
  const uri = `${storage.baseUrl}/${path}?${query}`;
  const response = await open({ method: 'GET', uri, headers: {} }, signal);
  const { statusCode: status = 0 } = response;
  if (status === 200) return response;
  const body = Buffer.concat(await Array.fromAsync(response));
  if (status === 404) return undefined;
  throw new HttpStatusError({ status, body });
}

/**
 * The pieces of a response, each given out when the next one is there, so that content which does not have the
 * checksum of its header never ends well (https://cloud.google.com/storage/docs/data-validation#client-side).
 */
export async function* intact(response: IncomingMessage): AsyncGenerator<Uint8Array> {
  const crc32c = new CRC32C();
  let held: Buffer | undefined;
  for await (const piece of response as AsyncIterable<Buffer>) {
    crc32c.update(piece);
    if (held) yield held;
    held = piece;
  }
  if (crc32c.toString() !== checksumOf(response)) throw new Error('The content was damaged.');
  if (held) yield held;
}

/** Cloud Storage tells CRC32C, and MD5 as well, in one header. */
export function checksumOf({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  return /crc32c=([^,\s]+)/.exec(String(headers['x-goog-hash']))?.[1];
}
