import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type LocalPubSub, startPubSub } from '../../../infra/local/pubsub/server.ts';
import { outageContract, progressBusContract } from '../../contract/progress-bus.ts';
import { openBus, openClient, progressOf, topicId } from '../../support/pubsub.ts';

let server: LocalPubSub;
beforeAll(async () => {
  server = await startPubSub();
});
afterAll(() => server.close());

describe('the bus on the embedded Pub/Sub', () => {
  progressBusContract(() => server.host);
  outageContract((port) => startPubSub(port === undefined ? {} : { port }));
});

describe('the bus by itself', () => {
  it('outlives the loss of its subscription, and says so in the log', async () => {
    const { bus, projectId, logged } = openBus(server.host);
    const client = openClient(server.host, projectId);
    await client.createTopic(topicId);
    const subscription = await bus.subscribe(() => undefined);
    const [[lost]] = await client.getSubscriptions();
    await lost?.delete();
    const silence = /"WARNING".*no longer heard/;
    await vi.waitFor(() => expect(logged.join('')).toMatch(silence));
    await bus.publish(progressOf(1));
    await subscription.close();
    await bus.close();
    await client.close();
  });

  it('goes on hearing after a listener has thrown', async () => {
    const { bus, projectId } = openBus(server.host);
    const client = openClient(server.host, projectId);
    await client.createTopic(topicId);
    const heard: number[] = [];
    await bus.subscribe(({ sequence }) => {
      heard.push(sequence);
      throw new Error('thrown by a listener');
    });
    await bus.publish(progressOf(1));
    await bus.publish(progressOf(2));
    await vi.waitFor(() => expect(heard).toEqual([1, 2]));
    await bus.close();
    await client.close();
  });

  it('refuses work once closed', async () => {
    const { bus } = openBus(server.host);
    await bus.close();
    await bus.close();
    const refused = { code: 'PROGRESS_ERROR' };
    await expect(bus.publish(progressOf(1))).rejects.toMatchObject(refused);
    await expect(bus.subscribe(() => undefined)).rejects.toMatchObject(refused);
  });
});
