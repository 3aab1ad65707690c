import { randomUUID } from 'node:crypto';
import type { Completion } from '../../shared/domain/completion.ts';
import { openClient } from './pubsub.ts';

interface Message {
  readonly attributes: Readonly<Record<string, string>>;
  readonly body: Completion;
}

/** Hears the messages of the ends of jobs, as anybody else would who subscribes to the topic. */
export async function hearCompletions(
  host: string,
  project: string,
): Promise<{ readonly heard: readonly Message[]; close(): Promise<void> }> {
  const client = openClient(host, project);
  const name = `completions-${randomUUID().slice(0, 8)}`;
  const [subscription] = await client.topic('oraferry-completions').createSubscription(name);
  const heard: Message[] = [];
  subscription.on('message', (message) => {
    message.ack();
    heard.push({ attributes: message.attributes, body: JSON.parse(String(message.data)) });
  });
  return {
    heard,
    async close() {
      await subscription.close();
      await client.close();
    },
  };
}
