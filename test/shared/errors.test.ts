import { describe, expect, it } from 'vitest';
import {
  type ErrorCode,
  errorCatalogue,
  OraFerryError,
  reportError,
  toOraFerryError,
} from '../../shared/errors.ts';

const codes = Object.keys(errorCatalogue) as ErrorCode[];

describe('the catalogue of errors', () => {
  it.each(codes)('%s says what it means and what to do', (code) => {
    const { status, meaning, action } = errorCatalogue[code];
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    for (const sentence of [meaning, action]) expect(sentence).toMatch(/^[A-Z].+\.$/);
  });

  it('nothing that the caller must change first is called retryable', () => {
    const retryable = codes.filter((code) => errorCatalogue[code].retryable);
    const isNoFault = (status: number) => status >= 500 || status === 408 || status === 429;
    expect(retryable.filter((code) => !isNoFault(errorCatalogue[code].status))).toEqual([]);
  });
});

describe('an error', () => {
  it('has its status and its retryability from the catalogue', () => {
    const error = new OraFerryError('STORE_ERROR', 'gone');
    expect(error).toMatchObject({ status: 503, retryable: true, name: 'OraFerryError' });
    expect(error).not.toHaveProperty('cause');
    expect(new OraFerryError('STORE_ERROR', 'no', { retryable: false }).retryable).toBe(false);
  });

  it('keeps its cause, which no report shows; the report says what to do', () => {
    const cause = new Error('ORA-01017 for SCOTT at 10.0.0.1');
    const details = { table: 'T' };
    const error = new OraFerryError('ORACLE_ERROR', 'refused', { cause, details });
    expect(error.cause).toBe(cause);
    const { action } = errorCatalogue.ORACLE_ERROR;
    const report = { code: 'ORACLE_ERROR', message: 'refused', action };
    expect(reportError(error)).toEqual({ ...report, details });
    expect(reportError(new OraFerryError('ORACLE_ERROR', 'refused'))).toEqual(report);
  });

  it.each([new TypeError('secret host'), 'text', undefined, null, { code: 'CONFLICT' }])(
    'of somebody else’s making (%s) is an internal one, without its text',
    (thrown) => {
      const error = toOraFerryError(thrown);
      expect(error).toBeInstanceOf(OraFerryError);
      expect(error.cause).toBe(thrown);
      expect(reportError(thrown)).toEqual({
        code: 'INTERNAL_ERROR',
        message: 'A fault in OraFerry.',
        action: errorCatalogue.INTERNAL_ERROR.action,
      });
    },
  );

  it('of our own stays as it is', () => {
    const error = new OraFerryError('CONFLICT', 'busy');
    expect(toOraFerryError(error)).toBe(error);
  });
});
