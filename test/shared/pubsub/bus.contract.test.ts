import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { missingPrograms, startEmulator } from '../../../infra/local/gcloud/emulator.ts';
import { startPubSub } from '../../../infra/local/pubsub/server.ts';
import type { TaskProgress } from '../../../shared/domain/progress.ts';
import {
  outageContract,
  type PubSubServer,
  progressBusContract,
} from '../../contract/progress-bus.ts';
import { pubsubServerContract } from '../../contract/pubsub-server.ts';
import { openBus, progressOf, topicId } from '../../support/pubsub.ts';

describe('a Pub/Sub that takes connections and does not answer', () => {
  it('costs every publish a bounded time, and what is too much is refused at once', async () => {
    await using silent = await listenWith(() => undefined);
    const { bus } = openBus(silent.host);
    const settled: number[] = [];
    const sent = Array.from({ length: 9 }, (_, sequence) =>
      bus.publish(progressOf(sequence)).finally(() => settled.push(sequence)),
    );
    const outcomes = await Promise.allSettled(sent);
    const refused = { status: 'rejected', reason: { code: 'PROGRESS_ERROR', retryable: true } };
    for (const outcome of outcomes) expect(outcome).toMatchObject(refused);
    expect(settled[0]).toBe(8);
    await bus.close();
  });

  it('does not keep a bus from closing, and the subscription is left to expire', async () => {
    const server = await startPubSub({ topics: [`projects/p/topics/${topicId}`] });
    let frozen = false;
    await using proxy = await listenWith((near) => {
      const far = connect(server.port, '127.0.0.1');
      near.on('data', (chunk) => frozen || far.write(chunk));
      far.on('data', (chunk) => frozen || near.write(chunk));
      near.on('close', () => far.destroy());
      far.on('error', () => near.destroy());
    });
    const { bus, logged } = openBus(proxy.host, 'p');
    const heard: TaskProgress[] = [];
    await bus.subscribe((progress) => heard.push(progress));
    await bus.publish(progressOf(1));
    await vi.waitFor(() => expect(heard).toEqual([progressOf(1)]));
    frozen = true;
    await bus.close();
    expect(logged.join('')).toContain('A subscription was left to expire');
    expect(server.subscriptions()).toHaveLength(1);
    await server.close();
  });
});

if (missingPrograms().length === 0) {
  describe("Google's Pub/Sub emulator", () => {
    let emulator: PubSubServer | undefined;
    beforeAll(async () => {
      emulator = await startEmulator('pubsub');
    });
    afterAll(() => emulator?.close());

    progressBusContract(() => emulator?.host ?? '');
    pubsubServerContract(() => emulator?.host ?? '');
    outageContract((port) => startEmulator('pubsub', { port }));
  });
} else {
  it("Google's emulator is not installed: not run", () =>
    expect(missingPrograms()).not.toEqual([]));
}

async function listenWith(accept: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    accept(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
