import { z } from 'zod';
import { seconds } from './config-values.ts';

/** How to reach Oracle. */
export const oracleSettings = z.strictObject({
  connect_string: z.string().min(1),
  user: z.string().min(1),
  password: z.string().min(1),
  /** `auto` is Thick when `client_lib_dir` is set, else Thin. */
  driver: z.enum(['thin', 'thick', 'auto']).default('auto'),
  /** Oracle Instant Client. On Linux the loader must find it there by itself. */
  client_lib_dir: z.string().min(1).optional(),
  /** Holds tnsnames.ora and, in Thick mode, sqlnet.ora. */
  config_dir: z.string().min(1).optional(),
  /** A folder with ewallet.pem or, in Thick mode, cwallet.sso. */
  wallet_location: z.string().min(1).optional(),
  /** The text of ewallet.pem. */
  wallet_content: z
    .string()
    .refine(isWallet, 'must be the text of an ewallet.pem: a private key and certificates in PEM')
    .optional(),
  wallet_password: z.string().min(1).optional(),
  /** The distinguished name that the database's certificate must have; its host name when left out. */
  ssl_server_cert_dn: z.string().min(1).optional(),
  pool_min: z.coerce.number().int().min(0).max(100).default(0),
  pool_max: z.coerce.number().int().min(1).max(100).default(4),
  connect_timeout_seconds: seconds(20),
  /** Longest wait for one round trip. */
  call_timeout_seconds: seconds(300),
  /** Longest wait for a COUNT(*), which reads a whole table in one round trip. */
  count_timeout_seconds: seconds(14_400),
  /** Longer LOBs are not fetched with their rows but streamed; bytes, or characters of text. */
  inline_lob_bytes: z.coerce.number().int().min(1_024).max(67_108_864).default(1_048_576),
});

export type OracleConfig = z.output<typeof oracleSettings>;

export interface Contradiction {
  readonly setting: string;
  readonly problem: string;
}

/** What does not go together in settings as they were read, whether or not each is valid by itself. */
export function contradictionsOf(settings: Readonly<Record<string, unknown>>): Contradiction[] {
  const { wallet_content, wallet_location, wallet_password, client_lib_dir, driver } = settings;
  const isThick = driverMode({ driver, client_lib_dir }) === 'thick';
  const found: Contradiction[] = [];
  const check = (wrong: unknown, setting: string, problem: string) => {
    if (wrong) found.push({ setting, problem });
  };
  check(
    driver === 'thick' && !client_lib_dir,
    'driver',
    'is thick, which needs client_lib_dir too',
  );
  check(wallet_content && wallet_location, 'wallet_content', 'excludes wallet_location');
  const thinOnly = 'is for Thin mode; Thick mode opens the cwallet.sso in wallet_location';
  check(isThick && wallet_content, 'wallet_content', thinOnly);
  check(isThick && wallet_password, 'wallet_password', thinOnly);
  const complete = isThick && !isEasyConnect(String(settings['connect_string'] ?? ':'));
  const written =
    'is for Easy Connect strings in Thick mode; write it into the descriptor, tnsnames.ora or sqlnet.ora';
  check(complete && wallet_location, 'wallet_location', written);
  check(complete && settings['ssl_server_cert_dn'], 'ssl_server_cert_dn', written);
  const { pool_min = 0, pool_max = Number.POSITIVE_INFINITY } = settings;
  check(Number(pool_min) > Number(pool_max), 'pool_min', 'must be at most pool_max');
  return found;
}

/** The mode of the driver that the settings ask for. */
export function driverMode(settings: {
  driver?: unknown;
  client_lib_dir?: unknown;
}): 'thin' | 'thick' {
  const { driver = 'auto', client_lib_dir } = settings;
  return driver === 'thick' || (driver === 'auto' && client_lib_dir) ? 'thick' : 'thin';
}

/** True for host:port/service and the like, as opposed to a descriptor or an alias. */
export function isEasyConnect(connectString: string): boolean {
  return !connectString.trim().startsWith('(') && /[:/]/.test(connectString);
}

function isWallet(text: string): boolean {
  return /-BEGIN [A-Z ]*PRIVATE KEY-/.test(text) && text.includes('-BEGIN CERTIFICATE-');
}
