import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Case } from './cases.ts';
import { faultOf, type Operation } from './document.ts';

/** Sends one case; what is wrong with the answer, or undefined, and its status. */
export async function exchange(
  url: string,
  operation: Operation,
  sent: Case,
): Promise<{ readonly status: number; readonly fault: string | undefined }> {
  const response = await send(url, sent);
  const status = response.statusCode ?? 0;
  const body = await text(response);
  return { status, fault: faultIn(operation, sent, { response, status, body }) };
}

interface Answer {
  readonly response: IncomingMessage;
  readonly status: number;
  readonly body: string;
}

function faultIn(operation: Operation, sent: Case, answer: Answer): string | undefined {
  const { response, status, body } = answer;
  const at = `${sent.kind}: ${status} ${body.slice(0, 500)}`;
  if (status >= 500) return `${at}: a fault of the server`;
  if (sent.expected && !sent.expected.includes(status)) return `${at}, not ${sent.expected}`;
  const documented = operation.responses[sent.kind === 'unknown path' ? 404 : status];
  if (!documented && status !== 404) return `${at}: the document does not know this status`;
  if (!documented) return undefined;
  const fault = headerFault(Object.keys(documented.headers ?? {}), response);
  if (fault) return `${at}: ${fault}`;
  return status === 204 ? undefined : bodyFault(documented, answer, at);
}

/** What HTTP itself and browsers read; a client of this API need not know of them. */
const unspoken =
  /^(connection|keep-alive|date|content-(type|length|encoding|security-policy)|transfer-encoding|vary|cache-control|cross-origin-resource-policy|referrer-policy|x-content-type-options)$/;
/** Of errors that are no more than refused. */
const ifAny = ['Retry-After', 'RateLimit', 'RateLimit-Policy'];

function headerFault(documented: string[], { headers, statusCode = 0 }: IncomingMessage) {
  const missing = documented.find(
    (name) => !headers[name.toLowerCase()] && !(statusCode >= 400 && ifAny.includes(name)),
  );
  if (missing) return `the header ${missing} is missing`;
  const known = documented.map((name) => name.toLowerCase());
  const unknown = Object.keys(headers).find(
    (name) => !known.includes(name) && !unspoken.test(name),
  );
  return unknown && `the document does not know the header ${unknown}`;
}

function bodyFault(
  { content = {} }: Operation['responses'][string],
  { response, body }: Answer,
  at: string,
): string | undefined {
  const type = response.headers['content-type']?.split(';')[0] ?? '';
  const media = content[type] ?? content['*/*'];
  if (!media) return `${at}: the document does not know the type ${type}`;
  if (type !== 'application/json') return undefined;
  const fault = faultOf(media.schema, JSON.parse(body));
  return fault && `${at}: ${fault}`;
}

/** Without fetch, which changes paths and refuses some methods and bodies. */
function send(url: string, { method, path, query, headers, body }: Case): Promise<IncomingMessage> {
  const search =
    query.length === 0 ? '' : `?${new URLSearchParams(query.map(([...pair]) => pair))}`;
  const { hostname, port } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const call = request(
    { hostname, port, method, path: path + search, headers: { ...headers, ...lengthOf(body) } },
    resolve,
  );
  call.on('error', reject);
  call.end(body);
  return promise;
}

function lengthOf(body: Case['body']): Record<string, number> {
  return body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
}
