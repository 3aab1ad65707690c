import type { ServiceError } from '@grpc/grpc-js';
import { createLeases } from './leases.ts';
import type { PubsubMessage, ReceivedMessage } from './messages.ts';

/** A stream that receives messages of a subscription, one at a time and in turn with the others. */
export interface Puller {
  ackDeadlineSeconds: number;
  receive(message: ReceivedMessage): void;
  end(reason: ServiceError): void;
}

interface Terms {
  readonly ackDeadlineSeconds: number;
  readonly retentionSeconds: number;
}

export type MessageQueue = ReturnType<typeof createMessageQueue>;

/** The messages of one subscription: they wait for a puller, which holds them until acknowledged or overdue. */
export function createMessageQueue({ ackDeadlineSeconds, retentionSeconds }: Terms) {
  let waiting: PubsubMessage[] = [];
  /** The first one is next. */
  const pullers: Puller[] = [];
  const idle = new Set<() => void>();
  const leases = createLeases((message) => {
    waiting.unshift(message);
    dispatch();
  });

  function dispatch() {
    for (const wake of idle) wake();
    while (waiting.length > 0) {
      const puller = pullers.shift();
      const message = puller && waiting.shift();
      if (!message) return;
      pullers.push(puller);
      puller.receive(leases.grant(message, puller.ackDeadlineSeconds));
    }
  }

  return {
    acknowledge: leases.acknowledge,
    modifyDeadline: leases.modifyDeadline,
    add(message: PubsubMessage) {
      const oldest = Date.now() / 1000 - retentionSeconds;
      waiting = waiting.filter(({ publishTime }) => Number(publishTime.seconds) >= oldest);
      waiting.push(message);
      dispatch();
    },
    /** Adds a puller; the result takes it away again, and what it holds comes back when overdue. */
    join(puller: Puller): () => void {
      pullers.push(puller);
      dispatch();
      return () => {
        const place = pullers.indexOf(puller);
        if (place >= 0) pullers.splice(place, 1);
      };
    },
    /** Waits a moment when there is no message, as Pull does without return_immediately. */
    async pull(limit: number): Promise<ReceivedMessage[]> {
      if (waiting.length === 0) await arrival(idle);
      return waiting.splice(0, limit).map((message) => leases.grant(message, ackDeadlineSeconds));
    },
    close(reason: ServiceError) {
      leases.clear();
      for (const puller of pullers.splice(0)) puller.end(reason);
    },
  };
}

const PULL_WAIT_MS = 1_000;

async function arrival(idle: Set<() => void>) {
  const { promise, resolve } = Promise.withResolvers<void>();
  idle.add(resolve);
  const timer = setTimeout(resolve, PULL_WAIT_MS).unref();
  await promise;
  clearTimeout(timer);
  idle.delete(resolve);
}
