import type { IncomingMessage } from 'node:http';
import { OraFerryError } from '../../shared/errors.ts';
import { announcesBody, declaredLength } from './hidden.ts';
import { invalidRequest } from './input.ts';
import { requireModestJson } from './json-caps.ts';

const limit = 1024 * 1024;
const continuations = new WeakMap<IncomingMessage, () => void>();

/** For a client that waits to be told to send its body: it is told when the body is wanted, and else not at all. */
export function continueLater(req: IncomingMessage, tell: () => void): void {
  continuations.set(req, tell);
}

/**
 * Reads the body as JSON; undefined when there is none. Throws PAYLOAD_TOO_LARGE above 1 MiB, declared or
 * counted, UNSUPPORTED_MEDIA_TYPE for what is not JSON, and VALIDATION_ERROR for JSON that does not parse.
 */
export async function readJson(req: IncomingMessage): Promise<unknown> {
  if (declaredLength(req) > limit) throw tooLarge();
  continuations.get(req)?.();
  const bytes = await readBytes(req);
  if (bytes.length === 0) return undefined;
  requireJson(req);
  const text = orNoJson(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  requireModestJson(text);
  return orNoJson(() => JSON.parse(text));
}

function orNoJson<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new OraFerryError('VALIDATION_ERROR', 'The body is no valid JSON in UTF-8.', { cause });
  }
}

/** A body where none is taken is a misunderstanding. Throws VALIDATION_ERROR. */
export function refuseBody(req: IncomingMessage): void {
  if (announcesBody(req)) throw invalidRequest([{ field: 'body', message: 'is not taken here' }]);
}

async function readBytes(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  try {
    // The stream must survive a refusal, because the answer goes over the same socket.
    for await (const chunk of req.iterator({ destroyOnReturn: false })) {
      total += chunk.length;
      if (total > limit) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof OraFerryError) throw error;
    throw new OraFerryError('VALIDATION_ERROR', 'The body ended early.', { cause: error });
  }
  return Buffer.concat(chunks);
}

const jsonType = /^application\/(json|[\w.-]+\+json)$/;
const utf8 = /^charset=("utf-8"|utf-8)$/;

/** https://www.rfc-editor.org/rfc/rfc9110#name-content-type */
function requireJson({ headers }: IncomingMessage): void {
  const [type = '', ...parameters] = (headers['content-type'] ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const charsets = parameters.filter((parameter) => parameter.startsWith('charset'));
  const isUtf8 = charsets.every((charset) => utf8.test(charset));
  const encoding = headers['content-encoding'] ?? 'identity';
  if (jsonType.test(type) && isUtf8 && encoding === 'identity') return;
  throw new OraFerryError(
    'UNSUPPORTED_MEDIA_TYPE',
    'Send the body as Content-Type: application/json in UTF-8, without Content-Encoding.',
  );
}

function tooLarge(): OraFerryError {
  return new OraFerryError('PAYLOAD_TOO_LARGE', 'The request body is larger than 1 MiB.', {
    details: { limit_bytes: limit },
  });
}
