const PARENT_CHECK_MS = 500;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Aborts at the first signal to stop, or when npm is gone that started us. Later signals change nothing: the stop
 * is under way.
 */
export function watchInterruption(): AbortSignal {
  const stop = new AbortController();
  for (const name of SIGNALS) {
    process.on(name, () => stop.abort(new Error(`stopped by ${name}`)));
  }
  if (process.env['npm_lifecycle_event']) watchParent(() => stop.abort(new Error('npm is gone')));
  return stop.signal;
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
