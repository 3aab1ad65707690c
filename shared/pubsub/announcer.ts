import type { Config } from '../config.ts';
import { completionOf } from '../domain/completion.ts';
import type { JobAnnouncer } from '../ports/messages.ts';
import { call, callOptions } from './calls.ts';
import { createPubSub } from './client.ts';

/**
 * Messages over the configured topic of completions, which must exist: the job's Completion as JSON, with `job`,
 * `transport`, `version` and `state` as attributes to filter subscriptions by
 * (https://cloud.google.com/pubsub/docs/subscription-message-filter). Throws PROGRESS_ERROR after five seconds at most.
 */
export function createJobAnnouncer(config: Config): JobAnnouncer {
  const client = createPubSub(config);
  const topic = client.topic(config.pubsub.completions_topic, {
    batching: { maxMessages: 1 },
    gaxOpts: callOptions,
  });
  return {
    async announce(job) {
      const data = Buffer.from(JSON.stringify(completionOf(job)));
      const attributes = {
        job: job.id,
        transport: job.transportName,
        version: String(job.version),
        state: job.state,
      };
      await call(() => topic.publishMessage({ data, attributes }));
    },
    close: () => client.close(),
  };
}
