import type { ErrorCode } from '../errors.ts';

/** What an error of Oracle or of its driver means for us. */
export interface Meaning {
  readonly code: ErrorCode;
  readonly says: string;
  readonly retryable?: boolean;
  /** One more attempt is worth while, but no more: somebody may have meant it. */
  readonly once?: boolean;
  /** What keeps us out lasts longer than a connection takes that was lost. */
  readonly later?: boolean;
  /** True when the database did not answer, so that others will fare no better. */
  readonly unreachable?: boolean;
}

const authentication: Meaning = {
  code: 'ORACLE_AUTHENTICATION_ERROR',
  says: 'Oracle refused the user or the password, or the account is locked or expired',
};
const mayNotConnect: Meaning = {
  code: 'PERMISSION_DENIED',
  says: 'Our user may not connect; it needs CREATE SESSION',
};
const lost: Meaning = {
  code: 'ORACLE_CONNECTION_ERROR',
  says: 'The connection to Oracle was lost',
  unreachable: true,
};
const killed: Meaning = {
  code: 'ORACLE_CONNECTION_ERROR',
  says: 'The session was ended by the database',
  once: true,
};
const unreachable: Meaning = {
  code: 'ORACLE_CONNECTION_ERROR',
  says: 'Oracle could not be reached, or takes no sessions now',
  later: true,
  unreachable: true,
};
/** The database answers, if only to say that others must finish first. */
const busy: Meaning = { ...unreachable, unreachable: false };
export const closedEarly: Meaning = {
  code: 'ORACLE_CONNECTION_ERROR',
  says: 'Oracle closed the connection during or right after the TLS handshake; if that stays, check that it trusts the issuer of our client certificate',
  unreachable: true,
};
const unknownHost: Meaning = {
  code: 'ORACLE_CONNECTION_ERROR',
  says: 'The host of the connect string is not known',
  once: true,
  unreachable: true,
};
const badConnectString: Meaning = {
  code: 'ORACLE_CONNECTION_ERROR',
  says: 'ORACLE_CONNECT_STRING is not usable',
  retryable: false,
};
const unknownAlias: Meaning = {
  code: 'ORACLE_CONNECTION_ERROR',
  says: 'ORACLE_CONNECT_STRING is an alias that no tnsnames.ora in TNS_ADMIN defines',
  retryable: false,
};
const needsThick: Meaning = {
  code: 'ORACLE_CLIENT_ERROR',
  says: 'The database asks for what the driver has in Thick mode only, such as Native Network Encryption; set ORACLE_CLIENT_LIB_DIR, or use TLS',
};
const incompatible: Meaning = {
  code: 'ORACLE_CLIENT_ERROR',
  says: 'The database and the client have no encryption or password protocol in common',
};
const badWallet: Meaning = {
  code: 'ORACLE_TLS_ERROR',
  says: 'The wallet cannot be used; check ORACLE_WALLET_LOCATION or ORACLE_WALLET_CONTENT, and ORACLE_WALLET_PASSWORD',
};
const noTls: Meaning = {
  code: 'ORACLE_TLS_ERROR',
  says: 'TLS could not be agreed upon; check that ORACLE_CONNECT_STRING names a TCPS port, and that wallet and database fit',
};
const serverExpired: Meaning = {
  code: 'ORACLE_TLS_ERROR',
  says: 'The certificate of the database has expired, or is not valid yet; it has to be renewed',
};
const serverUntrusted: Meaning = {
  code: 'ORACLE_TLS_ERROR',
  says: 'The certificate of the database comes from an issuer that the wallet does not hold; use the wallet of this database',
};
const serverMisnamed: Meaning = {
  code: 'ORACLE_TLS_ERROR',
  says: 'The certificate of the database is for another name; check the host of ORACLE_CONNECT_STRING, or the DN in ORACLE_SSL_SERVER_CERT_DN',
};
const clientRefused: Meaning = {
  code: 'ORACLE_TLS_ERROR',
  says: 'The database refused our client certificate, or misses one; check that the wallet is for this database and has not expired',
};
const timedOut: Meaning = {
  code: 'ORACLE_CONNECTION_ERROR',
  says: 'Oracle did not answer in time, or the call was interrupted',
};
const slow: Meaning = {
  code: 'ORACLE_CONNECTION_ERROR',
  says: 'Oracle did not answer within ORACLE_CALL_TIMEOUT_SECONDS',
};
const hidden: Meaning = {
  code: 'TABLE_NOT_FOUND',
  says: 'Oracle shows no such table or column to our user',
};
const forbidden: Meaning = {
  code: 'PERMISSION_DENIED',
  says: 'Our user lacks a right; reading a past state needs SELECT and FLASHBACK on the table',
};
const noLobs: Meaning = {
  code: 'PERMISSION_DENIED',
  says: 'Our user may not call DBMS_LOB, which LOBs are read with; it needs GRANT EXECUTE ON SYS.DBMS_LOB TO our user',
};
const hasNoPast: Meaning = {
  code: 'PERMISSION_DENIED',
  says: 'Oracle reads no past state of this; only tables of the database have one',
};
const tooOld: Meaning = {
  code: 'SNAPSHOT_TOO_OLD',
  says: 'Oracle can no longer read the table as it was at the SCN of the export',
};
const moved: Meaning = {
  code: 'TABLE_CHANGED',
  says: 'The table was moved or rebuilt while it was read',
};
const redefined: Meaning = {
  code: 'TABLE_CHANGED',
  says: 'The definition of the table changed at or after the SCN of the export',
};
const unknown: Meaning = { code: 'ORACLE_ERROR', says: 'Oracle reported an error' };

