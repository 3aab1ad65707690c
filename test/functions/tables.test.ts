import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LocalKind } from '../../infra/local/oracle/database.ts';
import { createPeople, type OracleApi, startOracleApi } from './oracle-fixture.ts';

let api: OracleApi;
beforeAll(async () => {
  api = await startOracleApi();
  const { database } = api;
  createPeople(database, 'HR', 'PEOPLE', {
    comment: 'Who works here',
    statistics: { rows: 2, averageRowLength: 20, analyzed: '2026-11-01T22:00:00' },
  });
  createPeople(database, 'HR', 'lower case', { rows: 1 });
  createPeople(database, 'HR', 'A_B%C', { rows: 0 });
  createPeople(database, 'HR', 'AXBYC', { rows: 0 });
  createPeople(database, 'HR', 'BIN$dropped==$0', { rows: 0 });
  createPeople(database, 'SYS', 'OBJ$', { rows: 0 });
  database.createTable({
    owner: 'SH',
    name: 'FILES',
    columns: [
      { name: 'ID', type: 'NUMBER', precision: 5, scale: 0 },
      { name: 'LINK', type: 'BFILE' },
    ],
  });
});
afterAll(() => api.close());

const namesIn = (body: { tables: { owner: string; table: string }[] }) =>
  body.tables.map(({ owner, table }) => `${owner}.${table}`);

test('tables are listed by owner and name, without what came with Oracle or was dropped', async () => {
  const { status, body } = await api.call('GET', '/api/tables');
  expect(status).toBe(200);
  expect(namesIn(body)).toEqual(['HR.AXBYC', 'HR.A_B%C', 'HR.PEOPLE', 'HR.lower case', 'SH.FILES']);
  expect(body.next_page_token).toBeNull();
});

test('a table shows its statistics with their age, and what of it cannot be exported', async () => {
  const { body } = await api.call('GET', '/api/tables?name=PEOPLE');
  expect(body.tables).toEqual([
    {
      owner: 'HR',
      table: 'PEOPLE',
      kind: 'table',
      comment: 'Who works here',
      columns: 2,
      rows: { count: 2, exact: false, last_analyzed: '2026-11-01T22:00:00', error: null },
      bytes_estimate: 40,
      supported: true,
      unsupported_columns: [],
    },
  ]);
  const files = await api.call('GET', '/api/tables?owner=SH');
  expect(files.body.tables).toMatchObject([
    {
      rows: { count: null, exact: false, last_analyzed: null },
      bytes_estimate: null,
      supported: false,
      unsupported_columns: [{ name: 'LINK', oracle_type: 'BFILE' }],
    },
  ]);
});

test('an owner is exact and shows also what came with Oracle', async () => {
  expect(namesIn((await api.call('GET', '/api/tables?owner=SYS')).body)).toEqual(['SYS.OBJ$']);
  expect(namesIn((await api.call('GET', '/api/tables?owner=hr')).body)).toEqual([]);
});

test.each([
  ['*', ['HR.AXBYC', 'HR.A_B%C', 'HR.PEOPLE', 'HR.lower case']],
  ['P*', ['HR.PEOPLE']],
  ['*E', ['HR.PEOPLE']],
  ['?????', ['HR.AXBYC', 'HR.A_B%C']],
  ['A_B%C', ['HR.A_B%C']],
  ['people', []],
  ['*\\*', []],
])('the pattern %s finds %j', async (pattern, names) => {
  const query = new URLSearchParams({ owner: 'HR', name: pattern });
  expect(namesIn((await api.call('GET', `/api/tables?${query}`)).body)).toEqual(names);
});

test('counts=exact counts the rows of the page, and says of a table why it could not', async () => {
  const limited = await startOracleApi({
    tables: { 'HR.OPEN': ['SELECT'], 'HR.CLOSED': ['FLASHBACK'] },
  });
  for (const name of ['OPEN', 'CLOSED', 'HIDDEN']) createPeople(limited.database, 'HR', name);
  const { body } = await limited.call('GET', '/api/tables?counts=exact');
  expect(body.tables).toMatchObject([
    { table: 'CLOSED', rows: { count: null, exact: false, error: { code: 'TABLE_NOT_FOUND' } } },
    { table: 'OPEN', rows: { count: 3, exact: true, last_analyzed: null, error: null } },
  ]);
  await limited.close();
});

test('counts=exact is for pages of at most 50', async () => {
  const { status, body } = await api.call('GET', '/api/tables?counts=exact&page_size=51');
  expect([status, body.details.problems[0].field]).toEqual([400, 'query.page_size']);
});

describe('13,541 tables', () => {
  let crowded: OracleApi;
  beforeAll(async () => {
    crowded = await startOracleApi();
    for (let index = 0; index < 13_541; index++) {
      crowded.database.createTable({
        owner: `OWNER_${index % 7}`,
        name: `TABLE_${String(index).padStart(5, '0')}`,
        columns: [{ name: 'ID', type: 'NUMBER', precision: 5, scale: 0 }],
      });
    }
  });
  afterAll(() => crowded.close());

  test('are paged through once each, in order', async () => {
    const seen: string[] = [];
    let token: string | null = null;
    do {
      const page: string = token === null ? '' : `&page_token=${token}`;
      const { body } = await crowded.call('GET', `/api/tables?page_size=1000${page}`);
      seen.push(...namesIn(body));
      token = body.next_page_token;
    } while (token !== null);
    expect(seen).toHaveLength(13_541);
    expect(seen).toEqual(seen.toSorted());
    expect(new Set(seen).size).toBe(13_541);
  });
});

test.each<[LocalKind, string]>([
  ['TABLE', 'table'],
  ['PARTITIONED', 'partitioned table'],
  ['IOT', 'index-organized table'],
  ['CLUSTER', 'clustered table'],
  ['TEMPORARY', 'temporary table'],
  ['EXTERNAL', 'external table'],
  ['VIEW', 'view'],
  ['MATERIALIZED VIEW', 'materialized view'],
])('%s is shown as a %s', async (kind, shown) => {
  createPeople(api.database, 'KINDS', kind, { kind, rows: 0 });
  const query = new URLSearchParams({ owner: 'KINDS', name: kind });
  const { body } = await api.call('GET', `/api/tables?${query}`);
  expect(body.tables).toMatchObject([{ table: kind, kind: shown }]);
});
