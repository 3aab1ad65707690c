import { describe, expect, it } from 'vitest';
import { thickConnectString } from '../../../shared/oracle/connect-string.ts';
import { oracleSettings } from '../../../shared/oracle-config.ts';

function connectString(given: string, more: object = {}): string {
  const config = { connect_string: given, user: 'u', password: 'p', ...more };
  return thickConnectString(oracleSettings.parse(config));
}

describe('the connect string for Thick mode', () => {
  it('has the timeouts that Thin mode takes from the pool', () => {
    expect(connectString('db:1521/sales', { connect_timeout_seconds: 7.2 })).toBe(
      'db:1521/sales?connect_timeout=8&transport_connect_timeout=8&expire_time=2',
    );
  });

  it('has the wallet and the name to check, with TLS', () => {
    const settings = { wallet_location: '/w', ssl_server_cert_dn: 'CN=db, O=Example' };
    expect(connectString('tcps://db:2484/sales', settings)).toBe(
      'tcps://db:2484/sales?connect_timeout=20&transport_connect_timeout=20&expire_time=2' +
        '&ssl_server_dn_match=on&ssl_server_cert_dn="CN=db, O=Example"&wallet_location="/w"',
    );
    expect(connectString('db:1521/sales', settings)).not.toContain('wallet');
  });

  it('keeps what it says itself', () => {
    const own = 'tcps://db/sales?Connect_Timeout=3&ssl_server_dn_match=off&wallet_location=/own';
    expect(connectString(own, { wallet_location: '/w' })).toBe(
      `${own}&transport_connect_timeout=20&expire_time=2`,
    );
    const complete = 'db/sales?connect_timeout=3&transport_connect_timeout=3&expire_time=9';
    expect(connectString(complete)).toBe(complete);
  });

  it.each(['SALES_LOW', '(DESCRIPTION=(ADDRESS=(PROTOCOL=tcps)(HOST=db)(PORT=1)))'])(
    'of another kind stays as it is: %s',
    (given) => {
      expect(connectString(given)).toBe(given);
    },
  );
});
