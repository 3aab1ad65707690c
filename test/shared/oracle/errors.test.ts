import { describe, expect, it } from 'vitest';
import { OraFerryError } from '../../../shared/errors.ts';
import { isRefused, isUnreachable, translateOracleError } from '../../../shared/oracle/errors.ts';

/** As the driver throws them: `code` is its own or Oracle's, the message begins with it. */
function driverError(code: string, text = 'secret text'): Error {
  return Object.assign(new Error(`${code}: ${text}`), { code });
}

function translate(code: string, text?: string) {
  const error = translateOracleError(driverError(code, text));
  if (!(error instanceof OraFerryError)) throw new Error(`${code} was not translated`);
  return error;
}

describe('an error of Oracle', () => {
  it.each([
    ['ORA-01017', 'ORACLE_AUTHENTICATION_ERROR', false],
    ['ORA-28000', 'ORACLE_AUTHENTICATION_ERROR', false],
    ['ORA-28001', 'ORACLE_AUTHENTICATION_ERROR', false],
    ['NJS-500', 'ORACLE_CONNECTION_ERROR', true],
    ['NJS-503', 'ORACLE_CONNECTION_ERROR', true],
    ['NJS-510', 'ORACLE_CONNECTION_ERROR', true],
    ['NJS-518', 'ORACLE_CONNECTION_ERROR', true],
    ['NJS-530', 'ORACLE_CONNECTION_ERROR', true],
    ['NJS-599', 'ORACLE_CONNECTION_ERROR', true],
    ['ORA-03113', 'ORACLE_CONNECTION_ERROR', true],
    ['ORA-12541', 'ORACLE_CONNECTION_ERROR', true],
    ['ORA-00018', 'ORACLE_CONNECTION_ERROR', true],
    ['ORA-00028', 'ORACLE_CONNECTION_ERROR', true],
    ['NJS-513', 'ORACLE_CONNECTION_ERROR', true],
    ['ORA-28864', 'ORACLE_CONNECTION_ERROR', true],
    ['ORA-12545', 'ORACLE_CONNECTION_ERROR', true],
    ['NJS-512', 'ORACLE_CONNECTION_ERROR', false],
    ['NJS-516', 'ORACLE_CONNECTION_ERROR', false],
    ['NJS-520', 'ORACLE_CONNECTION_ERROR', false],
    ['ORA-12154', 'ORACLE_CONNECTION_ERROR', false],
    ['NJS-505', 'ORACLE_TLS_ERROR', false],
    ['NJS-506', 'ORACLE_TLS_ERROR', false],
    ['NJS-507', 'ORACLE_TLS_ERROR', false],
    ['NJS-508', 'ORACLE_TLS_ERROR', false],
    ['NJS-529', 'ORACLE_TLS_ERROR', false],
    ['ORA-28759', 'ORACLE_TLS_ERROR', false],
    ['ORA-29024', 'ORACLE_TLS_ERROR', false],
    ['ORA-29106', 'ORACLE_TLS_ERROR', false],
    ['NJS-116', 'ORACLE_CLIENT_ERROR', false],
    ['NJS-138', 'ORACLE_CLIENT_ERROR', false],
    ['ORA-12660', 'ORACLE_CLIENT_ERROR', false],
    ['ORA-28040', 'ORACLE_CLIENT_ERROR', false],
    ['ORA-01045', 'PERMISSION_DENIED', false],
    ['NJS-517', 'ORACLE_CONNECTION_ERROR', false],
    ['NJS-533', 'ORACLE_CLIENT_ERROR', false],
    ['NJS-123', 'ORACLE_CONNECTION_ERROR', true],
    ['ORA-01013', 'ORACLE_CONNECTION_ERROR', true],
    ['ORA-03156', 'ORACLE_CONNECTION_ERROR', true],
    ['ORA-00942', 'TABLE_NOT_FOUND', false],
    ['ORA-00904', 'TABLE_NOT_FOUND', false],
    ['ORA-01031', 'PERMISSION_DENIED', false],
    ['ORA-01555', 'SNAPSHOT_TOO_OLD', false],
    ['ORA-08180', 'SNAPSHOT_TOO_OLD', false],
    ['ORA-08181', 'SNAPSHOT_TOO_OLD', false],
    ['ORA-01466', 'TABLE_CHANGED', false],
    ['ORA-08187', 'PERMISSION_DENIED', false],
    ['ORA-08188', 'PERMISSION_DENIED', false],
    ['ORA-01109', 'ORACLE_CONNECTION_ERROR', true],
    ['ORA-02391', 'ORACLE_CONNECTION_ERROR', true],
    ['NJS-076', 'ORACLE_CONNECTION_ERROR', true],
    ['ORA-22924', 'SNAPSHOT_TOO_OLD', false],
    ['ORA-01410', 'TABLE_CHANGED', false],
    ['ORA-08103', 'TABLE_CHANGED', false],
    ['ORA-06502', 'ORACLE_ERROR', false],
    ['NJS-098', 'ORACLE_ERROR', false],
  ])('%s becomes %s (retryable: %s)', (oracleCode, code, retryable) => {
    const error = translate(oracleCode);
    expect(error).toMatchObject({ code, retryable, details: { oracle_code: oracleCode } });
    expect(error.message).toContain(oracleCode);
  });

  it('is told without the text of Oracle, which stays in the cause', () => {
    const cause = driverError('ORA-00942', 'table "HR"."SALARY" in 10.1.2.3');
    const error = translateOracleError(cause) as OraFerryError;
    expect(error.message).not.toContain('SALARY');
    expect(error.cause).toBe(cause);
  });

  it('names the table that was read', () => {
    const error = translateOracleError(driverError('ORA-01555'), { owner: 'SH', table: 'SALES' });
    expect((error as OraFerryError).message).toMatch(/^SH\.SALES: .*\(ORA-01555\)\.$/);
  });

  it('within a lost connection tells why it was lost', () => {
    const text = 'connection to the Oracle Database was broken. ORA-28000: locked';
    const killed = translate('NJS-500', 'closed. ORA-00028: your session has been killed');
    expect(killed).toMatchObject({
      retryable: true,
      details: { oracle_code: 'ORA-00028', retry: 'once' },
    });
    expect(killed.message).toContain('(NJS-500, ORA-00028)');
    expect(translate('NJS-500', text).details).toEqual({ oracle_code: 'ORA-28000' });
  });

  it.each([
    ...['NJS-503', 'NJS-510', 'NJS-511', 'NJS-518', 'NJS-519', 'ORA-00018', 'ORA-00020'],
    ...['ORA-01033', 'ORA-01034', 'ORA-01090', 'ORA-02391', 'ORA-12170', 'ORA-12516', 'ORA-12519'],
    ...['ORA-12520', 'ORA-12528', 'ORA-12541', 'ORA-12571'],
  ])('%s asks for longer waits', (code) => {
    expect(translate(code)).toMatchObject({ retryable: true, details: { retry: 'later' } });
  });

  it.each(['NJS-500', 'NJS-501', 'NJS-521', 'NJS-123', 'ORA-01013', 'ORA-03113', 'ORA-03156'])(
    '%s asks for a new connection soon',
    (code) => {
      const error = translate(code);
      expect(error.retryable).toBe(true);
      expect(error.details).not.toHaveProperty('retry');
    },
  );

  it.each([
    ['ORA-02391', 'takes no sessions now'],
    ['NJS-123', 'ORACLE_CALL_TIMEOUT_SECONDS'],
    ['ORA-01466', 'definition of the table changed at or after the SCN'],
    ['ORA-08188', 'no past state'],
  ])('%s says “%s”', (code, expected) => {
    expect(translate(code).message).toContain(expected);
  });

  it('that names DBMS_LOB as unknown asks for the right to execute it', () => {
    const error = translate('ORA-00904', '"DBMS_LOB"."GETLENGTH": invalid identifier');
    expect(error).toMatchObject({ code: 'PERMISSION_DENIED', retryable: false });
    expect(error.message).toContain('GRANT EXECUTE ON SYS.DBMS_LOB TO');
    expect(translate('ORA-00904', '"DBMS_LOB": invalid identifier').code).toBe('TABLE_NOT_FOUND');
  });

  it('is known by the last code that says something', () => {
    const error = translate(
      'ORA-12801',
      'error in parallel query server\nORA-01555: too old\nORA-06512: at',
    );
    expect(error).toMatchObject({
      code: 'SNAPSHOT_TOO_OLD',
      details: { oracle_code: 'ORA-01555' },
    });
  });

  it('has a code even when the driver writes it without zeros', () => {
    expect(translate('ORA-942')).toMatchObject({
      code: 'TABLE_NOT_FOUND',
      details: { oracle_code: 'ORA-00942' },
    });
  });
});

