import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpError } from './errors.ts';
import type { RequestKind } from './faults.ts';

/** What a request is aimed at. `name` is '' where the path names no object. */
export interface Target {
  readonly kind: RequestKind;
  readonly bucket: string;
  readonly name: string;
  readonly uploadId: string;
  readonly generation: string | undefined;
  readonly ifGenerationMatch: string | undefined;
  readonly query: URLSearchParams;
}

/** A request with its meaning, and where its answer goes. */
export interface Exchange {
  readonly target: Target;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Reads method, path and query. An object's name is one percent-encoded segment. Throws 404 for others. */
export function parseTarget(request: IncomingMessage): Target {
  // Not through URL, which would resolve dot segments.
  const [path = '', search = ''] = (request.url ?? '').split('?', 2);
  const query = new URLSearchParams(search);
  const [, upload, bucket = '', objects, name = ''] =
    /^\/(?:(upload|download)\/)?storage\/v1\/b\/([^/]+)(\/o)?(?:\/([^/]+))?$/.exec(path) ?? [];
  const uploadId = query.get('upload_id') ?? '';
  const shape = [
    request.method,
    upload === 'upload' ? 'upload' : 'storage',
    name ? 'object' : objects ? 'objects' : 'bucket',
  ].join(' ');
  return {
    kind: kindOf(shape, request, query),
    bucket: decode(bucket),
    name: decode(name),
    uploadId,
    generation: query.get('generation') ?? undefined,
    ifGenerationMatch: query.get('ifGenerationMatch') ?? undefined,
    query,
  };
}

function kindOf(shape: string, request: IncomingMessage, query: URLSearchParams): RequestKind {
  const range = request.headers['content-range'];
  const kinds: Record<string, RequestKind> = {
    'GET storage bucket': 'bucket',
    'GET storage objects': 'list',
    'GET storage object': query.get('alt') === 'media' ? 'media' : 'get',
    'DELETE storage object': 'delete',
    'POST upload objects': query.get('uploadType') === 'resumable' ? 'session' : 'insert',
    'PUT upload objects': range?.startsWith('bytes */') ? 'query' : 'chunk',
    'DELETE upload objects': 'cancel',
  };
  const kind = kinds[shape];
  if (!kind || !request.url?.includes('/storage/v1/b/')) throw new HttpError(404, 'Not Found');
  return kind;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new HttpError(400, 'Invalid percent-encoding.');
  }
}

// A chunk says `bytes 0-9/*`, the last one `bytes 0-9/10`, a question has `*` in place of the bytes.
export function parseContentRange(header: string | undefined): {
  readonly start: number;
  readonly total: number | undefined;
} {
  const [, start, total] = /^bytes (?:\*|(\d+)-\d+)\/(\*|\d+)$/.exec(header ?? '') ?? [];
  if (total === undefined) throw new HttpError(400, 'Invalid Content-Range.');
  return { start: Number(start ?? 0), total: total === '*' ? undefined : Number(total) };
}
