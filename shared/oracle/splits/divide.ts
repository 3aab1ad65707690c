import type { SplitLayout, SplitRequest } from '../../ports.ts';
import type { ConnectionPool } from '../pool.ts';

/** Divides a table by the best way that its kind and our user's rights allow. */
export async function divideTable(
  _pool: ConnectionPool,
  _request: SplitRequest,
  _signal?: AbortSignal,
): Promise<SplitLayout> {
  return { method: 'whole table', ranges: [{ kind: 'whole' }] };
}
