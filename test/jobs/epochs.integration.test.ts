import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LocalTable, Value } from '../../infra/local/oracle/database.ts';
import { startOracle } from '../../infra/local/oracle/server.ts';
import { createTaskContext, type TaskContext } from '../../jobs/context.ts';
import { mostPlans } from '../../shared/domain/extraction.ts';
import type { Job } from '../../shared/domain/job.ts';
import type { Claim } from '../../shared/domain/split.ts';
import type { JobLedger } from '../../shared/ports/ledger.ts';
import { fillTable, type JobFixture, startJobFixture } from '../support/job-fixture.ts';

let fixture: JobFixture;

beforeAll(async () => {
  fixture = await startJobFixture({ ORAFERRY_MIN_SPLIT_BYTES: '65536' });
  fillTable(fixture.database, 'HR', 'PEOPLE', 2_500);
  fillTable(fixture.database, 'HR', 'OTHERS', 5);
});
afterAll(() => fixture.close());

async function manifestOf(job: Job) {
  return JSON.parse(String(await fixture.read(job, '_manifest.json')));
}

function idsOf(rows: readonly unknown[]): number[] {
  return rows.map((row) => (row as { ID: number }).ID).toSorted((a, b) => a - b);
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

test('rule 7: a lost snapshot gives its table another plan at a newer SCN, and only that table', async () => {
  const { database, backends } = fixture;
  const fault = backends.oracle.faults.errorAtRow(1_200, 1555, 'snapshot too old', 'PEOPLE');
  const job = await fixture.enqueue(['HR.PEOPLE', 'HR.OTHERS']);
  const { ledger } = fixture.context;
  // What happened since then shows that it really is another state.
  const watching: JobLedger = {
    ...ledger,
    async restartTable(claim, error) {
      database.insert('HR', 'PEOPLE', [[2_501, 'late']]);
      await ledger.restartTable(claim, error);
    },
  };
  expect(await fixture.run(job, { ...fixture.context, ledger: watching })).toBe('SUCCEEDED');
  expect(fault.consumed).toBe(1);
  const manifest = await manifestOf(job);
  expect(manifest).toMatchObject({
    consistency: 'scn-per-table',
    tables: [
      { table: 'PEOPLE', epoch: 2, consistency: 'scn', rows: 2_501, verified_rows: 2_501 },
      { table: 'OTHERS', epoch: 1, scn: manifest.scn },
    ],
  });
  expect(Number(manifest.tables[0].scn)).toBeGreaterThan(Number(manifest.scn));
  expect(idsOf(await fixture.rows(job, 'HR', 'PEOPLE'))).toEqual(upTo(2_501));
  const names = (await fixture.files(job)).filter((name) => name.startsWith('HR.PEOPLE/part'));
  expect(names.every((name) => name.includes('-e2-'))).toBe(true);
});

test('rule 7: a snapshot that is lost again and again fails its table and says how long undo should last', async () => {
  fillTable(fixture.database, 'HR', 'OLD', 600);
  const { faults } = fixture.backends.oracle;
  const lose = () => faults.errorAtRow(300, 1555, 'snapshot too old', 'OLD');
  const lost = [lose()];
  const { ledger } = fixture.context;
  const losing: JobLedger = {
    ...ledger,
    async restartTable(claim, error) {
      if (lost.length < mostPlans) lost.push(lose());
      await ledger.restartTable(claim, error);
    },
  };
  const job = await fixture.enqueue(['HR.OLD', 'HR.OTHERS']);
  const context = { ...fixture.context, ledger: losing };
  expect(await fixture.run(job, context)).toBe('PARTIALLY_SUCCEEDED');
  expect(lost.map(({ consumed }) => consumed)).toEqual(Array(mostPlans).fill(1));
  const [failed] = (await manifestOf(job)).failed;
  expect(failed).toMatchObject({ table: 'OLD', error: { code: 'SNAPSHOT_TOO_OLD' } });
  expect(failed.error.message).toContain('UNDO_RETENTION must be longer');
  expect((await fixture.files(job)).filter((name) => name.startsWith('HR.OLD/'))).toEqual([]);
});

test('rule 7: a split that is claimed while its plan is given up is not read', async () => {
  fillTable(fixture.database, 'HR', 'GIVEN_UP', 50);
  const { ledger } = fixture.context;
  const error = { code: 'SNAPSHOT_TOO_OLD', message: 'gone' } as const;
  let claimed: Claim | undefined;
  const uploads: number[] = [];
  const restarting: JobLedger = {
    ...ledger,
    openQueue(...of) {
      const queue = ledger.openQueue(...of);
      const next = async () => {
        const found = await queue.next();
        if (found.work?.kind === 'split') claimed ??= found.work.claim;
        if (claimed && found.work?.claim === claimed) await ledger.restartTable(claimed, error);
        return found;
      };
      return { next };
    },
    recordUpload(claim, ...of) {
      uploads.push(claim.epoch);
      return ledger.recordUpload(claim, ...of);
    },
  };
  const job = await fixture.enqueue(['HR.GIVEN_UP']);
  expect(await fixture.run(job, { ...fixture.context, ledger: restarting })).toBe('SUCCEEDED');
  expect(uploads).toEqual([2]);
  expect(idsOf(await fixture.rows(job, 'HR', 'GIVEN_UP'))).toEqual(upTo(50));
});

test('rule 7: a table that is altered between its plan and its last row is exported anew', async () => {
  fillTable(fixture.database, 'HR', 'ALTERED', 50);
  const { ledger } = fixture.context;
  let commits = 0;
  const altering: JobLedger = {
    ...ledger,
    async commitSplit(claim, result) {
      if (++commits === 1) fixture.database.ddl('HR', 'ALTERED');
      await ledger.commitSplit(claim, result);
    },
  };
  const job = await fixture.enqueue(['HR.ALTERED']);
  expect(await fixture.run(job, { ...fixture.context, ledger: altering })).toBe('SUCCEEDED');
  expect((await manifestOf(job)).tables).toMatchObject([{ epoch: 2, rows: 50, verified_rows: 50 }]);
  expect(idsOf(await fixture.rows(job, 'HR', 'ALTERED'))).toEqual(upTo(50));
});

test('rule 9: Oracle counts right after the SCN is taken, before the table is divided or read', async () => {
  fillTable(fixture.database, 'HR', 'COUNTED', 10_000);
  const steps: string[] = [];
  const { oracle, ledger } = fixture.context;
  const watched: TaskContext = {
    ...fixture.context,
    oracle: {
      ...oracle,
      async currentScn(...of) {
        const scn = await oracle.currentScn(...of);
        steps.push(`scn ${scn}`);
        return scn;
      },
      count(table, choice, signal) {
        steps.push(`count at ${choice.scn}`);
        return oracle.count(table, choice, signal);
      },
      divide(request, signal) {
        steps.push(`divide at ${request.scn}`);
        return oracle.divide(request, signal);
      },
    },
    ledger: {
      ...ledger,
      recordUpload(...of) {
        steps.push('read');
        return ledger.recordUpload(...of);
      },
    },
  };
  const job = await fixture.enqueue(['HR.COUNTED'], { options: { tasks: 2 } });
  expect(await fixture.run(job, watched)).toBe('SUCCEEDED');
  const { scn } = await manifestOf(job);
  expect(steps.slice(0, 3)).toEqual([`scn ${scn}`, `count at ${scn}`, `divide at ${scn}`]);
  expect(new Set(steps.slice(3))).toEqual(new Set(['read']));
});

describe('a table that gets other columns', () => {
  const name = 'WIDENED';
  const id = { name: 'ID', type: 'NUMBER', precision: 10, scale: 0 } as const;
  const before: LocalTable['columns'] = [id, { name: 'AT', type: 'TIMESTAMP', scale: 3 }];
  const after: LocalTable['columns'] = [
    id,
    { name: 'AT', type: 'TIMESTAMP', scale: 9 },
    { name: 'MORE', type: 'VARCHAR2', length: 10 },
  ];

  function fill(columns: LocalTable['columns'], row: Value[]): void {
    const { database } = fixture;
    if (database.findTable('HR', name)) database.drop('HR', name);
    database.createTable({ owner: 'HR', name, columns });
    database.insert('HR', name, [row]);
  }
  const widen = () => fill(after, [1, '2026-11-01T10:00:00.123456789', 'more']);
  const widened = [{ ID: 1, AT: '2026-11-01T10:00:00.123456789', MORE: 'more' }];

  test('while it is read is exported with them', async () => {
    fill(before, [1, '2026-11-01T10:00:00.123']);
    const { ledger } = fixture.context;
    let commits = 0;
    const widening: JobLedger = {
      ...ledger,
      async commitSplit(claim, result) {
        if (++commits === 1) widen();
        await ledger.commitSplit(claim, result);
      },
    };
    const job = await fixture.enqueue([`HR.${name}`]);
    expect(await fixture.run(job, { ...fixture.context, ledger: widening })).toBe('SUCCEEDED');
    expect((await manifestOf(job)).tables).toMatchObject([{ epoch: 2, rows: 1 }]);
    expect(await fixture.rows(job, 'HR', name)).toEqual(widened);
  });

  test('right after it was described is exported with them', async () => {
    fill(before, [1, '2026-11-01T10:00:00.123']);
    const { oracle } = fixture.context;
    let descriptions = 0;
    const describeTables: typeof oracle.catalogue.describe = async (...about) => {
      const found = await oracle.catalogue.describe(...about);
      if (++descriptions === 1) widen();
      return found;
    };
    const catalogue = { ...oracle.catalogue, describe: describeTables };
    const job = await fixture.enqueue([`HR.${name}`]);
    const context = { ...fixture.context, oracle: { ...oracle, catalogue } };
    expect(await fixture.run(job, context)).toBe('SUCCEEDED');
    expect(await fixture.rows(job, 'HR', name)).toEqual(widened);
  });
});

test('a large table is read by several sessions at once, each row once', async () => {
  fillTable(fixture.database, 'HR', 'LARGE', 20_000);
  const job = await fixture.enqueue(['HR.LARGE'], { options: { tasks: 4 } });
  const runs = [0, 1].map(() => {
    const context = createTaskContext(fixture.env);
    return fixture.run(job, context).finally(() => context.close());
  });
  expect(await Promise.all(runs)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  const [table] = (await manifestOf(job)).tables;
  expect(table.split_method).not.toBe('whole table');
  expect(table.parts.length).toBeGreaterThan(2);
  expect(idsOf(await fixture.rows(job, 'HR', 'LARGE'))).toEqual(upTo(20_000));
});

test('rule 8: without the right to read the past a table is read and counted in one transaction', async () => {
  const limited = {
    user: 'LIMITED',
    password: 'secret',
    tables: { 'HR.PEOPLE': ['SELECT'] },
  } as const;
  const grants = ['V$DATABASE'] as const;
  const oracle = await startOracle({ database: fixture.database, users: [{ ...limited, grants }] });
  const context = createTaskContext({
    ...fixture.env,
    ORACLE_CONNECT_STRING: oracle.connectString,
    ORACLE_USER: limited.user,
    ORACLE_PASSWORD: limited.password,
  });
  const job = await fixture.enqueue(['HR.PEOPLE']);
  const cut = oracle.faults.cutAfterRows(1_500, 'PEOPLE');
  expect(await fixture.run(job, context)).toBe('SUCCEEDED');
  expect(cut.consumed).toBe(1);
  expect(await manifestOf(job)).toMatchObject({
    consistency: 'transaction',
    tables: [{ scn: null, consistency: 'transaction', rows: 2_501, verified_rows: 2_501 }],
  });
  expect(idsOf(await fixture.rows(job, 'HR', 'PEOPLE'))).toEqual(upTo(2_501));
  await context.close();
  await oracle.close();
});
