import type { IncomingMessage } from 'node:http';

/** What a request says that the framework must not see. */
interface Hidden {
  readonly url: string;
  readonly contentLength: string | undefined;
  readonly isChunked: boolean;
}

const hidden = new WeakMap<IncomingMessage, Hidden>();

/**
 * Keeps body and path away from the framework. Its parsers would take up to 1 GiB of body into memory before our code
 * runs; they skip a request that announces none (https://github.com/jshttp/type-is#hasbodyrequest), and the bytes stay
 * in the stream. Paths that do not decode, and some that do, it would answer itself, in HTML or without a word.
 */
export function hideFromFramework(req: IncomingMessage): void {
  const { url = '/', headers } = req;
  const isChunked = headers['transfer-encoding'] !== undefined;
  hidden.set(req, { url, contentLength: headers['content-length'], isChunked });
  delete req.headers['content-length'];
  delete req.headers['transfer-encoding'];
  req.url = '/';
}

/** Path and query as the caller wrote them. */
export function urlOf(req: IncomingMessage): string {
  return hidden.get(req)?.url ?? req.url ?? '/';
}

/** Bytes of body that the caller announced; 0 when it did not say. */
export function declaredLength(req: IncomingMessage): number {
  return Number(hidden.get(req)?.contentLength ?? 0);
}

/** True for any body but one that is announced as empty. */
export function announcesBody(req: IncomingMessage): boolean {
  return declaredLength(req) > 0 || hidden.get(req)?.isChunked === true;
}
