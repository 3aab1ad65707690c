import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Preflight } from '../../functions/views/preflight.ts';
import type { LocalUser } from '../../infra/local/oracle/privileges.ts';
import { createPeople, type OracleApi, startOracleApi } from './oracle-fixture.ts';

let api: OracleApi;
beforeAll(async () => {
  api = await startOracleApi();
});
afterAll(() => api.close());

let transports = 0;

async function preflight(of: OracleApi, tables: unknown[], options = {}): Promise<Preflight> {
  const name = `t-${++transports}`;
  const created = await of.call('POST', '/api/transport', { body: { name, tables, options } });
  expect(created.status).toBe(201);
  const { status, body } = await of.call('POST', `/api/transport/${created.body.id}/preflight`);
  expect(status).toBe(200);
  return body;
}

test('a transport that will do is ok, with its columns, estimate and undo', async () => {
  createPeople(api.database, 'HR', 'PEOPLE', {
    statistics: { rows: 10_000_000, averageRowLength: 100, analyzed: '2026-11-01T22:00:00' },
  });
  const body = await preflight(api, ['HR.PEOPLE']);
  expect(body).toMatchObject({
    ok: true,
    user: 'FERRY',
    driver: 'thin',
    circuit: 'closed',
    scn_source: 'V$DATABASE',
    grants: { missing: [], script: '' },
    undo: { retention_seconds: 1800, needed_seconds: 100, sufficient: true },
    warnings: [],
    totals: {
      tables: 1,
      checked: 1,
      with_problems: 0,
      rows_estimate: 10_000_000,
      bytes_estimate: 1_000_000_000,
      without_statistics: 0,
    },
  });
  expect(body.tables).toEqual([
    {
      owner: 'HR',
      table: 'PEOPLE',
      source: null,
      checked: true,
      ok: true,
      exists: true,
      kind: 'table',
      columns: [
        {
          name: 'ID',
          field: 'ID',
          oracle_type: 'NUMBER(10)',
          bigquery_type: 'INT64',
          nullable: false,
        },
        {
          name: 'NAME',
          field: 'NAME',
          oracle_type: 'VARCHAR2(100)',
          bigquery_type: 'STRING',
          nullable: true,
        },
      ],
      unsupported_columns: [],
      problems: [],
      warnings: [],
      estimate: { rows: 10_000_000, bytes: 1_000_000_000, last_analyzed: '2026-11-01T22:00:00' },
      split_method: 'extents',
      missing_grant: null,
    },
  ]);
});

test('the problems of all tables are told at once', async () => {
  createPeople(api.database, 'HR', 'SOUND');
  createPeople(api.database, 'HR', 'FILTERED');
  api.database.createTable({
    owner: 'HR',
    name: 'FILES',
    columns: [
      { name: 'ID', type: 'NUMBER' },
      { name: 'LINK', type: 'BFILE' },
    ],
  });
  api.database.createSynonym({
    owner: 'HR',
    name: 'FAR',
    target: { owner: 'X', name: 'Y', link: 'MOON' },
  });
  api.database.createSynonym({
    owner: 'HR',
    name: 'ROUND',
    target: { owner: 'HR', name: 'ABOUT' },
  });
  api.database.createSynonym({
    owner: 'HR',
    name: 'ABOUT',
    target: { owner: 'HR', name: 'ROUND' },
  });
  const where = [{ column: 'NOPE', op: 'is_null' }];
  const body = await preflight(api, [
    'HR.SOUND',
    'HR.NOWHERE',
    'HR.FILES',
    { owner: 'HR', table: 'FILTERED', where },
    'HR.FAR',
    'HR.ROUND',
    { owner: 'HR', table: 'FILES 2' },
  ]);
  expect(body.ok).toBe(false);
  expect(body.totals).toMatchObject({ tables: 7, checked: 7, with_problems: 6 });
  expect(
    body.tables.map(({ table, ok, exists, problems }) => [
      table,
      ok,
      exists,
      problems.map(({ code }) => code),
    ]),
  ).toEqual([
    ['SOUND', true, true, []],
    ['NOWHERE', false, false, ['TABLE_NOT_FOUND']],
    ['FILES', false, true, ['UNSUPPORTED_TYPE']],
    ['FILTERED', false, true, ['TABLE_NOT_FOUND']],
    ['FAR', false, true, ['VALIDATION_ERROR']],
    ['ROUND', false, true, ['VALIDATION_ERROR']],
    ['FILES 2', false, false, ['TABLE_NOT_FOUND']],
  ]);
  expect(body.tables[2]).toMatchObject({
    columns: null,
    unsupported_columns: [{ name: 'LINK', oracle_type: 'BFILE' }],
  });
  expect(body.tables[4]?.problems[0]?.message).toContain('MOON');
  expect(body.tables[5]?.problems[0]?.message).toContain('back to itself');
});

