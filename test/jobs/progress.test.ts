import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LocalPubSub, startPubSub } from '../../infra/local/pubsub/server.ts';
import { reportProgress, type TaskProgressReport } from '../../jobs/progress.ts';
import type { TaskProgress } from '../../shared/domain/progress.ts';
import { openBus, topicId } from '../support/pubsub.ts';
import { aClaim } from '../support/records.ts';

const project = 'progress-test';
const claim = aClaim({ splitId: 'split', attempt: 2 });
const part = {
  name: 'part',
  rows: 70,
  bytes: 7,
  bytesUncompressed: 700,
  crc32c: 'AAAAAA==',
  generation: '1',
};

let server: LocalPubSub;
let bus: ReturnType<typeof openBus>['bus'];
let report: TaskProgressReport;
const warnings: string[] = [];

beforeEach(async () => {
  server = await startPubSub({ topics: [`projects/${project}/topics/${topicId}`] });
  bus = openBus(server.host, project).bus;
  warnings.length = 0;
  const log = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) });
  report = reportProgress({ bus, log, jobId: 'job', holder: 'task' });
});
afterEach(async () => {
  report.stop();
  await bus.close();
  await server.close();
});

test('what is in hand is published while it moves, and what was committed once', async () => {
  const heard: TaskProgress[] = [];
  await bus.subscribe((progress) => heard.push(progress));
  const attempt = report.track(claim);
  attempt.advance({ rows: 50, bytesUncompressed: 500, bytes: 5 });
  expect(report.hints()).toMatchObject([{ splitId: 'split', attempt: 2, rows: 50, done: false }]);
  await until(() => heard.length === 1);
  expect(heard[0]).toMatchObject({
    jobId: 'job',
    holder: 'task',
    sequence: 1,
    splits: [{ splitId: 'split', rows: 50, bytesRead: 500, bytesUploaded: 5, done: false }],
  });

  attempt.commit([part]);
  expect(report.hints()).toEqual([]);
  await until(() => heard.length === 2);
  expect(heard[1]).toMatchObject({
    sequence: 2,
    splits: [{ rows: 70, bytesRead: 700, done: true }],
  });

  const idle = heard.length;
  await sleep(1_500);
  expect(heard).toHaveLength(idle);
});

test('an attempt that came to nothing is no longer told of', () => {
  report.track(claim).drop();
  expect(report.hints()).toEqual([]);
});

test('without Pub/Sub the report goes on and says so in the log', async () => {
  await server.close();
  report.track(claim).advance({ rows: 1, bytesUncompressed: 1, bytes: 1 });
  await until(() => warnings.length > 0);
  expect(warnings[0]).toContain('Progress could not be published');
  expect(report.hints()).toHaveLength(1);
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}
