import { type ErrorCode, errorCatalogue } from '../../shared/errors.ts';
import type { Route } from '../http/route.ts';
import type { JsonSchema } from './schemas.ts';

const codes = Object.keys(errorCatalogue) as ErrorCode[];

/** The one shape of errors. */
export const errorSchema: JsonSchema = {
  type: 'object',
  description: 'Every error has this shape.',
  properties: {
    code: { type: 'string', enum: codes },
    message: { type: 'string', description: 'For people; it may change.' },
    action: { type: 'string', description: 'What to do about it.' },
    details: {
      description: 'What the code leaves open, such as `problems`, each with its `field`.',
    },
    trace_id: { type: 'string', pattern: '^[0-9a-f]{32}$', description: 'The logs carry it too.' },
  },
  required: ['code', 'message', 'trace_id'],
  additionalProperties: false,
};

/** The error answers of a row by status, each a reference to one of `components`, which is filled. */
export function errorResponses(
  route: Route,
  components: Record<string, JsonSchema>,
): Record<string, JsonSchema> {
  const byStatus = Map.groupBy(errorsOf(route), (code) => errorCatalogue[code].status);
  const entries = [...byStatus].map(([status, group]) => {
    const name = group.join('.');
    components[name] = errorResponse(status, group);
    return [String(status), { $ref: `#/components/responses/${name}` }];
  });
  return Object.fromEntries(entries);
}

/** In the order of the catalogue. */
function errorsOf(route: Route): ErrorCode[] {
  const possible = new Set<ErrorCode>([
    ...always,
    ...(route.takesBody ? withBody : []),
    ...(route.scope === 'none' ? [] : withScope),
    ...(route.service === 'each' ? [] : (['NOT_FOUND'] as const)),
    ...(route.errors ?? []),
  ]);
  return codes.filter((code) => possible.has(code));
}

const always: readonly ErrorCode[] = [
  'VALIDATION_ERROR',
  'METHOD_NOT_ALLOWED',
  'RATE_LIMITED',
  'HEADERS_TOO_LARGE',
  'INTERNAL_ERROR',
  'DEADLINE_EXCEEDED',
];
const withBody: readonly ErrorCode[] = [
  'REQUEST_TIMEOUT',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
];
const withScope: readonly ErrorCode[] = [
  'AUTHENTICATION_ERROR',
  'AUTHENTICATION_UNAVAILABLE',
  'PERMISSION_DENIED',
  'STORE_ERROR',
];

function errorResponse(status: number, group: readonly ErrorCode[]): JsonSchema {
  const examples = group.map((code) => {
    const { meaning, action } = errorCatalogue[code];
    const value = { code, message: meaning, action, trace_id: 'c0ffee'.padEnd(32, '0') };
    return [code, { value }];
  });
  return {
    description: group.map((code) => `\`${code}\`: ${errorCatalogue[code].meaning}`).join(' '),
    headers: headersOf(status),
    content: {
      'application/json': {
        schema: { $ref: '#/components/schemas/Error' },
        examples: Object.fromEntries(examples),
      },
    },
  };
}

const headersByStatus: Readonly<Record<number, readonly string[]>> = {
  401: ['WWW-Authenticate'],
  405: ['Allow'],
  429: ['Retry-After'],
  503: ['Retry-After'],
};

/** Of every call that was counted: all but probes, and what is refused before anybody knows what it is. */
export const limitHeaders: readonly string[] = ['RateLimit', 'RateLimit-Policy'];

function headersOf(status: number): JsonSchema {
  return headerReferences(['X-Trace-Id', ...limitHeaders, ...(headersByStatus[status] ?? [])]);
}

/** The response headers of these names. */
export function headerReferences(names: readonly string[]): JsonSchema {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** Every response header that is referred to. */
export const headerComponents: Readonly<Record<string, JsonSchema>> = {
  Allow: header('The methods that the path knows.'),
  ETag: header('Names this state of the transport; for `If-Match`.'),
  Location: header('The path of what was made.'),
  RateLimit: header(
    'What is left of the limit, `r`, and the seconds until it is whole again, `t`.',
  ),
  'RateLimit-Policy': header(
    'The limit, `q` calls in `w` seconds, of each instance; `caller` for a key or account, `address` for all others.',
  ),
  'Retry-After': header('Seconds to wait before the next try, where that is known.'),
  'WWW-Authenticate': header('How to be known.'),
  'X-Trace-Id': header('The trace, of 32 hex digits; the caller’s own if the request had one.'),
};

function header(description: string): JsonSchema {
  return { description, schema: { type: 'string' } };
}
