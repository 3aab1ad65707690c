import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { Storage } from '@google-cloud/storage';

export interface Request {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly uri: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Requester = ReturnType<typeof createRequester>;

/**
 * Sends requests that move content, with the client's own authorisation. The client's two HTTP stacks are not
 * used for it: neither notices a peer that has stopped reading, and one of them cannot be aborted.
 */
export function createRequester(storage: Storage, stallMs: number) {
  /** Resolves with any status. Rejects when the connection fails or makes no progress for `stallMs`. */
  return async (request: Request, signal?: AbortSignal): Promise<Answer> => {
    const headers = await authorize(storage, request);
    const response = await send({ ...request, headers }, stallMs, signal);
    const { statusCode: status = 0, headers: received } = response;
    return { status, headers: received, body: await buffer(response) };
  };
}

/** As createRequester, but gives the response as it begins; whoever gets it must read it to its end. */
export function createOpener(storage: Storage, stallMs: number) {
  return async (request: Request, signal?: AbortSignal): Promise<IncomingMessage> => {
    const headers = await authorize(storage, request);
    return send({ ...request, headers }, stallMs, signal);
  };
}

/**
 * The client decides about authorisation as in all its requests: a token, refreshed when it is due, or none when
 * `apiEndpoint` is not Google's and `useAuthWithCustomEndpoint` is not set
 * (https://cloud.google.com/nodejs/docs/reference/storage/latest/storage/storageoptions).
 */
function authorize(storage: Storage, request: Request): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    storage.makeAuthenticatedRequest(
      { uri: request.uri, method: request.method, headers: { ...request.headers } },
      {
        onAuthenticated(error, authorized) {
          if (error) reject(error);
          else resolve(plainHeaders(authorized?.headers));
        },
      },
    );
  });
}

/** Authorised requests carry a Headers object, the others what they were given. */
function plainHeaders(headers: unknown): Record<string, string> {
  return headers instanceof Headers
    ? Object.fromEntries(headers)
    : { ...(headers as Record<string, string>) };
}

function send(request: Request, stallMs: number, signal?: AbortSignal): Promise<IncomingMessage> {
  const { method, uri, headers, body = new Uint8Array() } = request;
  const transport = uri.startsWith('https:') ? https : http;
  return new Promise((resolve, reject) => {
    const outgoing = transport.request(uri, {
      method,
      ...(signal && { signal }),
      // Counts from the last byte that moved in either direction, connecting included.
      timeout: stallMs,
      headers: { ...headers, 'content-length': body.length },
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`No progress for ${stallMs} ms.`)));
    outgoing.on('error', reject);
    outgoing.on('response', resolve);
    outgoing.end(body);
  });
}
