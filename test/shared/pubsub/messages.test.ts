import { expect, it } from 'vitest';
import { readMessage, toMessage } from '../../../shared/pubsub/messages.ts';
import { progressOf } from '../../support/pubsub.ts';

it('a message names its job, and reads back as it was', () => {
  const message = toMessage(progressOf(3));
  expect(message.attributes).toEqual({ job_id: 'job-1' });
  expect(readMessage(message.data)).toEqual(progressOf(3));
});

it('fields of a newer version are left out', () => {
  const progress = progressOf(3);
  const newer = { ...progress, more: 1, splits: progress.splits.map((s) => ({ ...s, more: 1 })) };
  expect(readMessage(Buffer.from(JSON.stringify(newer)))).toEqual(progress);
});

it('a number that JSON cannot say makes no progress', () => {
  const [split] = progressOf(3).splits;
  const broken = { ...progressOf(3), splits: [{ ...split, rowsPerSecond: Number.NaN }] };
  expect(readMessage(Buffer.from(JSON.stringify(broken)))).toBeUndefined();
});
