import type { SourceDatabase } from './source-database/database.ts';
import { realEnvironment } from './source-database/environment.ts';
import { openLocalDatabase } from './source-database/local.ts';
import { openRealDatabase } from './source-database/real.ts';

export type { SourceDatabase };

/**
 * The real Oracle that the variables ORACLE_TEST_… name or, without them, the local server as release 23ai. Only
 * integration tests use it: they run one after the other, and `npm run test:oracle` finds them by this import.
 */
export async function openSourceDatabase(): Promise<SourceDatabase> {
  const real = realEnvironment(process.env);
  return real ? openRealDatabase(real) : openLocalDatabase('23ai');
}

/** By name: the local server in both releases that it knows and, when there is one, the real Oracle. */
export function eachSourceDatabase(): [name: string, open: () => Promise<SourceDatabase>][] {
  const real = realEnvironment(process.env);
  const databases: ReturnType<typeof eachSourceDatabase> = [
    ['the local Oracle as 23ai', () => openLocalDatabase('23ai')],
    ['the local Oracle as 19c', () => openLocalDatabase('19c')],
  ];
  if (real) databases.push(['a real Oracle', () => openRealDatabase(real)]);
  return databases;
}
