import { randomUUID } from 'node:crypto';
import { type Message, type PubSub, v1 } from '@google-cloud/pubsub';
import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { openClient } from '../support/pubsub.ts';

const patient = { timeout: 15_000, interval: 20 };
const notFound = { code: 5 };
const alreadyExists = { code: 6 };

/** What a Pub/Sub server must do for the real client. */
export function pubsubServerContract(host: () => string): void {
  const project = `project-${randomUUID().slice(0, 8)}`;
  let client: PubSub;
  let puller: v1.SubscriberClient;
  let topic: string;
  let subscription: string;

  beforeAll(() => {
    client = openClient(host(), project);
    const [servicePath, port] = host().split(':');
    puller = new v1.SubscriberClient({
      projectId: project,
      servicePath: servicePath ?? '',
      port: Number(port),
      sslCreds: credentials.createInsecure(),
    });
  });
  beforeEach(async () => {
    topic = `projects/${project}/topics/t-${randomUUID()}`;
    subscription = `projects/${project}/subscriptions/s-${randomUUID()}`;
    await client.createTopic(topic);
    await client.createSubscription(topic, subscription);
  });
  afterAll(async () => {
    await Promise.all([client.close(), puller.close()]);
  });

  const publish = (text: string) =>
    client.topic(topic).publishMessage({ data: Buffer.from(text), attributes: { text } });

  async function pull(maxMessages = 10) {
    const [{ receivedMessages }] = await puller.pull({ subscription, maxMessages });
    return (receivedMessages ?? []).map(({ ackId, message }) => ({
      ackId: ackId ?? '',
      text: String(message?.data),
      attributes: message?.attributes,
    }));
  }

  test('a pulled message has its data and attributes', async () => {
    await publish('a');
    expect(await pull()).toEqual([
      { ackId: expect.any(String), text: 'a', attributes: { text: 'a' } },
    ]);
  });

  test('a message that is given back comes again, an acknowledged one does not', async () => {
    await publish('a');
    const [first] = await pull();
    const returned = { subscription, ackIds: [first?.ackId ?? ''], ackDeadlineSeconds: 0 };
    await puller.modifyAckDeadline(returned);
    const [second] = await pull();
    expect(second?.text).toBe('a');
    await puller.acknowledge({ subscription, ackIds: [second?.ackId ?? ''] });
    await publish('b');
    expect((await pull()).map(({ text }) => text)).toEqual(['b']);
  });

  test('a message comes again when its deadline has passed', async () => {
    await publish('a');
    const [held] = await pull();
    const soon = { subscription, ackIds: [held?.ackId ?? ''], ackDeadlineSeconds: 1 };
    await puller.modifyAckDeadline(soon);
    await vi.waitFor(async () => expect((await pull())[0]?.text).toBe('a'), patient);
  });

  test('two listeners of one subscription share its messages', async () => {
    const shares: string[][] = [[], []];
    const listeners = shares.map((share) => {
      const one = client.subscription(subscription, { streamingOptions: { maxStreams: 1 } });
      one.on('message', (message: Message) => {
        share.push(String(message.data));
        message.ack();
      });
      return one;
    });
    const sent = Array.from({ length: 40 }, (_, i) => `m${i}`);
    await vi.waitFor(async () => {
      await Promise.all(sent.map(publish));
      expect(shares.map(({ length }) => length > 0)).toEqual([true, true]);
    }, patient);
    await vi.waitFor(() => expect(new Set(shares.flat())).toEqual(new Set(sent)), patient);
    await Promise.all(listeners.map((one) => one.close()));
  });

  test('each of two subscriptions gets the message', async () => {
    const other = `projects/${project}/subscriptions/s-${randomUUID()}`;
    await client.createSubscription(topic, other);
    await publish('a');
    expect((await pull())[0]?.text).toBe('a');
    subscription = other;
    expect((await pull())[0]?.text).toBe('a');
  });

  test('deleting a subscription ends its streams', async () => {
    const listener = client.subscription(subscription);
    const broken = new Promise((resolve) => listener.once('error', resolve));
    listener.on('message', () => undefined);
    await client.subscription(subscription).delete();
    await expect(broken).resolves.toMatchObject(notFound);
    await listener.close();
  });

  test('what does not exist is not found', async () => {
    const missing = `projects/${project}/topics/missing`;
    await expect(client.topic(missing).publishMessage({ data: text })).rejects.toMatchObject(
      notFound,
    );
    await expect(client.topic(missing).getMetadata()).rejects.toMatchObject(notFound);
    await expect(client.topic(missing).delete()).rejects.toMatchObject(notFound);
    await expect(client.createSubscription(missing, 'sub')).rejects.toMatchObject(notFound);
    await expect(client.subscription('missing').getMetadata()).rejects.toMatchObject(notFound);
    await expect(client.subscription('missing').delete()).rejects.toMatchObject(notFound);
  });

  test('nothing is created twice', async () => {
    await expect(client.createTopic(topic)).rejects.toMatchObject(alreadyExists);
    const again = client.createSubscription(topic, subscription);
    await expect(again).rejects.toMatchObject(alreadyExists);
  });

  test('what was created is listed', async () => {
    const [topics] = await client.getTopics();
    expect(topics.map(({ name }) => name)).toContain(topic);
    const [subscriptions] = await client.getSubscriptions();
    expect(subscriptions.map(({ name }) => name)).toContain(subscription);
    const [described] = await client.subscription(subscription).getMetadata();
    expect(described).toMatchObject({ topic, ackDeadlineSeconds: 10 });
  });

  test('a subscription outlives its topic', async () => {
    await client.topic(topic).delete();
    const [described] = await client.subscription(subscription).getMetadata();
    expect(described.topic).toBe('_deleted-topic_');
  });

  test('an empty message is refused', async () => {
    const empty = client.topic(topic).publishMessage({ data: Buffer.alloc(0) });
    await expect(empty).rejects.toMatchObject({ code: 3 });
  });
}

const text = Buffer.from('text');