describe('grants', () => {
  const rights: Omit<LocalUser, 'user' | 'password'> = {
    grants: ['DBMS_FLASHBACK', 'V$UNDOSTAT', 'REDACTION_POLICIES'],
    tables: {
      'HR.BOTH': ['SELECT', 'FLASHBACK'],
      'HR.NO_PAST': ['SELECT'],
      'HR.odd.$ #name': ['SELECT'],
      'HR.NO_PRESENT': ['FLASHBACK'],
    },
  };
  let limited: OracleApi;
  beforeAll(async () => {
    limited = await startOracleApi(rights);
    for (const name of ['BOTH', 'NO_PAST', 'NO_PRESENT', 'HIDDEN', 'odd.$ #name']) {
      createPeople(limited.database, 'HR', name);
    }
    createPeople(limited.database, 'FERRY', 'OWN');
    limited.database.createSynonym({
      owner: 'PUBLIC',
      name: 'PAST',
      target: { owner: 'HR', name: 'NO_PAST' },
    });
  });
  afterAll(() => limited.close());

  const grantsFor = async (...tables: unknown[]) => (await preflight(limited, tables)).grants;

  test('none is missing for what is granted or owned', async () => {
    expect(await grantsFor('HR.BOTH', 'FERRY.OWN')).toEqual({ missing: [], script: '' });
  });

  test.each([
    ['NO_PAST', 'GRANT FLASHBACK ON "HR"."NO_PAST" TO "FERRY"'],
    ['odd.$ #name', 'GRANT FLASHBACK ON "HR"."odd.$ #name" TO "FERRY"'],
    ['NO_PRESENT', 'GRANT SELECT, FLASHBACK ON "HR"."NO_PRESENT" TO "FERRY"'],
    ['HIDDEN', 'GRANT SELECT, FLASHBACK ON "HR"."HIDDEN" TO "FERRY"'],
  ])('what is missing on %s is one exact statement', async (table, statement) => {
    const body = await preflight(limited, [{ owner: 'HR', table }]);
    expect(body.ok).toBe(false);
    expect(body.tables).toMatchObject([{ ok: false, missing_grant: statement }]);
    expect(body.grants.missing).toEqual([
      { statement, needed_for: `reading HR.${table} as of an SCN`, required: true },
    ]);
    expect(body.grants.script).toBe(`${statement};\n`);
  });

  test.each(['a\n/\nDROP TABLE HR.BOTH', 'a\r\n/', 'a\u2028/', '\u001b[2J'])(
    'the name %j, which a script could take for commands, is in no statement',
    async (table) => {
      createPeople(limited.database, 'HIDDEN', table);
      const body = await preflight(limited, [{ owner: 'HIDDEN', table }]);
      expect(body.grants).toEqual({ missing: [], script: '' });
      expect(body.tables).toMatchObject([{ ok: false, missing_grant: null }]);
    },
  );

  test('a synonym lacks what its table lacks', async () => {
    limited.database.createSynonym({
      owner: 'PUBLIC',
      name: 'VEILED',
      target: { owner: 'HR', name: 'HIDDEN' },
    });
    expect((await grantsFor('PUBLIC.VEILED')).script).toBe(
      'GRANT SELECT, FLASHBACK ON "HR"."HIDDEN" TO "FERRY";\n',
    );
  });

  test('the script with an & in a name begins by taking it as it is', async () => {
    createPeople(limited.database, 'HIDDEN', 'R&D');
    expect((await grantsFor('HIDDEN.R&D')).script).toBe(
      'SET DEFINE OFF\nGRANT SELECT, FLASHBACK ON "HIDDEN"."R&D" TO "FERRY";\n',
    );
  });

  test('the script has each of them once', async () => {
    const { script } = await grantsFor('HR.NO_PAST', 'PUBLIC.PAST', 'HR.BOTH', 'HR.HIDDEN');
    expect(script).toBe(
      'GRANT FLASHBACK ON "HR"."NO_PAST" TO "FERRY";\nGRANT SELECT, FLASHBACK ON "HR"."HIDDEN" TO "FERRY";\n',
    );
  });

  test('what of the system would help is named, but is not in the script', async () => {
    const poor = await startOracleApi({ grants: [] });
    createPeople(poor.database, 'HR', 'PEOPLE');
    const { ok, grants, warnings, not_checked: notChecked } = await preflight(poor, ['HR.PEOPLE']);
    expect(ok).toBe(true);
    expect(grants.script).toBe('');
    expect(grants.missing.map(({ statement, required }) => [statement, required])).toEqual([
      ['GRANT SELECT ON SYS.V_$DATABASE TO "FERRY"', false],
      ['GRANT SELECT ON SYS.V_$PARAMETER TO "FERRY"', false],
      ['GRANT SELECT ON SYS.REDACTION_POLICIES TO "FERRY"', false],
    ]);
    expect(warnings.map(({ code }) => code)).toEqual(['INEXACT_SCN']);
    expect(notChecked.join(' ')).toMatch(
      /REDACTION_POLICIES.*V\$PARAMETER.*Deep Data Security.*ENABLE_AT_VALID_TIME/,
    );
    await poor.close();
  });
});

