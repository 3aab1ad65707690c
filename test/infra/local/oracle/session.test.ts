import { createConnection } from 'node:net';
import oracledb from 'oracledb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CREDENTIALS, useOracle, VERSIONS } from './fixture.ts';

describe.each(VERSIONS)('on %s', (version) => {
  const oracle = useOracle(version);
  const open: oracledb.Connection[] = [];

  async function connect(overrides?: oracledb.ConnectionAttributes): Promise<oracledb.Connection> {
    const connection = await oracle.connect(overrides);
    open.push(connection);
    return connection;
  }

  afterEach(async () => {
    await Promise.all(open.splice(0).map((connection) => connection.close()));
  });

  describe('logging in', () => {
    it('accepts the right password and tells its version and service', async () => {
      const connection = await connect();

      const number = version === '19c' ? '19.3.0.0.0' : '23.4.0.0.0';
      expect(connection.oracleServerVersionString).toBe(number);
      expect(connection.serviceName).toBe('FREEPDB1');
      await expect(connection.ping()).resolves.toBeUndefined();
    });

    it('takes the user name in any case', async () => {
      await expect((await connect({ user: 'FERRY' })).ping()).resolves.toBeUndefined();
    });

    it.each([
      { user: CREDENTIALS.user, password: 'wrong' },
      { user: CREDENTIALS.user, password: 'straße_42' },
      { user: 'nobody', password: CREDENTIALS.password },
      { user: 'nobody', password: '' },
    ])('answers ORA-01017 to $user with $password', async (credentials) => {
      await expect(connect(credentials)).rejects.toMatchObject({ errorNum: 1017 });
    });

    it('refuses a service that it does not offer', async () => {
      const connectString = `127.0.0.1:${oracle.server.port}/OTHER`;

      await expect(connect({ connectString })).rejects.toMatchObject({ code: 'NJS-518' });
    });

    it('reads a descriptor too long for the CONNECT packet', async () => {
      const address = `(ADDRESS=(PROTOCOL=TCP)(HOST=127.0.0.1)(PORT=${oracle.server.port}))`;
      const connectData = `(CONNECT_DATA=(SERVICE_NAME=freepdb1)(POOL_NAME=${'p'.repeat(250)}))`;
      const connection = await connect({ connectString: `(DESCRIPTION=${address}${connectData})` });

      await expect(connection.ping()).resolves.toBeUndefined();
    });

    it('drops a client that does not speak the protocol, and lives on', async () => {
      const socket = createConnection(oracle.server.port, '127.0.0.1');
      socket.on('error', () => undefined);
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.end(Buffer.alloc(64));
      await closed;

      await expect((await connect()).ping()).resolves.toBeUndefined();
    });
  });

  describe('a session', () => {
    it('commits, rolls back and takes session settings', async () => {
      const connection = await connect();

      await connection.commit();
      await connection.rollback();
      await connection.execute("ALTER SESSION SET TIME_ZONE = 'UTC'");
      await connection.execute(
        `ALTER SESSION SET NLS_DATE_FORMAT = 'YYYY-MM-DD' NLS_NUMERIC_CHARACTERS='.,'
         nls_timestamp_format = 'YYYY'`,
      );
      await connection.execute("ALTER SESSION SET TIME_ZONE = 'UTC'");
      expect(oracle.server.statements).toEqual([]);
    });

    it('takes the piggybacks for schema, module, action and client id in front of a call', async () => {
      const connection = await connect();
      connection.module = 'oraferry';
      connection.action = 'export';
      connection.clientId = 'job-1';
      connection.clientInfo = 'x'.repeat(60);
      connection.dbOp = 'read';
      connection.ecid = 'e';
      connection.currentSchema = 'HR';

      const { rows } = await connection.execute('SELECT 1 FROM DUAL');

      expect(rows).toEqual([[1]]);
    });

    it('records a statement that it does not know and answers ORA-00900', async () => {
      const connection = await connect();
      const sql = 'SELECT COUNT(DISTINCT "A") FROM "HR"."T"';

      await expect(connection.execute(sql)).rejects.toMatchObject({ errorNum: 900 });
      expect(oracle.server.statements).toContain(sql);
      await expect(connection.ping()).resolves.toBeUndefined();
    });

    it('counts its connections', async () => {
      await vi.waitFor(() => expect(oracle.server.sessions()).toBe(0));

      await connect();
      await connect();

      expect(oracle.server.sessions()).toBe(2);
    });
  });

  describe('a pool', () => {
    it('opens sessions on demand, runs the session callback once per session, and drains', async () => {
      let initialised = 0;
      const pool = await oracledb.createPool({
        ...CREDENTIALS,
        connectString: oracle.server.connectString,
        poolMin: 0,
        poolMax: 3,
        poolIncrement: 1,
        sessionCallback: (connection, _tag, callback) => {
          initialised++;
          connection
            .execute("ALTER SESSION SET TIME_ZONE = 'UTC'")
            .then(() => callback(), callback);
        },
      });
      const borrow = async () => {
        const connection = await pool.getConnection();
        const { rows } = await connection.execute('SELECT 1 FROM DUAL');
        await connection.close();
        return rows;
      };

      const answers = await Promise.all(Array.from({ length: 12 }, borrow));

      expect(answers).toEqual(Array.from({ length: 12 }, () => [[1]]));
      expect(initialised).toBeLessThanOrEqual(3);
      await pool.close(0);
      expect(oracle.server.statements.filter((sql) => sql.startsWith('ALTER'))).toEqual([]);
    });
  });

  describe('the SCN', () => {
    const QUERIES = {
      currentScn: 'SELECT CURRENT_SCN FROM V$DATABASE',
      flashback: 'select dbms_flashback.get_system_change_number from dual',
      approximate: 'SELECT TIMESTAMP_TO_SCN(SYSTIMESTAMP) FROM DUAL',
    };

    it.each(Object.values(QUERIES))('is what a granted user gets by %s', async (sql) => {
      const { rows } = await (await connect()).execute(sql);

      expect(rows).toEqual([[oracle.database.currentScn()]]);
    });

    it('is hidden from a user without the grants, except for the approximate one', async () => {
      const connection = await connect({ user: 'poor', password: 'poor' });

      await expect(connection.execute(QUERIES.currentScn)).rejects.toMatchObject({ errorNum: 942 });
      await expect(connection.execute(QUERIES.flashback)).rejects.toMatchObject({ errorNum: 904 });
      await expect(connection.execute(QUERIES.approximate)).resolves.toMatchObject({
        rows: [[oracle.database.currentScn()]],
      });
    });
  });
});