describe('an error of TLS', () => {
  it.each([
    ['NJS-506', 'certificate has expired', /of the database has expired/],
    ['NJS-506', 'certificate is not yet valid', /of the database has expired, or is not valid/],
    ['NJS-506', 'unable to verify the first certificate; if the root CA is', /from an issuer/],
    ['NJS-506', 'self-signed certificate in certificate chain', /from an issuer/],
    ['NJS-506', 'unable to get local issuer certificate', /from an issuer/],
    ['NJS-506', 'NJS-507: Server DN in certificate does not match', /is for another name/],
    ['NJS-506', 'NJS-508: 10.0.0.1 not present in certificate', /is for another name/],
    ['NJS-506', 'ssl/tls alert handshake failure:..:SSL alert number 40', /refused our client/],
    ['NJS-506', 'tlsv1 alert unknown ca:..:SSL alert number 48', /refused our client/],
    ['NJS-506', 'wrong version number', /names a TCPS port/],
    ['NJS-500', 'NJS-501: ..\n..:tlsv13 alert certificate required:..', /refused our client/],
    ['NJS-500', 'NJS-501: ..\n..:ssl/tls alert bad certificate:..', /refused our client/],
    ['NJS-512', "ENOENT: no such file, open '/wallet/ewallet.pem'", /wallet cannot be used/],
  ])('%s with “%s” says what to check', (code, text, expected) => {
    const error = translate(code, text);
    expect(error).toMatchObject({ code: 'ORACLE_TLS_ERROR', retryable: false });
    expect(error.message).toMatch(expected);
    expect(isUnreachable(error)).toBe(false);
  });

  it.each([
    'Client network socket disconnected before secure TLS connection was established',
    'read ECONNRESET',
  ])('that may be one of the network is worth another attempt: %s', (text) => {
    const error = translate('NJS-506', text);
    expect(error).toMatchObject({ code: 'ORACLE_CONNECTION_ERROR', retryable: true });
    expect(error.message).toContain('trusts the issuer of our client certificate');
  });
});

