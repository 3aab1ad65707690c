import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { ObjectResource } from './objects.ts';

/** The object when an upload is complete, otherwise how many bytes of it are kept. */
export function sendProgress(
  response: ServerResponse,
  kept: number,
  resource: ObjectResource | undefined,
): void {
  if (resource) {
    sendJson(response, 200, resource);
    return;
  }
  // The header is missing while nothing is kept.
  if (kept > 0) response.setHeader('range', `bytes=0-${kept - 1}`);
  response.writeHead(308, { 'content-length': 0 }).end();
}

/** The content, or the part that a Range header asks for. */
export async function sendMedia(
  request: IncomingMessage,
  response: ServerResponse,
  resource: ObjectResource,
  path: string,
): Promise<void> {
  const size = Number(resource.size);
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const start = Number(from ?? 0);
  const end = Math.min(to ? Number(to) : size - 1, size - 1);
  response.writeHead(from === undefined ? 200 : 206, {
    'content-type': resource.contentType,
    'content-length': end - start + 1,
    'x-goog-hash': `crc32c=${resource.crc32c}`,
    'x-goog-generation': resource.generation,
    'x-goog-stored-content-encoding': 'identity',
    ...(from !== undefined && { 'content-range': `bytes ${start}-${end}/${size}` }),
  });
  if (size === 0) response.end();
  else await pipeline(createReadStream(path, { start, end }), response);
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, {
      'content-type': 'application/json; charset=UTF-8',
      'content-length': Buffer.byteLength(text),
    })
    .end(text);
}
