import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi } from './api.ts';
import { type OracleApi, startOracleApi } from './oracle-fixture.ts';

let api: OracleApi;
beforeAll(async () => {
  api = await startOracleApi();
});
afterAll(() => api.close());

test('the status tells who we are, how we are connected and what we may do', async () => {
  const { status, body } = await api.call('GET', '/api/oracle/status');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    connected: true,
    error: null,
    driver: 'thin',
    circuit: 'closed',
    pool: { in_use: 0, max: 4 },
    database: {
      user: 'FERRY',
      service: 'FREEPDB1',
      database: 'LOCAL',
      version: expect.stringMatching(/^\d+\./),
      scn_source: 'V$DATABASE',
      views: {
        V$DATABASE: true,
        DBA_EXTENTS: true,
        DBA_OBJECTS: true,
        DBA_SEGMENTS: true,
        V$PARAMETER: true,
        V$UNDOSTAT: true,
      },
      undo_retention: 900,
      tuned_undo_retention: 1800,
    },
  });
});

test('a user without grants has the SCN from the clock and sees none of the views', async () => {
  const poor = await startOracleApi({ grants: [] });
  const { body } = await poor.call('GET', '/api/oracle/status');
  expect(body.database).toMatchObject({ scn_source: 'TIMESTAMP_TO_SCN', undo_retention: null });
  expect(Object.values(body.database.views)).toEqual(Array(6).fill(false));
  await poor.close();
});

test('a database that cannot be reached is an answer, without its address', async () => {
  const unlucky = await startOracleApi();
  await unlucky.oracle.close();
  const { status, body } = await unlucky.call('GET', '/api/oracle/status');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    connected: false,
    error: { code: 'ORACLE_CONNECTION_ERROR', action: expect.any(String) },
    database: null,
  });
  expect(JSON.stringify(body)).not.toContain('127.0.0.1');
  await unlucky.close();
});

test('without a database in the configuration the Oracle calls say so and the others work', async () => {
  const plain = await startApi();
  for (const path of ['/api/oracle/status', '/api/tables', '/api/tables/HR.PEOPLE/sample']) {
    const { status, body } = await plain.call('GET', path);
    expect([path, status, body.code]).toEqual([path, 503, 'ORACLE_CONNECTION_ERROR']);
    expect(body.message).toContain('ORACLE_CONNECT_STRING');
  }
  expect((await plain.call('GET', '/api/transport')).status).toBe(200);
  await plain.close();
});
