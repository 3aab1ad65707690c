import { setTimeout as delay } from 'node:timers/promises';
import type { TransportStore } from '../shared/ports/stores.ts';

const keepMs = 10_000;
const patienceMs = 3_000;

/** Answers whether Firestore can be read, at most ten seconds late. */
export type Readiness = () => Promise<boolean>;

/** Asks at most once in ten seconds, however many callers there are; no answer within three seconds means no. */
export function createReadiness(transports: TransportStore): Readiness {
  let asked = Number.NEGATIVE_INFINITY;
  let answer = Promise.resolve(false);
  return () => {
    const now = performance.now();
    if (now - asked >= keepMs) {
      asked = now;
      answer = ask(transports);
    }
    return answer;
  };
}

async function ask(transports: TransportStore): Promise<boolean> {
  const stop = new AbortController();
  // The page of a tenant that nobody is costs one read and says nothing about anybody.
  const readable = transports.list('', { pageSize: 1 }).then(
    () => true,
    () => false,
  );
  const late = delay(patienceMs, false, { signal: stop.signal }).catch(() => false);
  const ready = await Promise.race([readable, late]);
  stop.abort();
  return ready;
}
