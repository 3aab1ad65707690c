import { v1 } from '@google-cloud/pubsub';
import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalPubSub, startPubSub } from '../../../../infra/local/pubsub/server.ts';
import { pubsubServerContract } from '../../../contract/pubsub-server.ts';
import { openClient } from '../../../support/pubsub.ts';

const topic = 'projects/p/topics/given';

let server: LocalPubSub;
beforeAll(async () => {
  server = await startPubSub({ topics: [topic] });
});
afterAll(() => server.close());

describe('the embedded Pub/Sub server keeps the contract', () => {
  pubsubServerContract(() => server.host);
});

describe('the embedded Pub/Sub server by itself', () => {
  it('has the topics that it was given', async () => {
    const client = openClient(server.host, 'p');
    await expect(client.topic(topic).exists()).resolves.toEqual([true]);
    await client.close();
  });

  it('tells which subscriptions exist', async () => {
    const client = openClient(server.host, 'p');
    const [subscription] = await client.createSubscription(topic, 'told');
    expect(server.subscriptions()).toContain('projects/p/subscriptions/told');
    await subscription.delete();
    expect(server.subscriptions()).not.toContain('projects/p/subscriptions/told');
    await client.close();
  });

  it.each([
    ['a retention below ten minutes', { messageRetentionDuration: 599 }, 3],
    ['an expiration below a day', { expirationPolicy: { ttl: { seconds: 86_399 } } }, 3],
    ['an acknowledgement deadline below ten seconds', { ackDeadlineSeconds: 9 }, 3],
    ['a filter', { filter: 'attributes.a = "b"' }, 12],
  ])('refuses %s', async (_, options, code) => {
    const client = openClient(server.host, 'p');
    const created = client.createSubscription(topic, 'refused', options);
    await expect(created).rejects.toMatchObject({ code });
    await client.close();
  });

  it.each(['ab', '1abc', 'googly', 'a b c'])('refuses the topic name %j', async (name) => {
    const client = openClient(server.host, 'p');
    await expect(client.createTopic(name)).rejects.toMatchObject({ code: 3 });
    await client.close();
  });

  it('answers a keep-alive, takes acknowledgements on the stream, and ends with it', async () => {
    const client = openClient(server.host, 'p');
    const [{ name: subscription }] = await client.createSubscription(topic, 'streamed');
    const subscriber = new v1.SubscriberClient({
      servicePath: '127.0.0.1',
      port: server.port,
      sslCreds: credentials.createInsecure(),
    });
    const stream = subscriber.streamingPull();
    const answers = stream[Symbol.asyncIterator]();
    const next = async () => (await answers.next()).value.receivedMessages;
    stream.write({ subscription, streamAckDeadlineSeconds: 10 });
    stream.write({});
    expect(await next()).toEqual([]);

    await client.topic(topic).publishMessage({ data: Buffer.from('a') });
    const [first] = await next();
    const { ackId } = first;
    stream.write({ modifyDeadlineAckIds: [ackId], modifyDeadlineSeconds: [0] });
    const [second] = await next();
    expect(second.message).toEqual(first.message);
    stream.write({ ackIds: [second.ackId] });
    stream.end();
    expect(await answers.next()).toEqual({ done: true, value: undefined });

    await subscriber.close();
    await client.close();
  });

  it('refuses a port that is taken', async () => {
    await expect(startPubSub({ port: server.port })).rejects.toThrow(/EADDRINUSE|address/);
  });
});
