import type { Topic } from '@google-cloud/pubsub';
import type { Config } from '../config.ts';
import type { TaskProgress } from '../domain/progress.ts';
import { OraFerryError } from '../errors.ts';
import type { Logger } from '../logging.ts';
import type { ProgressBus, ProgressSubscription } from '../ports/messages.ts';
import { call, callOptions } from './calls.ts';
import { createPubSub } from './client.ts';
import { toMessage } from './messages.ts';
import { openSubscription } from './subscription.ts';

/**
 * Progress over the configured topic, which must exist. Every method throws PROGRESS_ERROR after five seconds at
 * most; closing takes about that long when Pub/Sub is silent, and then leaves subscriptions to expire.
 */
export function createProgressBus(config: Config, log: Logger): ProgressBus {
  const client = createPubSub(config);
  const topic = client.topic(config.pubsub.topic, {
    batching: { maxMessages: 1 },
    gaxOpts: callOptions,
  });
  const subscriptions = new Set<Promise<ProgressSubscription>>();
  return {
    publish: createPublish(topic),
    async subscribe(listener) {
      const opening = openSubscription(topic, listener, log);
      subscriptions.add(opening);
      try {
        const subscription = await opening;
        return {
          async close() {
            await subscription.close();
            subscriptions.delete(opening);
          },
        };
      } catch (error) {
        subscriptions.delete(opening);
        throw error;
      }
    },
    async close() {
      const closing = [...subscriptions].map(async (opening) => (await opening).close());
      await Promise.allSettled(closing);
      await client.close();
    },
  };
}

/** A silent Pub/Sub must not make us pile up messages. */
const maxUnanswered = 8;

function createPublish(topic: Topic): ProgressBus['publish'] {
  let unanswered = 0;
  const send = async (progress: TaskProgress) => {
    unanswered += 1;
    try {
      await topic.publishMessage(toMessage(progress));
    } finally {
      unanswered -= 1;
    }
  };
  return (progress) => {
    if (unanswered >= maxUnanswered) return Promise.reject(silent());
    return call(() => send(progress));
  };
}

function silent(): OraFerryError {
  return new OraFerryError('PROGRESS_ERROR', 'Pub/Sub has not answered earlier messages yet.');
}
