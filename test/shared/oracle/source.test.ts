import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createNumbered, useOracle } from './fixture.ts';

// What needs faults, lesser users or the wire itself; the rest is in test/contract/oracle.
const oracle = useOracle();

describe('a session', () => {
  it('with a wrong password is refused, which is no matter of time', async () => {
    const source = oracle.open({ password: 'wrong' });
    await expect(source.ping()).rejects.toMatchObject({
      code: 'ORACLE_AUTHENTICATION_ERROR',
      retryable: false,
    });
  });

  it('finds the listener down, and works once it is up again', async () => {
    const source = oracle.open();
    await oracle.server.faults.refuse(true);
    await expect(source.ping()).rejects.toMatchObject({
      code: 'ORACLE_CONNECTION_ERROR',
      retryable: true,
    });
    await oracle.server.faults.refuse(false);
    await expect(source.ping()).resolves.toBeDefined();
  });

  it('with an unusable connect string is refused, which is no matter of time', async () => {
    const source = oracle.open({ connectString: '(DESCRIPTION=(' });
    await expect(source.ping()).rejects.toMatchObject({
      code: 'ORACLE_CONNECTION_ERROR',
      retryable: false,
    });
  });

  it('is not tried for a caller who gave up', async () => {
    const stop = AbortSignal.abort(new Error('enough'));
    await expect(oracle.open().ping(stop)).rejects.toThrow('enough');
  });

  it('ends with its source', async () => {
    const source = oracle.open();
    await source.ping();
    const before = oracle.server.sessions();
    await source.close();
    await expect.poll(() => oracle.server.sessions()).toBe(before - 1);
  });
});

describe('the SCN', () => {
  it.each(['ferry', 'flashback', 'reader'])('is found with the grants of %s', async (user) => {
    createNumbered(oracle.database, `SCN_${user}`, 1);
    expect(await oracle.open({ user }).currentScn()).toBe(String(oracle.database.currentScn()));
  });

  it('is not asked for in another way when the connection is lost', async () => {
    const source = oracle.open();
    await oracle.server.faults.refuse(true);
    await expect(source.currentScn()).rejects.toMatchObject({ code: 'ORACLE_CONNECTION_ERROR' });
    await oracle.server.faults.refuse(false);
  });
});

describe('a table', () => {
  it('cannot be read at an SCN before its definition', async () => {
    const source = oracle.open();
    const table = createNumbered(oracle.database, 'OLD', 1);
    await expect(source.count(table, { scn: '1' })).rejects.toMatchObject({
      code: 'TABLE_CHANGED',
    });
  });
});

describe('an SCN beyond 2^53', () => {
  const sockets = new Set<Socket>();
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
  });

  /** Passes bytes to the server and keeps a copy of what the driver sent. */
  async function wiretap(): Promise<{ port: number; sent: () => Buffer; close: () => void }> {
    const sent: Buffer[] = [];
    const proxy = createServer((client) => {
      const upstream = connect(oracle.server.port, '127.0.0.1');
      for (const socket of [client, upstream]) {
        sockets.add(socket);
        socket.on('error', () => undefined);
      }
      client.on('data', (bytes) => sent.push(Buffer.from(bytes)));
      client.pipe(upstream).pipe(client);
    });
    const port = await new Promise<number>((resolve) => {
      proxy.listen(0, '127.0.0.1', () => {
        const address = proxy.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
    return { port, sent: () => Buffer.concat(sent), close: () => proxy.close() };
  }

  it('reaches Oracle with every digit', async () => {
    const table = createNumbered(oracle.database, 'BIG', 1);
    const tap = await wiretap();
    const source = oracle.open({ connectString: `127.0.0.1:${tap.port}/FREEPDB1` });
    await expect(source.count(table, { scn: '9007199254740993' })).rejects.toMatchObject({
      code: 'SNAPSHOT_TOO_OLD',
    });
    // Oracle's NUMBER: an exponent byte (193 + 7), then pairs of digits plus one.
    const number = Buffer.from([200, 91, 8, 20, 93, 55, 75, 10, 94]);
    expect(tap.sent().includes(number)).toBe(true);
    await source.close();
    tap.close();
  });
});
