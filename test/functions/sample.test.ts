import { afterAll, beforeAll, expect, test } from 'vitest';
import { keys } from './api.ts';
import { createPeople, type OracleApi, startOracleApi } from './oracle-fixture.ts';

let api: OracleApi;
beforeAll(async () => {
  api = await startOracleApi();
  const { database } = api;
  createPeople(database, 'HR', 'PEOPLE', { rows: 25 });
  database.createTable({
    owner: 'HR',
    name: 'Odd.Name %',
    columns: [
      { name: 'BIG', type: 'NUMBER', precision: 38, scale: 0 },
      { name: 'SMALL', type: 'NUMBER', precision: 5, scale: 2 },
      { name: "it's", type: 'VARCHAR2', length: 10 },
      { name: 'AT', type: 'TIMESTAMP', scale: 9 },
    ],
  });
  database.insert('HR', 'Odd.Name %', [
    ['12345678901234567890123456789012345678', '1.10', 'x', '2024-02-29T23:59:58.123456789'],
  ]);
  database.createTable({
    owner: 'HR',
    name: 'FILES',
    columns: [
      { name: 'ID', type: 'NUMBER', precision: 5, scale: 0 },
      { name: 'LINK', type: 'BFILE' },
    ],
  });
  database.insert('HR', 'FILES', [[1, null]]);
  database.createTable({
    owner: 'HR',
    name: 'LONG_TEXTS',
    columns: [{ name: 'TEXT', type: 'CLOB' }],
  });
  database.insert('HR', 'LONG_TEXTS', Array(10).fill(['y'.repeat(1_000_000)]));
  database.insert('HR', 'LONG_TEXTS', [['z'.repeat(9_000_000)]]);
  database.createSynonym({
    owner: 'PUBLIC',
    name: 'EVERYBODY',
    target: { owner: 'APP', name: 'STAFF' },
  });
  database.createSynonym({
    owner: 'APP',
    name: 'STAFF',
    target: { owner: 'HR', name: 'PEOPLE' },
  });
});
afterAll(() => api.close());

test('a sample is ten rows as an export writes them, with the planned columns', async () => {
  const { status, body } = await api.call('GET', '/api/tables/HR.PEOPLE/sample');
  expect(status).toBe(200);
  expect(body.rows).toHaveLength(10);
  expect(body.rows[0]).toEqual({ ID: 1, NAME: 'person 1' });
  expect(body).toMatchObject({
    owner: 'HR',
    table: 'PEOPLE',
    kind: 'table',
    complete: true,
    columns: [
      { name: 'ID', field: 'ID', oracle_type: 'NUMBER(10)', bigquery_type: 'INT64' },
      { name: 'NAME', oracle_type: 'VARCHAR2(100)', bigquery_type: 'STRING', nullable: true },
    ],
  });
  expect((await api.call('GET', '/api/tables/HR.PEOPLE/sample?limit=1000')).body.rows).toHaveLength(
    25,
  );
});

test('no digit is lost between the encoder and the answer, and any name can be asked for', async () => {
  const path = `/api/tables/${encodeURIComponent('Odd.Name %')}/sample?owner=HR`;
  const response = await fetch(`${api.url}${path}`, { headers: { 'X-API-Key': keys.reader } });
  const text = await response.text();
  expect(response.status).toBe(200);
  const { field } = JSON.parse(text).columns[2];
  expect(text).toContain(
    `"rows":[{"BIG":"12345678901234567890123456789012345678","SMALL":1.1,"${field}":"x","AT":"2024-02-29T23:59:58.123456789"}]`,
  );
});

test('columns are chosen by either list', async () => {
  const only = await api.call('GET', '/api/tables/HR.PEOPLE/sample?limit=1&columns=NAME');
  expect(only.body.rows).toEqual([{ NAME: 'person 1' }]);
  const rest = await api.call('GET', '/api/tables/HR.PEOPLE/sample?limit=1&exclude_columns=NAME');
  expect(rest.body.rows).toEqual([{ ID: 1 }]);
  const both = await api.call('GET', '/api/tables/HR.PEOPLE/sample?columns=ID&exclude_columns=ID');
  expect(both.status).toBe(400);
});

test('an unsupported type is refused with the way out, which works', async () => {
  const { status, body } = await api.call('GET', '/api/tables/HR.FILES/sample');
  expect([status, body.code]).toEqual([422, 'UNSUPPORTED_TYPE']);
  expect(body.message).toContain('exclude_columns');
  const without = await api.call('GET', '/api/tables/HR.FILES/sample?exclude_columns=LINK');
  expect(without.body.rows).toEqual([{ ID: 1 }]);
});

test('rows beyond 8 MiB are left out, and the answer says so', async () => {
  const { status, body } = await api.call('GET', '/api/tables/HR.LONG_TEXTS/sample?limit=20');
  expect([status, body.rows.length, body.complete]).toEqual([200, 8, false]);
});

test('a synonym, through another one and PUBLIC, gives the rows of its table', async () => {
  const { body } = await api.call('GET', '/api/tables/PUBLIC.EVERYBODY/sample?limit=1');
  expect(body).toMatchObject({ owner: 'PUBLIC', table: 'EVERYBODY', rows: [{ ID: 1 }] });
});

test.each([
  ['/api/tables/HR.NOWHERE/sample', 404, 'TABLE_NOT_FOUND'],
  ['/api/tables/hr.people/sample', 404, 'TABLE_NOT_FOUND'],
  ['/api/tables/HR.PEOPLE/sample?columns=NOPE', 404, 'TABLE_NOT_FOUND'],
  ['/api/tables/PEOPLE/sample', 400, 'VALIDATION_ERROR'],
  ['/api/tables/A.B.C/sample', 400, 'VALIDATION_ERROR'],
  ['/api/tables/HR.PEOPLE/sample?limit=1001', 400, 'VALIDATION_ERROR'],
  ['/api/tables/HR.PEOPLE/sample?limit=0', 400, 'VALIDATION_ERROR'],
  ['/api/tables/HR.PEOPLE/sample?columns=', 400, 'VALIDATION_ERROR'],
])('%s is answered with %i', async (path, status, code) => {
  const answer = await api.call('GET', path);
  expect([answer.status, answer.body.code]).toEqual([status, code]);
});

test('an error of Oracle becomes one of ours, without its text', async () => {
  api.oracle.faults.errorAtRow(1, 1722, 'invalid number: secret value', 'PEOPLE');
  const { status, body } = await api.call('GET', '/api/tables/HR.PEOPLE/sample');
  expect([status, body.code]).toEqual([502, 'ORACLE_ERROR']);
  expect(body.message).toContain('ORA-01722');
  expect(JSON.stringify(body)).not.toContain('secret value');
});
