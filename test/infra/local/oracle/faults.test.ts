import { createConnection } from 'node:net';
import fc from 'fast-check';
import oracledb from 'oracledb';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startOracle } from '../../../../infra/local/oracle/server.ts';
import { CREDENTIALS, fetchAll, useOracle, VERSIONS } from './fixture.ts';

describe.each(VERSIONS)('on %s', (version) => {
  const oracle = useOracle(version);
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

  describe('a cut at a byte', () => {
    it('ends the connection wherever in the answer it comes, once', async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(2_400), async (bytes) => {
          const fault = oracle.server.faults.cutAtByte(bytes);
          const struck = fetchAll(await connect(), SQL);
          await expect(struck).rejects.toMatchObject({ code: 'NJS-500' });
          expect(fault.consumed).toBe(1);
          expect(await fetchAll(await connect(), SQL)).toEqual(ids);
        }),
        { numRuns: 20, examples: [[0], [1], [2_400]] },
      );
    });

    it('counts what one query sends, and can be aimed at one table', async () => {
      const fault = oracle.server.faults.cutAtByte(5_000, 'HR.PEOPLE');
      const connection = await connect();
      for (let i = 0; i < 3; i++) expect(await fetchAll(connection, SQL)).toEqual(ids);
      expect(fault.consumed).toBe(0);
      await fetchAll(connection, 'SELECT "ID" FROM "HR"."OTHERS"');
      const both = fetchAll(connection, `SELECT ${'"ID", '.repeat(9)}"ID" FROM "HR"."PEOPLE"`);
      await expect(both).rejects.toMatchObject({ code: 'NJS-500' });
      expect(fault.consumed).toBe(1);
    });
  });

  describe('a table with LOBs', () => {
    const LOBS = 'SELECT "TEXT" FROM "HR"."LETTERS"';
    const letters = Array.from({ length: 50 }, (_, i) => [`${i}`.padEnd(20_000, 'é')]);
    const WHOLE: oracledb.ExecuteOptions = {
      fetchTypeHandler: () => ({ type: oracledb.DB_TYPE_VARCHAR }),
      fetchArraySize: 10,
    };

    beforeAll(() => {
      const columns = [{ name: 'TEXT', type: 'CLOB' } as const];
      oracle.database.createTable({ owner: 'HR', name: 'LETTERS', columns });
      oracle.database.insert('HR', 'LETTERS', letters);
    });

    async function readsAll(connection: oracledb.Connection): Promise<void> {
      expect((await connection.execute(LOBS, [], WHOLE)).rows).toEqual(letters);
    }

    async function oneLob(connection: oracledb.Connection): Promise<oracledb.Lob> {
      const { rows } = await connection.execute<[oracledb.Lob]>(LOBS, [], { maxRows: 1 });
      const lob = rows?.[0]?.[0];
      if (!lob) throw new Error('a LOB was expected');
      return lob;
    }

    it('is cut after a row', async () => {
      const fault = oracle.server.faults.cutAfterRows(25, 'LETTERS');
      const reading = (await connect()).execute(LOBS, [], WHOLE);
      await expect(reading).rejects.toMatchObject({ code: 'NJS-500' });
      expect(fault.consumed).toBe(1);
      await readsAll(await connect());
    });

    it.each([0, 300, 10_000, 1_000_000])('is cut at byte %i', async (bytes) => {
      const fault = oracle.server.faults.cutAtByte(bytes, 'LETTERS');
      const reading = (await connect()).execute(LOBS, [], WHOLE);
      await expect(reading).rejects.toMatchObject({ code: 'NJS-500' });
      expect(fault.consumed).toBe(1);
      await readsAll(await connect());
    });

    it('is cut while a LOB is read by its locator', async () => {
      const fault = oracle.server.faults.cutAtByte(10_000, 'LETTERS');
      const lob = await oneLob(await connect());
      expect(fault.consumed).toBe(0);
      await expect(lob.getData()).rejects.toMatchObject({ code: 'NJS-500' });
      expect(fault.consumed).toBe(1);
    });

    it('fails at a row; the session stays usable', async () => {
      const fault = oracle.server.faults.errorAtRow(25, 1555, 'snapshot too old', 'LETTERS');
      const connection = await connect();
      const reading = connection.execute(LOBS, [], WHOLE);
      await expect(reading).rejects.toMatchObject({ errorNum: 1555 });
      expect(fault.consumed).toBe(1);
      await readsAll(connection);
    });

    it('stalls at a row until a break; the session stays usable', async () => {
      const fault = oracle.server.faults.stallAfterRows(25, 'LETTERS');
      const connection = await connect();
      const cancelled = expect(connection.execute(LOBS, [], WHOLE)).rejects.toMatchObject({
        errorNum: 1013,
      });
      await vi.waitFor(() => expect(fault.consumed).toBe(1));
      await connection.break();
      await cancelled;
      await readsAll(connection);
    });

    it('stalls a LOB until a break; the same LOB is read afterwards', async () => {
      const fault = oracle.server.faults.stallLobRead('LETTERS');
      const connection = await connect();
      const lob = await oneLob(connection);
      const cancelled = expect(lob.getData()).rejects.toMatchObject({ errorNum: 1013 });
      await vi.waitFor(() => expect(fault.consumed).toBe(1));
      await connection.break();
      await cancelled;
      expect(await lob.getData()).toBe(letters[0]?.[0]);
      await readsAll(connection);
    });

    it('stalls a LOB until the call timeout; the session stays usable', async () => {
      const fault = oracle.server.faults.stallLobRead();
      const connection = await connect();
      const lob = await oneLob(connection);
      connection.callTimeout = 50;
      await expect(lob.getData()).rejects.toMatchObject({ code: 'NJS-123' });
      expect(fault.consumed).toBe(1);
      connection.callTimeout = 0;
      await readsAll(connection);
    });

    it('survives a break that comes at any time', async () => {
      const connection = await connect();
      for (let turns = 0; turns < 40; turns += 4) {
        const reading = connection.execute(LOBS, [], WHOLE).then(
          ({ rows }) => expect(rows).toEqual(letters),
          (error) => expect(error).toMatchObject({ errorNum: 1013 }),
        );
        for (let i = 0; i < turns; i++) await new Promise(setImmediate);
        await connection.break();
        await reading;
        await connection.ping().catch((error) => expect(error).toMatchObject({ errorNum: 1013 }));
        await readsAll(connection);
      }
    });
  });

  describe('a server that stops', () => {
    it('ends the calls that run, and leaves no socket behind', async () => {
      const users = [CREDENTIALS];
      const server = await startOracle({ database: oracle.database, users, version });
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

    it('comes up once, whoever else wants it up', async () => {
      const { refuse } = oracle.server.faults;
      await refuse(true);
      await Promise.all([refuse(false), refuse(false)]);
      await expect((await connect()).ping()).resolves.toBeUndefined();
    });
  });
});
