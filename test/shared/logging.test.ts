import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../shared/config.ts';
import { OraFerryError } from '../../shared/errors.ts';
import { createLogger, describeError, type Logger, traceField } from '../../shared/logging.ts';

const password = 'p@ss/w"rd\\1';

function configWith(oraclePassword: string) {
  return loadConfig({
    GOOGLE_CLOUD_PROJECT: 'my-project',
    ORAFERRY_REGION: 'here',
    ORAFERRY_BUCKETS: 'bucket',
    ORACLE_CONNECT_STRING: 'db:1521/x',
    ORACLE_USER: 'scott',
    ORACLE_PASSWORD: oraclePassword,
    ORACLE_WALLET_PASSWORD: 'wallet-secret',
  });
}

/** What a logger writes, parsed line by line; with the raw text, for what must not be anywhere in it. */
function logged(write: (log: Logger) => void, oraclePassword = password) {
  const lines: string[] = [];
  write(
    createLogger(configWith(oraclePassword), 'worker', { write: (line) => void lines.push(line) }),
  );
  const entries = lines.map((line): Record<string, unknown> => JSON.parse(line));
  return { text: lines.join(''), entry: entries[0] ?? {}, entries };
}

describe('a log entry', () => {
  it('has Cloud Logging’s fields, on one line', () => {
    const { text, entry } = logged((log) =>
      log.child({ trace_id: 'abc', span_id: 'def' }).warn({ rows: 5, a: [1] }, 'careful\nnow'),
    );
    expect(text.endsWith('}\n')).toBe(true);
    expect(text.trimEnd()).not.toContain('\n');
    expect(entry).toMatchObject({
      severity: 'WARNING',
      message: 'careful\nnow',
      serviceContext: { service: 'worker' },
      rows: 5,
      a: [1],
      timestamp: { seconds: expect.any(Number), nanos: expect.any(Number) },
    });
  });

  it('belongs to its trace, also when a child logger names it', () => {
    const trace = { 'logging.googleapis.com/trace': 'projects/my-project/traces/abc' };
    expect(logged((log) => log.info({ trace_id: 'abc' }, 'x')).entry).toMatchObject(trace);
    expect(
      logged((log) => log.child(traceField(configWith(password), 'abc')).info('x')).entry,
    ).toMatchObject(trace);
  });

  it('holds no private key, nor what opens one', () => {
    expect(logged((log) => log.info('opened with wallet-secret')).text).not.toContain('wallet-sec');
    const key = 'MIGjMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAi';
    const pem = `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${key}\n${key}\n-----END ENCRYPTED PRIVATE KEY-----\n`;
    const { text } = logged((log) => {
      log.info({ wallet: pem, nested: JSON.stringify({ pem }) }, `read ${pem}`);
      log.error({ err: new Error(pem.slice(0, 60)) }, 'cut off');
    });
    expect(text).not.toContain(key.slice(0, 20));
    expect(text).toContain('BEGIN ENCRYPTED PRIVATE KEY');
  });

  it('below the configured level is not written', () => {
    expect(logged((log) => log.debug('x')).entries).toEqual([]);
  });

  it('tells an error with its causes, and has the stack where Error Reporting looks', () => {
    const cause = new Error('outer', { cause: new TypeError('inner', { cause: 'deep' }) });
    const err = new OraFerryError('ORACLE_ERROR', 'refused', { cause, details: { table: 'T' } });
    const { entry } = logged((log) => log.error({ err }, 'failed'));
    expect(entry).toMatchObject({
      severity: 'ERROR',
      stack_trace: expect.stringContaining('logging.test.ts'),
      err: {
        code: 'ORACLE_ERROR',
        details: { table: 'T' },
        message: 'refused',
        cause: {
          name: 'Error',
          message: 'outer',
          cause: { name: 'TypeError', message: 'inner', cause: 'deep' },
        },
      },
    });
  });

  it('of an error that causes itself comes to an end', () => {
    const err = new Error('round');
    err.cause = err;
    expect(logged((log) => log.error({ err }, 'x')).entry).toMatchObject({
      err: { message: 'round' },
    });
  });

  it('shows nothing of a vendor’s error but its message and stack', () => {
    const vendor = Object.assign(new Error('no'), { config: { headers: { Cookie: 'c00kie' } } });
    expect(logged((log) => log.error({ err: vendor }, 'x')).text).not.toContain('c00kie');
    expect(describeError('text')).toEqual({ message: 'text' });
  });
});

describe('no secret is written', () => {
  const places: [string, (log: Logger, secret: string) => void][] = [
    ['in the message', (log, secret) => log.info(`with ${secret}.`)],
    ['in a field', (log, secret) => log.info({ deep: [{ er: secret }] }, 'x')],
    ['in a child’s field', (log, secret) => log.child({ field: secret }).info('x')],
    ['in an error', (log, secret) => log.error({ err: new Error(secret) }, 'x')],
    [
      'in a cause',
      (log, secret) => log.error({ err: new Error('x', { cause: new Error(secret) }) }),
    ],
    ['in JSON within a field', (log, secret) => log.info({ body: JSON.stringify({ a: secret }) })],
  ];

  it.each(places)('the password %s', (_, write) => {
    const { text, entries } = logged((log) => write(log, password));
    expect(entries).toHaveLength(1);
    expect(text).not.toContain('w\\"rd');
    expect(text).toContain('***');
  });

  it.each(places)('a password before @ %s', (_, write) => {
    const { text } = logged((log) => write(log, 'scott/0therPw@db:1521/x'));
    expect(text).not.toContain('0therPw');
    expect(text).toContain('scott/***@db');
  });

  it.each(places)('the known password before @ %s', (_, write) => {
    const { text } = logged((log) => write(log, `scott/${password}@db`));
    expect(text).not.toMatch(/p@ss|ss\/w|"rd/);
  });

  it.each(places)('a bearer token %s', (_, write) => {
    const { text } = logged((log) => write(log, 'authorization: Bearer abc.DEF-123_x'));
    expect(text).not.toContain('DEF-123');
  });

  it.each(places)('an API key %s', (_, write) => {
    const { text } = logged((log) => write(log, 'X-API-Key: ci.k3y-value'));
    expect(text).not.toContain('k3y-value');
  });

  it.each([
    { headers: { 'x-api-key': 'ci.k3y-value', authorization: 'Basic k3y-value' } },
    { rawHeaders: ['Host', 'h', 'X-API-Key', 'ci.k3y-value', 'Authorization', 'k3y-value'] },
    { request: JSON.stringify({ headers: { 'x-api-key': 'ci.k3y-value' } }) },
    { oracle: { user: 'scott', password: 'k3y-value' } },
    { env: { ORACLE_PASSWORD: 'k3y-value', password: 0 } },
  ])('whose name tells that it is one: %j', (fields) => {
    const { text, entry } = logged((log) => log.info(fields, 'x'));
    expect(text).not.toContain('k3y-value');
    expect(entry['message']).toBe('x');
  });

  it('a password of digits does not spoil the numbers and names of an entry', () => {
    const { entry, text } = logged((log) => log.info({ rows: 112, text: 'pw 1' }, 'x'), '1');
    expect(entry).toMatchObject({ rows: 112, text: 'pw ***', message: 'x', severity: 'INFO' });
    expect(text).toContain('"level":30');
  });
});
