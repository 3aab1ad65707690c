import oracledb from 'oracledb';
import { OraFerryError } from '../errors.ts';
import { driverMode, type OracleConfig } from '../oracle-config.ts';

/**
 * Puts the driver into the configured mode. That must happen before the process makes its first pool, and holds
 * for the whole process; later calls with the same configuration change nothing. Throws ORACLE_CLIENT_ERROR.
 * Thick mode needs Oracle Client libraries and has not been run in the tests of this repository.
 * https://node-oracledb.readthedocs.io/en/latest/user_guide/initialization.html
 */
export function prepareDriver(config: OracleConfig): void {
  if (driverMode(config) === 'thin') return;
  try {
    oracledb.initOracleClient(clientOptions(config));
  } catch (error) {
    throw clientError(error);
  }
}

function clientOptions({ client_lib_dir, config_dir }: OracleConfig): oracledb.InitialiseOptions {
  return {
    // On Linux the loader must find the libraries by itself, and the driver's documentation forbids to name them.
    ...(process.platform !== 'linux' && client_lib_dir && { libDir: client_lib_dir }),
    ...(config_dir && { configDir: config_dir }),
  };
}

/** What to do about it. https://node-oracledb.readthedocs.io/en/latest/user_guide/troubleshooting.html */
export function clientError(cause: unknown): OraFerryError {
  const code = String((cause as { code?: unknown }).code ?? 'no code');
  const advice = adviceFor.get(code) ?? 'look up the code';
  const message = `The driver's Thick mode could not be set up (${code}): ${advice}.`;
  return new OraFerryError('ORACLE_CLIENT_ERROR', message, {
    cause,
    details: { oracle_code: code },
  });
}

const thinInstead = 'or set ORACLE_DRIVER=thin';
const adviceFor = new Map([
  [
    'DPI-1047',
    `the Oracle Client libraries were not found. Install Oracle Instant Client Basic and let the loader find it, on Linux by ldconfig or LD_LIBRARY_PATH, ${thinInstead}`,
  ],
  ['DPI-1050', `the Oracle Client libraries are too old. Install newer ones, ${thinInstead}`],
  ['DPI-1072', `the Oracle Client libraries are of no supported version, ${thinInstead}`],
  ['NJS-045', `the driver's binary does not load on this platform, ${thinInstead}`],
  ['NJS-067', `the driver has no binary for this platform, ${thinInstead}`],
  ['NJS-090', 'the process has set it up already, in another way'],
  ['NJS-118', 'the process has already connected in Thin mode'],
]);
