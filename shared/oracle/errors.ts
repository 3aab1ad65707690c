import { type ErrorCode, OraFerryError } from '../errors.ts';
import type { TableName } from '../ports.ts';

interface Meaning {
  readonly code: ErrorCode;
  readonly says: string;
  readonly retryable?: boolean;
  /** One more attempt is worth while, but no more: somebody may have meant it. */
  readonly once?: boolean;
}

/**
 * Translates what the driver threw, keeping it as the cause. The message names the ORA or NJS code, never
 * Oracle's own text, which may hold data. `details.oracle_code` has the code; `details.retry` is `once` where a
 * second attempt is the last sensible one. What did not come from Oracle stays as it is.
 */
export function translateOracleError(error: unknown, table?: TableName): unknown {
  if (error instanceof OraFerryError) return error;
  const codes = codesOf(error);
  const [first] = codes;
  if (first === undefined) return error;
  const code = codes.findLast((candidate) => meaningOf(candidate)) ?? first;
  const meaning = meaningOf(code) ?? unknownMeaning(code);
  const subject = table ? `${table.owner}.${table.table}: ` : '';
  return new OraFerryError(meaning.code, `${subject}${meaning.says} (${codes.join(', ')}).`, {
    cause: error,
    details: { oracle_code: code, ...(meaning.once && { retry: 'once' }) },
    ...(meaning.retryable !== undefined && { retryable: meaning.retryable }),
  });
}

/** True when Oracle refused for want of a right or of the object itself, which it may only be hiding. */
export function isRefused(error: unknown): boolean {
  return codesOf(error).some((code) => ['ORA-00942', 'ORA-00904', 'ORA-01031'].includes(code));
}

/**
 * The driver's own code first, then the ORA codes within its message, which tell why: NJS-500 holds ORA-00028,
 * ORA-12801 of a parallel query holds ORA-01555.
 */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const code = 'code' in error ? String(error.code) : '';
  const own = /^(NJS|ORA|DPI)-\d+$/.test(code) ? [code.replace(/^ORA-(\d+)$/, padded)] : [];
  return [...new Set([...own, ...(error.message.match(/\bORA-\d{5}\b/g) ?? [])])];
}

function padded(_: string, number: string): string {
  return `ORA-${number.padStart(5, '0')}`;
}

const authentication: Meaning = {
  code: 'ORACLE_AUTHENTICATION_ERROR',
  says: 'Oracle refused the user or the password, or the account is locked or expired',
};
const lost: Meaning = {
  code: 'ORACLE_CONNECTION_ERROR',
  says: 'The connection to Oracle was lost',
};
const killed: Meaning = { ...lost, says: 'The session was ended by the database', once: true };
const unreachable: Meaning = {
  code: 'ORACLE_CONNECTION_ERROR',
  says: 'Oracle could not be reached, or takes no sessions now',
};
const unknownHost: Meaning = {
  code: 'ORACLE_CONNECTION_ERROR',
  says: 'The host of the connect string is not known',
  once: true,
};
const misconfigured: Meaning = {
  code: 'ORACLE_CONNECTION_ERROR',
  says: 'The connect string, the wallet or the encryption settings do not fit the database',
  retryable: false,
};
const timedOut: Meaning = {
  code: 'ORACLE_CONNECTION_ERROR',
  says: 'Oracle did not answer in time, or the call was interrupted',
};
const hidden: Meaning = {
  code: 'TABLE_NOT_FOUND',
  says: 'Oracle shows no such table or column to our user',
};
const forbidden: Meaning = {
  code: 'PERMISSION_DENIED',
  says: 'Our user lacks a right; reading a past state needs SELECT and FLASHBACK on the table',
};
const tooOld: Meaning = {
  code: 'SNAPSHOT_TOO_OLD',
  says: 'Oracle can no longer read the table as it was at the SCN of the export',
};
const moved: Meaning = {
  code: 'ORACLE_ERROR',
  says: 'The table was moved or rebuilt while it was read',
  retryable: true,
};

/** Codes without their zeros, by what they mean for us. https://docs.oracle.com/error-help/db/ */
const meanings = new Map<string, Meaning>([
  ...each(authentication, 'ORA', 1017, 28000, 28001),
  ...each(killed, 'ORA', 28, 600, 2396),
  ...each(lost, 'ORA', 1012, 1089, 3113, 3114, 3135, 12537, 12570, 12571),
  ...each(unreachable, 'ORA', 18, 20, 1033, 1034, 1090, 12170, 12505, 12514, 12516, 12519),
  ...each(unreachable, 'ORA', 12520, 12528, 12541),
  ...each(timedOut, 'ORA', 1013, 3156),
  ...each(hidden, 'ORA', 904, 942),
  ...each(forbidden, 'ORA', 1031),
  ...each(tooOld, 'ORA', 1466, 1555, 8180, 8181),
  ...each(moved, 'ORA', 1410, 8103),
  ...each(lost, 'NJS', 500, 501, 521),
  ...each(unreachable, 'NJS', 40, 503, 504, 510, 511, 518, 519),
  ...each(misconfigured, 'NJS', 505, 506, 507, 508, 512, 513, 514, 515, 516, 517, 520, 529, 533),
  ...each(unknownHost, 'NJS', 530),
  ...each(timedOut, 'NJS', 123),
]);

function each(meaning: Meaning, prefix: string, ...numbers: number[]): [string, Meaning][] {
  return numbers.map((number) => [`${prefix}-${number}`, meaning]);
}

function meaningOf(code: string): Meaning | undefined {
  return meanings.get(code.replace(/-0+/, '-'));
}

/** The driver numbers the faults of the network layer from 500 on (node-oracledb, lib/errors.js). */
function unknownMeaning(code: string): Meaning {
  return /^NJS-5\d\d$/.test(code)
    ? lost
    : { code: 'ORACLE_ERROR', says: 'Oracle reported an error' };
}
