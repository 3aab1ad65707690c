import type { IncomingMessage } from 'node:http';
import { OraFerryError } from '../../shared/errors.ts';

const limit = 1024 * 1024;
const lingerMs = 5_000;
const declaredLengths = new WeakMap<IncomingMessage, string>();

/**
 * Keeps the framework's body parsers away from the request: they would take up to 1 GiB into memory before our
 * code runs. They skip a request that announces no body; the bytes stay in the stream for `readBody`.
 * https://github.com/jshttp/type-is#hasbodyrequest
 */
export function hideBody(req: IncomingMessage): void {
  const declared = req.headers['content-length'];
  if (declared !== undefined) declaredLengths.set(req, declared);
  delete req.headers['content-length'];
  delete req.headers['transfer-encoding'];
}

/**
 * Reads the body as JSON; undefined when there is none. Throws PAYLOAD_TOO_LARGE above 1 MiB, declared or
 * counted, UNSUPPORTED_MEDIA_TYPE for what is not JSON, and VALIDATION_ERROR for JSON that does not parse.
 */
export async function readJson(req: IncomingMessage): Promise<unknown> {
  if (Number(declaredLengths.get(req) ?? 0) > limit) throw tooLarge();
  const bytes = await readBytes(req);
  if (bytes.length === 0) return undefined;
  requireJson(req);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new OraFerryError('VALIDATION_ERROR', 'The body is no valid JSON in UTF-8.', { cause });
  }
}

/**
 * After an early answer the client may still be sending. Node discards what comes; a client that goes on for
 * more than five seconds is cut off.
 */
export function endUnreadBody(req: IncomingMessage): void {
  if (req.complete || req.destroyed) return;
  const timer = setTimeout(() => req.destroy(), lingerMs);
  req.once('close', () => clearTimeout(timer));
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

function requireJson(req: IncomingMessage): void {
  const type = req.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
  const isJson = type === 'application/json' || /^application\/[\w.-]+\+json$/.test(type);
  const encoding = req.headers['content-encoding'] ?? 'identity';
  if (isJson && encoding === 'identity') return;
  throw new OraFerryError(
    'UNSUPPORTED_MEDIA_TYPE',
    'Send the body as Content-Type: application/json, without Content-Encoding.',
  );
}

function tooLarge(): OraFerryError {
  return new OraFerryError('PAYLOAD_TOO_LARGE', 'The request body is larger than 1 MiB.', {
    details: { limit_bytes: limit },
  });
}
