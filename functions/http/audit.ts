import { toOraFerryError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logging.ts';
import type { Reply } from './answer.ts';
import { anonymous, type Principal, ScopeMissing } from './principal.ts';
import type { Route } from './route.ts';

/** Who did what to what, and what came of it. Nothing of what somebody showed to be let in is in it. */

/** What somebody wants. */
export interface Deed {
  readonly route: Route;
  /** The path, which names what it is done to. */
  readonly target: string;
  readonly address: string;
}

/** Notes that somebody was not let in: nobody whom we know, or without the scope. */
export function auditRefusal(log: Logger, deed: Deed, error: unknown): void {
  const { code } = toOraFerryError(error);
  if (code !== 'AUTHENTICATION_ERROR' && code !== 'PERMISSION_DENIED') return;
  const principal = error instanceof ScopeMissing ? error.principal : anonymous;
  write(log, deed, principal, { result: code });
}

/**
 * Does the deed. One that changes something is noted with what really came of it, also after the caller's time was
 * over.
 */
export async function audited(
  log: Logger,
  deed: Deed,
  principal: Principal,
  work: () => Promise<Reply>,
): Promise<Reply> {
  if (!isChange(deed.route)) return work();
  try {
    const reply = await work();
    const made = reply.headers?.['Location'];
    write(log, deed, principal, { result: 'SUCCEEDED', ...(made !== undefined && { made }) });
    return reply;
  } catch (error) {
    write(log, deed, principal, { result: toOraFerryError(error).code });
    throw error;
  }
}

/** Every call but those that only read. */
export function isChange({ method, changesNothing = false }: Route): boolean {
  return method !== 'GET' && !changesNothing;
}

interface Outcome {
  readonly result: string;
  /** The path of what was made. */
  readonly made?: string;
}

/** Written whatever the level of the log is. */
function write(
  log: Logger,
  { route, target, address }: Deed,
  { id, kind, tenant }: Principal,
  { result, made }: Outcome,
): void {
  const audit = {
    actor: id,
    actor_kind: kind,
    tenant,
    address,
    action: route.id,
    target,
    made,
    result,
  };
  const level = result === 'SUCCEEDED' ? 'info' : 'warn';
  log.child({}, { level: 'info' })[level]({ audit }, `Audit: ${route.id} by ${id}: ${result}`);
}
