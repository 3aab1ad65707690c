import type { Config } from '../shared/config.ts';
import { OraFerryError } from '../shared/errors.ts';
import type { Logger } from '../shared/logging.ts';
import type { OracleSource } from '../shared/ports/oracle.ts';

/** Oracle for those calls that need it. */
export interface LazyOracle {
  /** Made by the first call. Throws ORACLE_CONNECTION_ERROR when no database is configured. */
  source(): Promise<OracleSource>;
  close(): Promise<void>;
}

/** Until it is asked for, neither the driver is loaded nor a session opened: the function `api` never asks. */
export function lazyOracle({ oracle }: Config, log: Logger): LazyOracle {
  let made: Promise<OracleSource> | undefined;

  async function make(): Promise<OracleSource> {
    if (!oracle) throw notConfigured();
    const { createOracleSource } = await import('../shared/oracle/source.ts');
    return createOracleSource(oracle, { action: 'api', log, circuit: {} });
  }

  return {
    source() {
      made ??= make();
      return made;
    },
    async close() {
      const source = await made?.catch(() => undefined);
      await source?.close();
    },
  };
}

/** The operation, which is ended when it takes longer, with ORACLE_CONNECTION_ERROR, or when its caller is gone. */
export async function within<T>(
  ms: number,
  caller: AbortSignal,
  operation: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = AbortSignal.timeout(ms);
  try {
    return await operation(AbortSignal.any([late, caller]));
  } catch (error) {
    if (!late.aborted) throw error;
    throw new OraFerryError(
      'ORACLE_CONNECTION_ERROR',
      `Oracle took longer than the ${ms / 1_000} seconds that a call may take.`,
    );
  }
}

function notConfigured(): OraFerryError {
  return new OraFerryError(
    'ORACLE_CONNECTION_ERROR',
    'This function has no database: set ORACLE_CONNECT_STRING, ORACLE_USER and ORACLE_PASSWORD.',
    { retryable: false },
  );
}
