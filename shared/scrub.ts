/** Takes secrets out of log entries: those that are known, and what looks like one, whoever wrote it there. */

const masked = '***';
const secretName = /(password|passwd|secret|token|authorization|api[-_]?key|cookie|ticket|uri)$/i;

/**
 * Writes values as JSON without secrets. Those that are given are masked wherever they stand, also escaped as in
 * JSON or a URL, and a PEM line by line.
 */
export function createScrub(secrets: readonly string[]): (value: unknown) => string {
  const known = secrets.flatMap(formsOf).toSorted((a, b) => b.length - a.length);
  const mask = (key: string, item: unknown) => maskValue(key, item, known);
  return (value) => JSON.stringify(value, mask);
}

function formsOf(secret: string): string[] {
  const escaped = JSON.stringify(secret).slice(1, -1);
  return [secret, escaped, encodeURIComponent(secret), ...pemLines(secret)];
}

/** What a message may quote of a wallet: any line of its base64. */
function pemLines(text: string): string[] {
  return text.includes('-----BEGIN') ? text.split(/\s+/).filter((line) => line.length >= 40) : [];
}

function maskValue(key: string, value: unknown, known: readonly string[]): unknown {
  if (secretName.test(key) && isScalar(value)) return masked;
  if (Array.isArray(value)) return value.map((item, index) => maskHeader(value[index - 1], item));
  return typeof value === 'string' ? maskText(value, known) : value;
}

function isScalar(value: unknown): boolean {
  return value !== null && typeof value !== 'object';
}

/** Raw headers are a list in which each name stands before its value. */
function maskHeader(before: unknown, item: unknown): unknown {
  return typeof before === 'string' && secretName.test(before) ? masked : item;
}

/** First the known ones, because a pattern may cut one in two. */
function maskText(text: string, known: readonly string[]): string {
  const withoutKnown = known.reduce((so, secret) => so.replaceAll(secret, masked), text);
  return patterns.reduce((so, [pattern, mask]) => so.replace(pattern, mask), withoutKnown);
}

/** Up to the end of a value, in plain text, JSON, JSON within JSON, a header, a URL or a descriptor. */
const value = String.raw`[^\s"'\\,;&)}\]]+`;
const assigned = String.raw`[\\"']*\s*[:=,]\s*[\\"']*`;

// Each takes time in proportion to the text, which a caller may choose: no two repetitions may share their characters.
const patterns: readonly [RegExp, string][] = [
  // By their own form, tokens: https://www.rfc-editor.org/rfc/rfc6750#section-2.1, a JWT, Google's access tokens.
  [/Bearer\s+[\w.~+/=-]+/gi, `Bearer ${masked}`],
  [/(?<![\w-])eyJ[\w-]{8,}\.[\w-]+(\.[\w-]*)?/g, masked],
  [/\bya29\.[\w.-]+/g, masked],
  // Keys as functions/cli/key.ts makes them.
  [/\b(k-[0-9a-f]{12}\.)[\w-]{43}/g, `$1${masked}`],
  // By the name that stands before them.
  [new RegExp(`(authorization${assigned}(?:\\w+\\s+)?)${value}`, 'gi'), `$1${masked}`],
  [new RegExp(`(x-api-key${assigned})${value}`, 'gi'), `$1${masked}`],
  [/((?:password|passwd|pwd|secret)[\\"']*\s*=\s*)(\\?"[^"]*"|[^\s,;&)"']+)/gi, `$1${masked}`],
  [/((?:password|secret)\\?"\s*:\s*\\?")(?:[^"\\]|\\[^"])*/gi, `$1${masked}`],
  [/(identified\s+by\s+)(\\?"[^"]*"|\S+)/gi, `$1${masked}`],
  // Whoever has the URI of an upload session may write that object, without any other credential:
  // https://cloud.google.com/storage/docs/resumable-uploads#session-uris
  [
    new RegExp(`\\b((?:upload_id|ticket|access_token|x-goog-signature)=)${value}`, 'gi'),
    `$1${masked}`,
  ],
  // user/password@database, where the password may be quoted, and user:password@host.
  [/(?<![\w$#])([\w$#]+)\/(?:\\?"[^"]*"|[^@\s"/]+)@/g, `$1/${masked}@`],
  [/(:\/\/[^\s:/@"]+:)[^@\s/"]+@/g, `$1${masked}@`],
  [/(-BEGIN [A-Z ]*PRIVATE KEY-+).*?(-END|$)/gs, `$1${masked}$2`],
];
