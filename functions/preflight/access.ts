import type { PlannedColumn } from '../../shared/domain/column.ts';
import type { PlannedCondition } from '../../shared/domain/filter.ts';
import { OraFerryError } from '../../shared/errors.ts';
import type { OracleSource, TableName } from '../../shared/ports/oracle.ts';

type Privilege = 'SELECT' | 'FLASHBACK';

export interface Probe {
  readonly source: TableName;
  readonly columns: readonly PlannedColumn[];
  readonly filter: readonly PlannedCondition[];
  /** Without one only the present is read. */
  readonly scn: string | undefined;
}

/** What kept us from reading: rights that are missing, or an error of another kind. */
export interface Obstacle {
  readonly missing: readonly Privilege[];
  readonly error: unknown;
}

/**
 * Does what the export will do, for no row: the views of privileges do not know of roles, of any of the ways to a
 * right, nor of what else Oracle may object to. Undefined when nothing stands in the way.
 */
export async function probeAccess(
  oracle: OracleSource,
  probe: Probe,
  signal: AbortSignal,
): Promise<Obstacle | undefined> {
  const error = await refusalOf(oracle, probe, signal);
  if (error === undefined) return undefined;
  if (!isForbidden(error)) return { missing: [], error };
  const now = { ...probe, scn: undefined };
  const errorNow = probe.scn === undefined ? error : await refusalOf(oracle, now, signal);
  if (errorNow === undefined) return { missing: ['FLASHBACK'], error };
  return isForbidden(errorNow)
    ? { missing: ['SELECT', 'FLASHBACK'], error }
    : { missing: [], error: errorNow };
}

async function refusalOf(
  oracle: OracleSource,
  { source, columns, filter, scn }: Probe,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    for await (const _ of oracle.rows({ ...source, columns, filter, scn, limit: 0 }, signal));
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    return error;
  }
}

/** What Oracle says of an object that is hidden or not ours to read: https://docs.oracle.com/error-help/db/ */
const refusals: unknown[] = ['ORA-00942', 'ORA-01031', 'ORA-41900'];

function isForbidden(error: unknown): boolean {
  const { oracle_code: code } = Object(error instanceof OraFerryError && error.details) as {
    oracle_code?: unknown;
  };
  return refusals.includes(code);
}
