import { describe, expect, it } from 'vitest';
import { OraFerryError } from '../../../shared/errors.ts';
import { clientError, prepareDriver } from '../../../shared/oracle/driver.ts';
import { driverMode, oracleSettings } from '../../../shared/oracle-config.ts';
import { useOracle } from './fixture.ts';

const oracle = useOracle();
const settings = { connect_string: 'db:1521/x', user: 'u', password: 'p' };

describe('the mode of the driver', () => {
  it.each([
    [{}, 'thin'],
    [{ driver: 'auto' }, 'thin'],
    [{ client_lib_dir: '/opt/oracle' }, 'thick'],
    [{ driver: 'auto', client_lib_dir: '/opt/oracle' }, 'thick'],
    [{ driver: 'thick', client_lib_dir: '/opt/oracle' }, 'thick'],
    [{ driver: 'thin', client_lib_dir: '/opt/oracle' }, 'thin'],
  ])('for %j is %s', (some, mode) => {
    expect(driverMode(some)).toBe(mode);
  });

  it('is that of the process: a process that began in Thin mode cannot change', async () => {
    await oracle.open().ping();
    const thick = oracleSettings.parse({ ...settings, client_lib_dir: '/opt/oracle' });
    expect(() => prepareDriver(thick)).toThrow(
      expect.objectContaining({
        code: 'ORACLE_CLIENT_ERROR',
        retryable: false,
        message: expect.stringContaining('already connected in Thin mode'),
      }),
    );
  });
});

describe('Thick mode that does not work', () => {
  it('says what to install, or to do without it', () => {
    const cause = Object.assign(new Error('DPI-1047: Cannot locate'), { code: 'DPI-1047' });
    const error = clientError(cause);
    expect(error).toBeInstanceOf(OraFerryError);
    expect(error).toMatchObject({ code: 'ORACLE_CLIENT_ERROR', retryable: false, cause });
    expect(error.message).toMatch(/\(DPI-1047\): .*Instant Client.*LD_LIBRARY_PATH.*ORACLE_DRIVER/);
  });

  it('names the code that nobody foresaw', () => {
    const error = clientError(Object.assign(new Error('x'), { code: 'DPI-9999' }));
    expect(error.message).toContain('(DPI-9999): look up the code');
    expect(clientError(new Error('x')).message).toContain('(no code)');
  });
});
