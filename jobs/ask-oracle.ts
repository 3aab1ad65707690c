import type { OracleSource } from '../shared/ports/oracle.ts';
import { withRetry } from '../shared/retry.ts';
import type { TaskContext } from './context.ts';

/** Asks, and asks again while the error is one that may pass, as often as a split may be attempted. */
export function askOracle<T>(
  { config, oracle }: Pick<TaskContext, 'config' | 'oracle'>,
  signal: AbortSignal,
  question: (oracle: OracleSource) => Promise<T>,
): Promise<T> {
  const policy = { attempts: config.job.attempts, initialDelayMs: 250, maxDelayMs: 5_000 };
  return withRetry(policy, signal, () => question(oracle));
}
