import { isEasyConnect, type OracleConfig } from '../oracle-config.ts';

/**
 * The connect string for the driver's Thick mode, which takes what concerns the network from there, or from
 * sqlnet.ora, and not from the pool. To an Easy Connect string our settings are added where it does not have its
 * own; that takes Oracle Client 19 or later. Descriptors and aliases are complete as their owner wrote them.
 * The driver's own way, `thickModeDSNPassthrough = false`, is no help: 26.0.0 nests one SECURITY within another
 * (lib/impl/parserHelpers.js), so that the name of the server would not be checked.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/netag/configuring-naming-methods.html
 */
export function thickConnectString(config: OracleConfig): string {
  const { connect_string: given } = config;
  if (!isEasyConnect(given)) return given;
  const [, own = ''] = given.split('?', 2);
  const has = new Set(own.split('&').map((parameter) => parameter.split('=')[0]?.toLowerCase()));
  const added = parametersOf(config).filter(([name]) => !has.has(name));
  if (added.length === 0) return given;
  const separator = given.includes('?') ? '&' : '?';
  return given + separator + added.map(([name, value]) => `${name}=${value}`).join('&');
}

function parametersOf(config: OracleConfig): [name: string, value: string][] {
  const timeout = String(Math.ceil(config.connect_timeout_seconds));
  const network: [string, string][] = [
    ['connect_timeout', timeout],
    ['transport_connect_timeout', timeout],
    ['expire_time', '2'],
  ];
  if (!/^\s*tcps:/i.test(config.connect_string)) return network;
  const { wallet_location: wallet, ssl_server_cert_dn: name } = config;
  const security: [string, string | undefined][] = [
    ['ssl_server_dn_match', 'on'],
    ['ssl_server_cert_dn', name && `"${name}"`],
    ['wallet_location', wallet && `"${wallet}"`],
  ];
  return [...network, ...security.filter((item): item is [string, string] => Boolean(item[1]))];
}
