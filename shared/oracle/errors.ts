import { OraFerryError } from '../errors.ts';
import type { TableName } from '../ports/oracle.ts';
import { closedEarly, isKnown, type Meaning, meaningOf } from './meanings.ts';

/**
 * Translates what the driver threw, keeping it as the cause. The message names the ORA or NJS code, never
 * Oracle's own text, which may hold data. `details.oracle_code` has the code; `details.retry` is `once` where a
 * second attempt is the last sensible one, `later` where it had better wait longer. What did not come from Oracle stays as it is.
 */
export function translateOracleError(error: unknown, table?: TableName): unknown {
  return translateAs(meaningOf(codesOf(error), textOf(error)), error, table);
}

/**
 * As translateOracleError, for the error of a new connection that offers a client certificate. Where nothing tells
 * why it was closed, the certificate may be the reason: in TLS 1.3 the database looks at it last.
 */
export function translateHandshakeError(error: unknown): unknown {
  const text = textOf(error);
  const isMute = /^NJS-500.*(NJS-521|ECONNRESET|EPIPE)/s.test(text) && !text.includes('ORA-');
  return isMute ? translateAs(closedEarly, error) : translateOracleError(error);
}

function translateAs(meaning: Meaning, error: unknown, table?: TableName): unknown {
  if (error instanceof OraFerryError) return error;
  const codes = codesOf(error);
  const [first] = codes;
  if (first === undefined) return error;
  const code = codes.findLast(isKnown) ?? first;
  const subject = table ? `${table.owner}.${table.table}: ` : '';
  return new OraFerryError(meaning.code, `${subject}${meaning.says} (${codes.join(', ')}).`, {
    cause: error,
    details: { oracle_code: code, ...retryOf(meaning) },
    ...(meaning.retryable !== undefined && { retryable: meaning.retryable }),
  });
}

function retryOf({ once, later }: Meaning): { readonly retry?: 'once' | 'later' } {
  if (once) return { retry: 'once' };
  return later ? { retry: 'later' } : {};
}

/** ORA-41900 says since 23ai what ORA-01031 said: https://docs.oracle.com/error-help/db/ora-41900 */
const refusals = new Set(['ORA-00942', 'ORA-00904', 'ORA-01031', 'ORA-41900']);

/** True when Oracle refused for want of a right or of the object itself, which it may only be hiding. */
export function isRefused(error: unknown): boolean {
  return codesOf(error).some((code) => refusals.has(code));
}

/** True for an error of ours that says that our user may not execute DBMS_LOB. */
export function isWithoutLobs(error: unknown): boolean {
  if (!(error instanceof OraFerryError) || error.code !== 'PERMISSION_DENIED') return false;
  return (error.details as { oracle_code?: unknown } | undefined)?.oracle_code === 'ORA-00904';
}

/**
 * True for an error of ours that says that the database cannot be reached, as opposed to one that answers, if only
 * to refuse, to be slow or to end a session.
 */
export function isUnreachable(error: unknown): boolean {
  if (!(error instanceof OraFerryError)) return false;
  if (error.code !== 'ORACLE_CONNECTION_ERROR' || !error.retryable) return false;
  const codes = codesOf(error.cause);
  return codes.length === 0 || meaningOf(codes, textOf(error.cause)).unreachable === true;
}

/**
 * The driver's own code first, then the codes within its message, which tell why: NJS-500 holds ORA-00028,
 * NJS-506 holds NJS-507, ORA-12801 of a parallel query holds ORA-01555.
 */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const code = 'code' in error ? String(error.code) : '';
  const own = /^(NJS|ORA|DPI)-\d+$/.test(code) ? [code.replace(/^ORA-(\d+)$/, padded)] : [];
  return [...new Set([...own, ...(error.message.match(/\b(?:ORA-\d{5}|NJS-50[78])\b/g) ?? [])])];
}

function padded(_: string, number: string): string {
  return `ORA-${number.padStart(5, '0')}`;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}
