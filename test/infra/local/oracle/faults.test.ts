import { createConnection } from 'node:net';
import fc from 'fast-check';
import type oracledb from 'oracledb';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startOracle } from '../../../../infra/local/oracle/server.ts';
import { CREDENTIALS, fetchAll, useOracle } from './fixture.ts';

const oracle = useOracle();
const SQL = 'SELECT "ID" FROM "HR"."PEOPLE"';
const ids = Array.from({ length: 500 }, (_, i) => [String(i + 1)]);
const open: oracledb.Connection[] = [];

beforeAll(() => {
  for (const name of ['PEOPLE', 'OTHERS']) {
    oracle.database.createTable({
      owner: 'HR',
      name,
      columns: [{ name: 'ID', type: 'NUMBER', precision: 10, scale: 0 }],
    });
    oracle.database.insert('HR', name, ids);
  }
});
afterEach(async () => {
  await Promise.allSettled(open.splice(0).map((connection) => connection.close()));
});

async function connect(): Promise<oracledb.Connection> {
  const connection = await oracle.connect();
  open.push(connection);
  return connection;
}

describe('a cut', () => {
  it('ends the connection after the given row, once', async () => {
    const fault = oracle.server.faults.cutAfterRows(250);
    const connection = await connect();
    const { resultSet } = await connection.execute<unknown[]>(SQL, [], { resultSet: true });

    expect(await resultSet?.getRows(200)).toHaveLength(200);
    expect(fault.consumed).toBe(0);
    await expect(resultSet?.getRows(200)).rejects.toMatchObject({ code: 'NJS-500' });
    expect(fault.consumed).toBe(1);
    await expect(connection.ping()).rejects.toThrow();
    expect(await fetchAll(await connect(), SQL)).toEqual(ids);
  });

  it('can be aimed at one table', async () => {
    const fault = oracle.server.faults.cutAfterRows(0, 'HR.OTHERS');

    expect(await fetchAll(await connect(), SQL)).toEqual(ids);
    expect(fault.consumed).toBe(0);
    const others = fetchAll(await connect(), 'SELECT "ID" FROM "HR"."OTHERS"');
    await expect(others).rejects.toMatchObject({ code: 'NJS-500' });
    expect(fault.consumed).toBe(1);
  });

  it('beyond the last row never strikes', async () => {
    const fault = oracle.server.faults.cutAfterRows(501);

    expect(await fetchAll(await connect(), SQL)).toEqual(ids);
    expect(fault.consumed).toBe(0);
  });
});

describe('an error', () => {
  it('fails the fetch of the given row; the session stays usable', async () => {
    const fault = oracle.server.faults.errorAtRow(
      101,
      1555,
      'snapshot too old: rollback segment number 7',
      'PEOPLE',
    );
    const connection = await connect();
    const { resultSet } = await connection.execute<unknown[]>(SQL, [], { resultSet: true });

    expect(await resultSet?.getRows(100)).toHaveLength(100);
    await expect(resultSet?.getRows(100)).rejects.toMatchObject({
      errorNum: 1555,
      message: expect.stringContaining('ORA-01555: snapshot too old: rollback segment number 7'),
    });
    expect(fault.consumed).toBe(1);
    expect(await fetchAll(connection, SQL)).toEqual(ids);
  });
});

describe('a break', () => {
  it('by callTimeout ends a call that takes too long; the session stays usable', async () => {
    const fault = oracle.server.faults.stallAfterRows(10);
    const connection = await connect();
    connection.callTimeout = 50;

    await expect(connection.execute(SQL)).rejects.toMatchObject({ code: 'NJS-123' });
    expect(fault.consumed).toBe(1);
    connection.callTimeout = 0;
    expect(await fetchAll(connection, SQL)).toEqual(ids);
  });

  it('by the client cancels the running call with ORA-01013', async () => {
    const fault = oracle.server.faults.stallAfterRows(10);
    const connection = await connect();
    const running = connection.execute(SQL);
    const cancelled = expect(running).rejects.toMatchObject({ errorNum: 1013 });
    await vi.waitFor(() => expect(fault.consumed).toBe(1));
    await connection.break();

    await cancelled;
    expect(await fetchAll(connection, SQL)).toEqual(ids);
  });
});

describe('a break while nothing runs', () => {
  it('cancels the next call, and only that', async () => {
    const connection = await connect();
    await connection.break();

    await expect(connection.ping()).rejects.toMatchObject({ errorNum: 1013 });
    expect(await fetchAll(connection, SQL)).toEqual(ids);
  });
});

describe('a server that stops', () => {
  it('ends the calls that run, and leaves no socket behind', async () => {
    const users = [CREDENTIALS];
    const server = await startOracle({ database: oracle.database, users });
    const connection = await oracle.connect({ connectString: server.connectString });
    const fault = server.faults.stallAfterRows(10);
    const ended = expect(connection.execute(SQL)).rejects.toMatchObject({ code: 'NJS-500' });
    await vi.waitFor(() => expect(fault.consumed).toBe(1));

    await server.close();

    await ended;
    expect(server.sessions()).toBe(0);
    const { connectString } = server;
    await expect(oracle.connect({ connectString })).rejects.toMatchObject({ code: 'NJS-503' });
    await server.close();
  });
});

describe('noise', () => {
  it('never brings the server down', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (noise) => {
        const packet = Buffer.concat([Buffer.of(0, noise.length + 8, 0, 0, 1, 0, 0, 0), noise]);
        await new Promise<void>((resolve) => {
          const socket = createConnection(oracle.server.port, '127.0.0.1');
          socket.on('error', () => undefined);
          socket.on('close', () => resolve());
          socket.resume();
          socket.end(packet);
        });
      }),
      { numRuns: 50 },
    );
    await expect((await connect()).ping()).resolves.toBeUndefined();
  });
});

describe('a listener that is down', () => {
  it('refuses connections, keeps sessions, and comes up again', async () => {
    const connection = await connect();
    await oracle.server.faults.refuse(true);

    await expect(connect()).rejects.toMatchObject({ code: 'NJS-503' });
    await expect(connection.ping()).resolves.toBeUndefined();
    await oracle.server.faults.refuse(false);
    await expect((await connect()).ping()).resolves.toBeUndefined();
  });
});
