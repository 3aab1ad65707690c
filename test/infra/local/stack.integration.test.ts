import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { LoadedTable } from '../../../infra/local/data/load.ts';
import { type Stack, type StackOptions, startStack } from '../../../infra/local/stack.ts';
import { apiOf, runJobOf } from '../../support/stack-job.ts';

const tables: LoadedTable[] = [
  {
    definition: { owner: 'A', name: 'T', columns: [{ name: 'N', type: 'NUMBER', precision: 3 }] },
    rows: [['1'], ['2']],
  },
];

let temporary: string;
let usualTemporary: string | undefined;

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'stack-test-'));
  usualTemporary = process.env['TMPDIR'];
  process.env['TMPDIR'] = temporary;
});

afterEach(() => {
  if (usualTemporary === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = usualTemporary;
  rmSync(temporary, { recursive: true });
});

it('closes without a trace', async () => {
  await withStack({}, async (stack) => {
    const health = await fetch(`${stack.apiUrl}/api/health`);
    expect(health.status).toBe(200);
    expect(readdirSync(temporary)).toHaveLength(1);
  });
  expect(readdirSync(temporary)).toEqual([]);
});

it('serves the calls of all functions on one port', async () => {
  await withStack({}, async (stack) => {
    const headers = { 'X-API-Key': stack.apiKey };
    const listed = await fetch(`${stack.apiUrl}/api/tables`, { headers });
    expect(await listed.json()).toMatchObject({ tables: [{ owner: 'A', table: 'T' }] });
    const sample = await fetch(`${stack.apiUrl}/api/tables/A.T/sample`, { headers });
    expect(await sample.json()).toMatchObject({ rows: [{ N: 1 }, { N: 2 }] });
    expect((await fetch(`${stack.apiUrl}/api/transport`, { headers })).status).toBe(200);
  });
});

it('stops what it has started when the functions do not start, and says what they wrote', async () => {
  const starting = startStack({ tables, environment: { ORAFERRY_BUCKETS: 'x' } });
  await expect(starting).rejects.toThrow(/the functions did not start:\n.*gcs.buckets/);
  expect(readdirSync(temporary)).toEqual([]);
});

it('shows a refused password as the reason of the failed job, and an empty bucket', async () => {
  await withStack({ taskEnvironment: { ORACLE_PASSWORD: 'not-the-password' } }, async (stack) => {
    const job = await runJobOf(stack, 'refused', ['A.T']);
    expect(job).toMatchObject({ state: 'FAILED', error: { code: 'ORACLE_AUTHENTICATION_ERROR' } });
    expect(readdirSync(join(stack.bucketDir, stack.bucket), { recursive: true })).toEqual([]);
    expect(readFileSync(stack.logFile, 'utf8')).not.toContain('not-the-password');
  });
});

it('shows an unknown table as the reason why a job is not complete, then exports a known one', async () => {
  await withStack({}, async (stack) => {
    const partial = await runJobOf(stack, 'unknown', ['A.T', 'A.NOBODY']);
    const error = { code: 'TABLE_NOT_FOUND' };
    expect(partial).toMatchObject({ state: 'PARTIALLY_SUCCEEDED', error });
    const job = await runJobOf(stack, 'known', ['A.T']);
    expect(job).toMatchObject({ state: 'SUCCEEDED', extractions: [{ rows: 2, verified_rows: 2 }] });
  });
});

it('asks for an API key', async () => {
  await withStack({}, async (stack) => {
    const other = apiOf({ ...stack, apiKey: `${stack.apiKey}x` });
    await expect(other.execute('any')).rejects.toThrow('401 AUTHENTICATION_ERROR');
  });
});

async function withStack(options: StackOptions, use: (stack: Stack) => Promise<void>) {
  const stack = await startStack({ tables, ...options });
  try {
    await use(stack);
  } finally {
    await stack.close();
  }
}
