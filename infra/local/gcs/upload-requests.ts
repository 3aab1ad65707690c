import { buffer } from 'node:stream/consumers';
import { sendJson, sendProgress } from './answers.ts';
import type { Objects } from './objects.ts';
import { type Exchange, parseContentRange } from './requests.ts';
import { createSessions } from './sessions.ts';

/** Requests of resumable uploads. */
export function createUploadRequests(objects: Objects) {
  const sessions = createSessions(objects);

  return {
    async session({ target, request, response }: Exchange) {
      const text = String(await buffer(request));
      const metadata = text === '' ? {} : JSON.parse(text);
      const id = sessions.begin({
        bucket: target.bucket,
        name: target.query.get('name') ?? metadata.name ?? '',
        contentType: String(
          request.headers['x-upload-content-type'] ??
            metadata.contentType ??
            'application/octet-stream',
        ),
        ifGenerationMatch: target.ifGenerationMatch,
      });
      const location = new URL(request.url ?? '', `http://${request.headers.host}`);
      location.searchParams.set('upload_id', id);
      response.writeHead(200, { location: location.href, 'content-length': 0 }).end();
    },

    async chunk({ target, request, response }: Exchange, body: AsyncIterable<Uint8Array>) {
      const session = sessions.get(target.uploadId);
      const { start, total } = parseContentRange(request.headers['content-range']);
      const resource = await session.take(body, start, total);
      sendProgress(response, session.kept, resource);
    },

    async query({ target, request, response }: Exchange) {
      const session = sessions.get(target.uploadId);
      const { total } = parseContentRange(request.headers['content-range']);
      const resource = session.finishAt(total);
      sendProgress(response, session.kept, resource);
    },

    /** https://cloud.google.com/storage/docs/performing-resumable-uploads#cancel-upload */
    async cancel({ target, response }: Exchange) {
      sessions.get(target.uploadId).cancel();
      sendJson(response, 499, {});
    },

    close: () => sessions.close(),
  };
}
