import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect, createNumbered, planAll, useOracle } from './fixture.ts';

// Faults of the network, on the local server only.
const oracle = useOracle();

/** A network that can swallow all that goes through the connections it has, and lets new ones pass. */
const network = {
  port: 0,
  sockets: new Set<Socket>(),
  server: createServer((client) => {
    const upstream = connect(oracle.server.port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      network.sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.pipe(upstream).pipe(client);
  }),
  swallow() {
    for (const socket of network.sockets) {
      socket.unpipe();
      socket.resume();
    }
  },
};

beforeAll(async () => {
  await new Promise<void>((resolve) => network.server.listen(0, '127.0.0.1', resolve));
  const address = network.server.address();
  network.port = typeof address === 'object' && address ? address.port : 0;
});

afterAll(() => {
  for (const socket of network.sockets) socket.destroy();
  network.server.close();
});

async function reading(name: string, callTimeoutSeconds: number) {
  const connectString = `127.0.0.1:${network.port}/FREEPDB1`;
  const source = oracle.open({ connectString, callTimeoutSeconds, poolMax: 1 });
  const table = createNumbered(oracle.database, name, 3_000);
  const query = { ...table, columns: await planAll(source, table), scn: await source.currentScn() };
  const stop = new AbortController();
  const batches = source.rows(query, stop.signal)[Symbol.asyncIterator]();
  await batches.next();
  await batches.next();
  network.swallow();
  return { source, query, stop, batches };
}

describe('a connection that swallows even the break', () => {
  it('does not hold an abort up, and its place in the pool is free again', async () => {
    const { source, query, stop, batches } = await reading('SWALLOWED', 30);
    const next = batches.next();
    stop.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
    expect(await collect(source.rows(query, new AbortController().signal))).toHaveLength(3_000);
  });

  it('does not hold a call up for longer than its timeout', async () => {
    const { source, batches } = await reading('UNANSWERED', 0.5);
    await expect(batches.next()).rejects.toMatchObject({
      code: 'ORACLE_CONNECTION_ERROR',
      retryable: true,
    });
    await expect(source.ping()).resolves.toBeDefined();
  });
});
