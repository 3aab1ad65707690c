/** A task's sign of life. One lease stands for everything that the task has claimed. */
export interface Lease {
  /** Server time of the last renewal, in milliseconds since 1970. */
  readonly renewedAt: number;
  readonly ttlMs: number;
}

/**
 * True while the task must be taken for alive. Both times come from the server, so that no task's
 * clock can make another one look dead.
 */
export function isLive(lease: Lease | undefined, serverNow: number): boolean {
  return lease !== undefined && serverNow - lease.renewedAt < lease.ttlMs;
}
