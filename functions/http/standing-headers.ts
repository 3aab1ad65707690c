import type { IncomingMessage } from 'node:http';

/** What every answer tells browsers, whatever it holds: an answer of this API is data, never a page or its part. */
export const standingHeaders: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** Over HTTPS also that the host is never to be asked without it: https://www.rfc-editor.org/rfc/rfc6797#section-7.2 */
export function transportSecurity(req: IncomingMessage): Record<string, string> {
  return isSecure(req) ? { 'Strict-Transport-Security': 'max-age=31536000' } : {};
}

/** Google's front end ends TLS and says so; its header replaces one that the caller wrote. */
export function isSecure(req: IncomingMessage): boolean {
  return req.headers['x-forwarded-proto'] === 'https';
}
