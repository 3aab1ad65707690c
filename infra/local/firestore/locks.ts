interface Lock {
  owner: string;
  waiting: { owner: string; proceed: () => void }[];
  timer?: NodeJS.Timeout;
}

/**
 * Queues for contended keys, first come first served. They only spare transactions the work of losing:
 * an owner that keeps others waiting for `patienceMs` (it may have died) is passed over, so no lock can
 * be relied on for correctness and no deadlock lasts.
 */
export function createLocks(patienceMs = 1000) {
  const locks = new Map<string, Lock>();

  function acquire(key: string, owner: string): Promise<void> {
    const lock = locks.get(key);
    if (!lock) {
      locks.set(key, { owner, waiting: [] });
      return Promise.resolve();
    }
    if (lock.owner === owner) return Promise.resolve();
    return new Promise((proceed) => {
      lock.waiting.push({ owner, proceed });
      lock.timer ??= setTimeout(() => passOn(key, lock), patienceMs);
    });
  }

  function passOn(key: string, lock: Lock) {
    clearTimeout(lock.timer);
    delete lock.timer;
    const next = lock.waiting.shift();
    if (!next) {
      locks.delete(key);
      return;
    }
    lock.owner = next.owner;
    if (lock.waiting.length > 0) lock.timer = setTimeout(() => passOn(key, lock), patienceMs);
    next.proceed();
  }

  return {
    acquire,
    release(owner: string) {
      for (const [key, lock] of locks) if (lock.owner === owner) passOn(key, lock);
    },
    close() {
      for (const lock of locks.values()) clearTimeout(lock.timer);
    },
  };
}
