import { randomUUID } from 'node:crypto';
import { Duration, type Message, type Subscription, type Topic } from '@google-cloud/pubsub';
import type { TaskProgress } from '../domain/progress.ts';
import type { Logger } from '../logging.ts';
import type { ProgressSubscription } from '../ports/messages.ts';
import { call, callOptions } from './calls.ts';
import { readMessage } from './messages.ts';

/**
 * The least that Pub/Sub allows, because a process that dies leaves its subscription behind.
 * https://cloud.google.com/pubsub/docs/subscription-properties
 */
const lifetime = {
  messageRetentionDuration: { seconds: 10 * 60 },
  expirationPolicy: { ttl: { seconds: 24 * 60 * 60 } },
};

const listening = {
  streamingOptions: { maxStreams: 1, retryMaxBackoff: Duration.from({ seconds: 5 }) },
  // By default close() waits up to an hour for acknowledgements that Pub/Sub does not take.
  closeOptions: { timeout: Duration.from({ seconds: 1 }) },
};

/**
 * Creates a subscription to the topic that nobody shares, and hears it until closed. When its stream breaks for
 * good it falls silent, which the log says. Throws PROGRESS_ERROR.
 */
export async function openSubscription(
  topic: Topic,
  listener: (progress: TaskProgress) => void,
  log: Logger,
): Promise<ProgressSubscription> {
  const name = `${topic.name.split('/').at(-1)}-${randomUUID()}`;
  await call(() => topic.createSubscription(name, { ...lifetime, gaxOpts: callOptions }));
  const subscription = topic.subscription(name, listening);
  hear(subscription, listener, log);
  let closing: Promise<void> | undefined;
  return {
    close() {
      closing ??= remove(subscription, log);
      return closing;
    },
  };
}

function hear(
  subscription: Subscription,
  listener: (progress: TaskProgress) => void,
  log: Logger,
): void {
  subscription.on('error', (err) => log.warn({ err }, 'Progress is no longer heard live'));
  subscription.on('debug', ({ message, error }) => log.debug({ err: error }, message));
  subscription.on('message', (message: Message) => {
    message.ack();
    const progress = readMessage(message.data);
    if (progress) listener(progress);
    else log.debug({ message: message.id }, 'Dropped a message that is no progress');
  });
}

async function remove(subscription: Subscription, log: Logger): Promise<void> {
  try {
    await subscription.close();
    await call(() => subscription.delete(callOptions));
  } catch (err) {
    log.debug({ err }, 'A subscription was left to expire');
  }
}
