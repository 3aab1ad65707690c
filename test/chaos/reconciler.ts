import type { Context } from '../../functions/context.ts';
import { reconcileJobs } from '../../functions/reconcile.ts';

const everyMs = 1_000;

/** Calls reconcile again and again, as Cloud Scheduler does, only more often. */
export function startReconciler(api: Context): { stop(): Promise<void> } {
  const caller = {
    principal: { id: 'scheduler', kind: 'key', tenant: 'default', scopes: ['admin'] } as const,
    traceId: '0'.repeat(32),
    log: api.log,
    origin: 'http://localhost',
    signal: new AbortController().signal,
  };
  let calling: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    // What it could not do, because of a fault that befell it, the next call does.
    calling ??= reconcileJobs(api, caller)
      .catch(() => undefined)
      .finally(() => {
        calling = undefined;
      });
  }, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await calling;
    },
  };
}
