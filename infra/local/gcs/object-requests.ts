import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sendJson, sendMedia } from './answers.ts';
import { crc32c, encodeCrc32c } from './crc32c.ts';
import { HttpError } from './errors.ts';
import { parseMultipart } from './multipart.ts';
import type { Objects } from './objects.ts';
import type { Exchange } from './requests.ts';

/** Requests that are done at once. */
export function createObjectRequests(objects: Objects, pageSize: number) {
  return {
    async bucket({ target, response }: Exchange) {
      objects.bucketOf(target.bucket);
      sendJson(response, 200, { kind: 'storage#bucket', id: target.bucket, name: target.bucket });
    },

    async list({ target, response }: Exchange) {
      const { bucket, query } = target;
      const all = objects.list(bucket, query.get('prefix') ?? '');
      const start = Number(query.get('pageToken') ?? 0);
      const end = start + Math.min(Number(query.get('maxResults') ?? pageSize), pageSize);
      const next = end < all.length && { nextPageToken: String(end) };
      sendJson(response, 200, { kind: 'storage#objects', items: all.slice(start, end), ...next });
    },

    async get({ target, response }: Exchange) {
      sendJson(response, 200, objects.get(target.bucket, target.name, target.generation));
    },

    async media({ target, request, response }: Exchange) {
      const { bucket, name } = target;
      const resource = objects.get(bucket, name, target.generation);
      await sendMedia(request, response, resource, objects.path(bucket, name));
    },

    async delete({ target, response }: Exchange) {
      const { bucket, name, generation, ifGenerationMatch } = target;
      objects.get(bucket, name, generation);
      objects.checkGeneration(bucket, name, ifGenerationMatch);
      objects.remove(bucket, name, generation);
      response.writeHead(204).end();
    },

    /** One request with metadata and content (uploadType=multipart), or only the content (media). */
    async insert({ target, request, response }: Exchange, body: AsyncIterable<Uint8Array>) {
      const { metadata, content } = parseMultipart(
        request.headers['content-type'] ?? '',
        Buffer.concat(await Array.fromAsync(body)),
      );
      const name = target.query.get('name') ?? metadata.name ?? '';
      const checksum = encodeCrc32c(crc32c(content));
      if (metadata.crc32c !== undefined && metadata.crc32c !== checksum) {
        throw new HttpError(400, 'The provided CRC32C does not match the content.');
      }
      const file = join(objects.scratch, randomUUID());
      writeFileSync(file, content);
      const resource = objects.put({
        bucket: target.bucket,
        name,
        contentType: metadata.contentType ?? 'application/octet-stream',
        size: content.length,
        crc32c: checksum,
        file,
        ifGenerationMatch: target.ifGenerationMatch,
      });
      sendJson(response, 200, resource);
    },
  };
}