test('what hides rows or masks values is warned of', async () => {
  createPeople(api.database, 'HR', 'SECRETS', {
    policies: { rows: 'ONLY_MINE', redaction: 'MASK_SALARY' },
    hiddenColumns: [
      { name: 'ORA_ARCHIVE_STATE', userGenerated: false },
      { name: 'SYS_NC00003$', userGenerated: false },
      { name: 'UNSEEN', userGenerated: true },
    ],
    kind: 'TEMPORARY',
  });
  const { tables } = await preflight(api, ['HR.SECRETS']);
  const warnings = tables[0]?.warnings ?? [];
  expect(warnings.map(({ code }) => code)).toEqual([
    'ROW_POLICY',
    'REDACTION_POLICY',
    'ROW_ARCHIVAL',
    'INVISIBLE_COLUMNS',
    'TEMPORARY_TABLE',
  ]);
  const text = warnings.map(({ message }) => message).join(' ');
  expect(text).toMatch(/ONLY_MINE.*values as NULL while the counts agree.*MASK_SALARY.*UNSEEN/);
  expect(text).not.toContain('SYS_NC');
});

test('a user whom policies leave alone is not warned of them', async () => {
  const exempt = await startOracleApi({
    grants: ['EXEMPT ACCESS POLICY', 'EXEMPT REDACTION POLICY', 'V$DATABASE', 'V$PARAMETER'],
  });
  createPeople(exempt.database, 'HR', 'SECRETS', { policies: { rows: 'P', redaction: 'R' } });
  const { tables, grants } = await preflight(exempt, ['HR.SECRETS']);
  expect(tables[0]?.warnings).toEqual([]);
  expect(grants.missing).toEqual([]);
  await exempt.close();
});

test('numbers that their definition does not bound are told to become text', async () => {
  api.database.createTable({
    owner: 'HR',
    name: 'OPEN',
    columns: [
      { name: 'ANY', type: 'NUMBER' },
      { name: 'ID', type: 'NUMBER', precision: 5, scale: 0 },
    ],
  });
  const asText = await preflight(api, ['HR.OPEN']);
  expect(asText.tables[0]?.warnings).toMatchObject([{ code: 'NUMBERS_AS_TEXT' }]);
  expect(asText.tables[0]?.warnings[0]?.message).toContain('ANY');
  const chosen = await preflight(api, ['HR.OPEN'], { number_default: 'BIGNUMERIC' });
  expect(chosen.tables[0]?.warnings).toEqual([]);
});

test('undo that ends before the export is warned of, for one SCN or for one per table', async () => {
  const statistics = { rows: 100_000_000, averageRowLength: 150, analyzed: '2026-11-01T22:00:00' };
  for (const name of ['LARGE_1', 'LARGE_2']) createPeople(api.database, 'HR', name, { statistics });
  const together = await preflight(api, ['HR.LARGE_1', 'HR.LARGE_2']);
  expect(together.undo).toEqual({
    retention_seconds: 1800,
    needed_seconds: 3000,
    sufficient: false,
  });
  expect(together.warnings).toMatchObject([{ code: 'UNDO_TOO_SHORT' }]);
  const apart = await preflight(api, ['HR.LARGE_1', 'HR.LARGE_2'], { snapshot: 'table' });
  expect(apart.undo).toMatchObject({ needed_seconds: 1500, sufficient: true });
  const shared = await preflight(api, ['HR.LARGE_1', 'HR.LARGE_2'], { tasks: 2 });
  expect(shared.undo).toMatchObject({ needed_seconds: 1500, sufficient: true });
  const divided = await preflight(api, ['HR.LARGE_1'], { tasks: 2 });
  expect(divided.undo).toMatchObject({ needed_seconds: 750, sufficient: true });
});

test('an unknown transport has no preflight', async () => {
  const unknown = await api.call('POST', '/api/transport/nowhere/preflight');
  expect([unknown.status, unknown.body.code]).toEqual([404, 'TRANSPORT_NOT_FOUND']);
});
