const PARENT_CHECK_MS = 500;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interruption {
  readonly signal: AbortSignal;
  /** The first signal to stop that came, if any. */
  signalName(): (typeof SIGNALS)[number] | undefined;
  /** Stops as if interrupted, for a reason of the caller's own. */
  stop(reason: Error): void;
}

/**
 * Aborts at the first signal to stop, or when npm is gone that started us. Later signals change nothing: the stop
 * is under way.
 */
export function watchInterruption(): Interruption {
  const abort = new AbortController();
  let first: (typeof SIGNALS)[number] | undefined;
  for (const name of SIGNALS) {
    process.on(name, () => {
      first ??= name;
      abort.abort(new Error(`stopped by ${name}`));
    });
  }
  const stop = (reason: Error) => abort.abort(reason);
  if (process.env['npm_lifecycle_event']) watchParent(() => stop(new Error('npm is gone')));
  return { signal: abort.signal, signalName: () => first, stop };
}

/** A signal to npm may end the shell between npm and us without a word to us; then we have another parent. */
function watchParent(whenGone: () => void): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    whenGone();
  }, PARENT_CHECK_MS);
  watch.unref();
}
