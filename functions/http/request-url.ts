import type { IncomingMessage } from 'node:http';
import { OraFerryError } from '../../shared/errors.ts';
import { urlOf } from './hidden.ts';
import { isSecure } from './standing-headers.ts';

export interface RequestUrl {
  /** As it was written: neither decoded nor freed from dots. */
  readonly pathname: string;
  /** A field that comes twice is a list, which no schema takes for a single value. */
  readonly query: Readonly<Record<string, string | string[]>>;
}

/** The parts of a request's URL. Throws NOT_FOUND for what is no URL. */
export function readUrl(req: IncomingMessage): RequestUrl {
  const [, pathname = '', query] = /^([^?#]*)(?:\?([^#]*))?/.exec(withoutHost(urlOf(req))) ?? [];
  return { pathname, query: fieldsOf(new URLSearchParams(query)) };
}

/** Scheme and host as the caller wrote them. */
export function originOf(req: IncomingMessage): string {
  return `${isSecure(req) ? 'https' : 'http'}://${req.headers.host ?? 'localhost'}`;
}

/** Proxies are asked with the whole URL: https://www.rfc-editor.org/rfc/rfc9112#name-absolute-form */
function withoutHost(url: string): string {
  if (url.startsWith('/')) return url;
  const parsed = URL.parse(url);
  if (parsed) return `${parsed.pathname}${parsed.search}`;
  throw new OraFerryError('NOT_FOUND', 'No such path.');
}

/** Without a prototype, so that no name in a query means more than itself. */
function fieldsOf(query: URLSearchParams): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = Object.create(null);
  for (const name of query.keys()) {
    const values = query.getAll(name);
    fields[name] = values.length === 1 ? (values[0] ?? '') : values;
  }
  return fields;
}