/**
 * Codes without their zeros. https://docs.oracle.com/error-help/db/ and, for NJS, node-oracledb's lib/errors.js,
 * which wraps what ends a connection as NJS-500 in both of its modes.
 */
const meanings = new Map<string, Meaning>([
  ...each(authentication, 'ORA', 1005, 1017, 28000, 28001),
  ...each(mayNotConnect, 'ORA', 1045),
  ...each(killed, 'ORA', 28, 600, 2396, 2399),
  ...each(lost, 'ORA', 1012, 1089, 1092, 3113, 3114, 3135, 12537, 12547, 12570, 12583),
  ...each(unreachable, 'ORA', 18, 20, 1033, 1034, 1090, 1109, 12170, 12505, 12514, 12516, 12518),
  ...each(unreachable, 'ORA', 12519, 12520, 12521, 12528, 12535, 12541, 12543, 12560, 12571, 12606),
  ...each(busy, 'ORA', 2391),
  ...each(unknownHost, 'ORA', 12545),
  ...each(badConnectString, 'ORA', 12162, 12533, 12557),
  ...each(unknownAlias, 'ORA', 12154),
  ...each(incompatible, 'ORA', 12650, 12660, 28040),
  ...each(badWallet, 'ORA', 28750, 28759, 29106),
  ...each(noTls, 'ORA', 28860, 28862),
  ...each(closedEarly, 'ORA', 28864),
  ...each(serverUntrusted, 'ORA', 28791, 29024),
  ...each(serverMisnamed, 'ORA', 29002, 29003),
  ...each(timedOut, 'ORA', 1013, 3136, 3156, 12609),
  ...each(hidden, 'ORA', 904, 942),
  ...each(forbidden, 'ORA', 1031, 41900),
  ...each(tooOld, 'ORA', 1555, 8180, 8181, 22924),
  ...each(hasNoPast, 'ORA', 8187, 8188),
  ...each(redefined, 'ORA', 1466),
  ...each(moved, 'ORA', 1410, 8103),
  ...each(lost, 'NJS', 500, 501, 509, 513, 521),
  ...each(unreachable, 'NJS', 40, 503, 504, 510, 511, 518, 519),
  ...each(busy, 'NJS', 76),
  ...each(badWallet, 'NJS', 505, 529),
  ...each(noTls, 'NJS', 506),
  ...each(serverMisnamed, 'NJS', 507, 508),
  ...each(badConnectString, 'NJS', 125, 512, 514, 515, 522, 523, 524),
  ...each(unknownAlias, 'NJS', 516, 517, 520),
  ...each(needsThick, 'NJS', 100, 116, 138, 192, 533),
  ...each(unknownHost, 'NJS', 530),
  ...each(slow, 'NJS', 123),
]);

/** What OpenSSL and Node.js say within an error of the driver's network layer. */
const tlsMeanings: readonly [RegExp, Meaning][] = [
  [
    /\balert (bad|unsupported|no) certificate|\balert certificate |\balert unknown ca\b/,
    clientRefused,
  ],
  [/\balert (handshake failure|access denied)\b/, clientRefused],
  [/certificate (has expired|is not yet valid)/, serverExpired],
  [/self-signed certificate|unable to (verify|get)\b.*\b(certificate|issuer)/, serverUntrusted],
  [/ewallet\.pem/, badWallet],
  [/disconnected before secure TLS connection|NJS-506[\s\S]*ECONNRESET/, closedEarly],
];

/** The meaning of an error, known by its codes from the outermost to the innermost, and by its text. */
export function meaningOf(codes: readonly string[], text: string): Meaning {
  const [first = ''] = codes;
  const network = /^NJS-5\d\d$/.test(first);
  const tls = network ? tlsMeanings.find(([pattern]) => pattern.test(text))?.[1] : undefined;
  const innermost = codes.findLast((code) => known(code));
  if (innermost === 'ORA-00904' && /\bDBMS_LOB"?\."?GETLENGTH\b/.test(text)) return noLobs;
  // Whatever else its network layer reports is a fault of the moment.
  return tls ?? known(innermost ?? '') ?? (network ? lost : unknown);
}

/** True when the table has this code, written with or without zeros. */
export function isKnown(code: string): boolean {
  return known(code) !== undefined;
}

function known(code: string): Meaning | undefined {
  return meanings.get(code.replace(/-0+/, '-'));
}

function each(meaning: Meaning, prefix: string, ...numbers: number[]): [string, Meaning][] {
  return numbers.map((number) => [`${prefix}-${number}`, meaning]);
}
