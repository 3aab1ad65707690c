import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type LocalPubSub, startPubSub } from '../../infra/local/pubsub/server.ts';
import { announceEnd } from '../../shared/announce.ts';
import { loadConfig } from '../../shared/config.ts';
import { createLogger } from '../../shared/logging.ts';
import { createJobAnnouncer } from '../../shared/pubsub/announcer.ts';
import { hearCompletions } from '../support/completions.ts';
import { aJob } from '../support/records.ts';

let pubsub: LocalPubSub;
beforeAll(async () => {
  pubsub = await startPubSub({ topics: ['projects/p/topics/oraferry-completions'] });
});
afterAll(() => pubsub.close());

const job = aJob({ state: 'SUCCEEDED' });

test('the end of a job is told to whoever subscribes, then noted', async () => {
  const completions = await hearCompletions(pubsub.host, 'p');
  const { announce, noted, close } = announcing(pubsub.host);
  expect(await announce()).toBe(true);
  expect(noted).toEqual([job.id]);
  await vi.waitFor(() => expect(completions.heard).toHaveLength(1));
  const manifest = `gs://${job.output.bucket}/${job.output.prefix}_manifest.json`;
  const body = { transport: 'nightly', version: 12, state: 'SUCCEEDED', manifest, error: null };
  expect(completions.heard).toEqual([
    {
      attributes: { job: job.id, transport: 'nightly', version: '12', state: 'SUCCEEDED' },
      body: { job_id: job.id, ...body },
    },
  ]);
  await close();
  await completions.close();
});

test.each([
  ['a Pub/Sub that is down', () => '127.0.0.1:1', undefined],
  ['a topic that is missing', () => pubsub.host, 'missing'],
])('%s is logged, and nothing is noted', async (_, host, topic) => {
  const { announce, noted, logged, close } = announcing(host(), topic);
  expect(await announce()).toBe(false);
  expect(noted).toEqual([]);
  expect(logged.join('')).toMatch(/"WARNING".*left to reconcile/);
  await close();
});

test('a record that does not take the note is logged: the message will come again', async () => {
  const { announce, logged, close } = announcing(pubsub.host, undefined, () =>
    Promise.reject(new Error('silent')),
  );
  expect(await announce()).toBe(false);
  expect(logged.join('')).toContain('left to reconcile');
  await close();
});

function announcing(host: string, topic?: string, note?: () => Promise<void>) {
  const config = loadConfig({
    GOOGLE_CLOUD_PROJECT: 'p',
    ORAFERRY_REGION: 'here',
    ORAFERRY_BUCKETS: 'bucket',
    PUBSUB_EMULATOR_HOST: host,
    ORAFERRY_COMPLETIONS_TOPIC: topic,
  });
  const logged: string[] = [];
  const noted: string[] = [];
  const log = createLogger(config, 'test', { write: (line) => void logged.push(line) });
  const announcer = createJobAnnouncer(config);
  const noteAnnounced = note ?? (async (id: string) => void noted.push(id));
  return {
    announce: () => announceEnd({ announcer, log, record: { noteAnnounced } }, job),
    noted,
    logged,
    close: () => announcer.close(),
  };
}
