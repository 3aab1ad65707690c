import type { PubSub } from '@google-cloud/pubsub';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TaskProgress } from '../../shared/domain/progress.ts';
import type { ProgressBus } from '../../shared/ports/messages.ts';
import { openBus, openClient, progressOf, topicId } from '../support/pubsub.ts';

export interface PubSubServer {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

const patient = { timeout: 15_000, interval: 20 };

/** What a ProgressBus does, whichever Pub/Sub stands behind it. */
export function progressBusContract(host: () => string): void {
  describe('the contract of a progress bus', () => {
    let bus: ProgressBus;
    let client: PubSub;
    beforeEach(async () => {
      const opened = openBus(host());
      bus = opened.bus;
      client = openClient(host(), opened.projectId);
      await client.createTopic(topicId);
    });
    afterEach(async () => {
      await bus.close();
      await client.close();
    });

    test('every subscriber hears every message', async () => {
      const [first, second] = [await hearing(bus), await hearing(bus)];
      await publishAll(bus, [1, 2, 3]);
      for (const heard of [first, second]) {
        await vi.waitFor(() => expect(sequencesOf(heard)).toEqual([1, 2, 3]), patient);
      }
    });

    test('a message arrives as it was sent', async () => {
      const heard = await hearing(bus);
      await bus.publish(progressOf(7));
      await vi.waitFor(() => expect(heard).toEqual([progressOf(7)]), patient);
    });

    test('a subscriber hears nothing of before', async () => {
      await bus.publish(progressOf(1));
      const heard = await hearing(bus);
      await bus.publish(progressOf(2));
      await vi.waitFor(() => expect(sequencesOf(heard)).toContain(2), patient);
      expect(sequencesOf(heard)).toEqual([2]);
    });

    test('what is no progress is dropped, and hearing goes on', async () => {
      const heard = await hearing(bus);
      const topic = client.topic(topicId);
      for (const data of hostile()) {
        await topic.publishMessage({ data, attributes: { job_id: 'job-1' } });
      }
      await bus.publish(progressOf(9));
      await vi.waitFor(() => expect(sequencesOf(heard)).toContain(9), patient);
      expect(heard).toEqual([progressOf(9)]);
    });

    test('a subscription expires by itself when its process dies', async () => {
      await hearing(bus);
      const [[subscription]] = await client.getSubscriptions();
      expect((await subscription?.getMetadata())?.[0]).toMatchObject({
        messageRetentionDuration: { seconds: '600' },
        expirationPolicy: { ttl: { seconds: '86400' } },
      });
    });

    test('a closed subscription is deleted and hears nothing, the others go on', async () => {
      const heard: TaskProgress[] = [];
      const closed = await bus.subscribe((progress) => heard.push(progress));
      const other = await hearing(bus);
      await closed.close();
      expect((await client.getSubscriptions())[0]).toHaveLength(1);
      await bus.publish(progressOf(1));
      await vi.waitFor(() => expect(sequencesOf(other)).toEqual([1]), patient);
      expect(heard).toEqual([]);
    });

    test('closing the bus deletes its subscriptions, also one that is being opened', async () => {
      await hearing(bus);
      const opening = bus.subscribe(() => undefined);
      await bus.close();
      await opening;
      expect((await client.getSubscriptions())[0]).toEqual([]);
    });

    test('a missing topic is named as the reason', async () => {
      await client.topic(topicId).delete();
      const missing = {
        code: 'PROGRESS_ERROR',
        retryable: false,
        message: expect.stringContaining('no such topic'),
      };
      await expect(bus.publish(progressOf(1))).rejects.toMatchObject(missing);
      await expect(bus.subscribe(() => undefined)).rejects.toMatchObject(missing);
    });
  });
}

/** What becomes of a bus whose Pub/Sub goes and comes back. */
export function outageContract(start: (port?: number) => Promise<PubSubServer>): void {
  test('without Pub/Sub calls are refused in time, and with it they work again', async () => {
    const server = await start();
    const { bus, projectId } = openBus(server.host);
    const before = openClient(server.host, projectId);
    await before.createTopic(topicId);
    await before.close();
    const subscription = await bus.subscribe(() => undefined);
    await bus.publish(progressOf(1));

    await server.close();
    const refused = { code: 'PROGRESS_ERROR', retryable: true };
    await expect(bus.publish(progressOf(2))).rejects.toMatchObject(refused);
    await expect(bus.subscribe(() => undefined)).rejects.toMatchObject(refused);
    await subscription.close();

    const again = await start(server.port);
    const client = openClient(again.host, projectId);
    await client.createTopic(topicId);
    await vi.waitFor(() => bus.publish(progressOf(3)), patient);
    const heard = await hearing(bus);
    await bus.publish(progressOf(4));
    await vi.waitFor(() => expect(sequencesOf(heard)).toEqual([4]), patient);

    await bus.close();
    await client.close();
    await again.close();
  });
}

async function hearing(bus: ProgressBus): Promise<TaskProgress[]> {
  const heard: TaskProgress[] = [];
  await bus.subscribe((progress) => heard.push(progress));
  return heard;
}

async function publishAll(bus: ProgressBus, sequences: readonly number[]): Promise<void> {
  await Promise.all(sequences.map((sequence) => bus.publish(progressOf(sequence))));
}

/** Pub/Sub promises no order, and may deliver twice. */
function sequencesOf(heard: readonly TaskProgress[]): number[] {
  const numbers = new Set(heard.map(({ sequence }) => sequence));
  return [...numbers].sort((a, b) => a - b);
}

function hostile(): Buffer[] {
  const good = progressOf(1);
  const [split] = good.splits;
  const altered: unknown[] = [
    null,
    [],
    7,
    { ...good, jobId: '' },
    { ...good, holder: undefined },
    { ...good, sequence: -1 },
    { ...good, sequence: 2 ** 60 },
    { ...good, splits: {} },
    { ...good, splits: [{ ...split, rows: '10' }] },
    { ...good, splits: [{ ...split, rowsPerSecond: null }] },
    { ...good, splits: [null] },
  ];
  const texts = ['', 'no json', '{"jobId":', '['.repeat(100_000), '{"__proto__":{"jobId":"x"}}'];
  return [
    ...altered.map((value) => Buffer.from(JSON.stringify(value))),
    ...texts.map((text) => Buffer.from(text)),
    Buffer.from([0xff, 0xfe, 0x00, 0xc3]),
  ];
}
