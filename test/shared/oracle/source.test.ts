import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { collect, createNumbered, planAll, useOracle } from './fixture.ts';

const oracle = useOracle();
const live = new AbortController().signal;

describe('a session', () => {
  it('answers a ping with the version of the server', async () => {
    expect((await oracle.open().ping()).version).toMatch(/^\d+\.\d+/);
  });

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

  it('is shared by callers who wait their turn', async () => {
    const source = oracle.open({ poolMax: 1 });
    const scns = await Promise.all([1, 2, 3].map(() => source.currentScn()));
    expect(scns).toHaveLength(3);
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
  it('is described as the dictionary has it', async () => {
    oracle.database.createTable({
      owner: 'HR',
      name: 'Mixed Case',
      columns: [
        { name: 'ID', type: 'NUMBER', precision: 10, scale: 2, nullable: false },
        { name: 'ANY', type: 'NUMBER' },
        { name: 'TEXT', type: 'VARCHAR2', length: 30 },
        { name: 'AT', type: 'TIMESTAMP', scale: 3 },
      ],
    });
    const table = await oracle.open().describe({ owner: 'HR', table: 'Mixed Case' });
    expect(table).toMatchObject({
      owner: 'HR',
      table: 'Mixed Case',
      columns: [
        { name: 'ID', dataType: 'NUMBER', length: 22, precision: 10, scale: 2, nullable: false },
        {
          name: 'ANY',
          dataType: 'NUMBER',
          length: 22,
          precision: null,
          scale: null,
          nullable: true,
        },
        {
          name: 'TEXT',
          dataType: 'VARCHAR2',
          length: 30,
          precision: null,
          scale: null,
          nullable: true,
        },
        {
          name: 'AT',
          dataType: 'TIMESTAMP(3)',
          length: 11,
          precision: null,
          scale: 3,
          nullable: true,
        },
      ],
    });
  });

  it('that nobody sees is named', async () => {
    const source = oracle.open();
    const table = { owner: 'HR', table: 'mixed case' };
    const missing = { code: 'TABLE_NOT_FOUND', message: expect.stringContaining('HR.mixed case') };
    await expect(source.describe(table)).rejects.toMatchObject(missing);
    await expect(source.count(table, { scn: '1' })).rejects.toMatchObject(missing);
  });

  it('is counted and read as it was at the SCN, whatever happened since', async () => {
    const { database } = oracle;
    const source = oracle.open();
    const table = createNumbered(database, 'PAST', 3);
    const columns = await planAll(source, table);
    const scn = await source.currentScn();
    database.insert('HR', 'PAST', [[4, 'late']]);
    database.update(
      'HR',
      'PAST',
      ([id]) => id === '1',
      () => [1, 'changed'],
    );
    database.delete('HR', 'PAST', ([id]) => id === '2');

    expect(await source.count(table, { scn })).toBe(3);
    expect(await collect(source.rows({ ...table, columns, scn }, live))).toEqual([
      ['1', 'row 1'],
      ['2', 'row 2'],
      ['3', 'row 3'],
    ]);
    expect(await source.count(table, { scn: await source.currentScn() })).toBe(3);
    expect(oracle.server.statements).toEqual([]);
  });

  it('gives numbers with all their digits and dates with all their fractions', async () => {
    const exact = '-12345678901234567890123456789.123456789';
    oracle.database.createTable({
      owner: 'HR',
      name: 'EXACT',
      columns: [
        { name: 'N', type: 'NUMBER', precision: 38, scale: 9 },
        { name: 'F', type: 'FLOAT' },
        { name: 'D', type: 'DATE' },
        { name: 'TS', type: 'TIMESTAMP', scale: 9 },
        { name: 'C', type: 'CHAR', length: 3 },
      ],
    });
    const row = [exact, '0.5', '0099-01-02T03:04:05', '2024-02-29T23:59:58.123456789', 'x'];
    oracle.database.insert('HR', 'EXACT', [row, [null, null, null, null, null]]);
    const source = oracle.open();
    const table = { owner: 'HR', table: 'EXACT' };
    const query = {
      ...table,
      columns: await planAll(source, table),
      scn: await source.currentScn(),
    };
    expect(await collect(source.rows(query, live))).toEqual([
      [exact, '.5', ' 0099-01-02T03:04:05', ' 2024-02-29T23:59:58.123456789', 'x  '],
      [null, null, null, null, null],
    ]);
  });

  it('cannot be read at an SCN whose undo is gone', async () => {
    const source = oracle.open();
    const table = createNumbered(oracle.database, 'OLD', 1);
    await expect(source.count(table, { scn: '1' })).rejects.toMatchObject({
      code: 'SNAPSHOT_TOO_OLD',
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