describe('a database', () => {
  it.each([
    ['NJS-503', true],
    ['NJS-510', true],
    ['NJS-530', true],
    ['NJS-599', true],
    ['ORA-03113', true],
    ['ORA-01109', true],
    ['ORA-02391', false],
    ['NJS-076', false],
    ['NJS-123', false],
    ['ORA-01013', false],
    ['ORA-00028', false],
    ['NJS-512', false],
    ['ORA-01017', false],
    ['ORA-08103', false],
  ])('that answers %s counts as unreachable: %s', (code, expected) => {
    expect(isUnreachable(translate(code))).toBe(expected);
  });

  it('that fell silent counts as unreachable; an error of others says nothing of it', () => {
    expect(isUnreachable(new OraFerryError('ORACLE_CONNECTION_ERROR', 'silent'))).toBe(true);
    expect(isUnreachable(driverError('NJS-503'))).toBe(false);
  });
});

it('what is no error of Oracle stays as it is', () => {
  for (const error of [new TypeError('x'), 'text', new OraFerryError('CANCELLED', 'no')]) {
    expect(translateOracleError(error)).toBe(error);
  }
});

it('a refusal is told from a failure', () => {
  expect(
    ['ORA-00942', 'ORA-00904', 'ORA-01031'].map((code) => isRefused(driverError(code))),
  ).toEqual([true, true, true]);
  expect(isRefused(driverError('ORA-03113'))).toBe(false);
  expect(isRefused('ORA-00942')).toBe(false);
});
