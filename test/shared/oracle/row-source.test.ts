import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { OracleSource } from '../../../shared/ports/oracle.ts';
import { collect, createNumbered, planAll, useOracle } from './fixture.ts';

// What needs faults, which only the local server has; the rest is in test/contract/oracle.
const oracle = useOracle();
const live = new AbortController().signal;

async function queryOf(source: OracleSource, name: string, rows: number) {
  const table = createNumbered(oracle.database, name, rows);
  return { ...table, columns: await planAll(source, table), scn: await source.currentScn() };
}

describe('rows', () => {
  it('are fetched one batch ahead of the consumer, and no more', async () => {
    const source = oracle.open();
    const query = await queryOf(source, 'AHEAD', 5_000);
    const fault = oracle.server.faults.errorAtRow(2_500, 1555, 'snapshot too old', 'AHEAD');
    const batches = source.rows(query, live)[Symbol.asyncIterator]();
    await batches.next();
    await sleep(50);
    expect(fault.consumed).toBe(0);
    await batches.next();
    await expect.poll(() => fault.consumed).toBe(1);
    await expect(batches.next()).rejects.toMatchObject({
      code: 'SNAPSHOT_TOO_OLD',
      message: expect.stringContaining('HR.AHEAD'),
    });
  });

  it('leave no trace of a failed fetch that nobody waits for', async () => {
    const source = oracle.open({ poolMax: 1 });
    const query = await queryOf(source, 'LEFT', 3_000);
    const fault = oracle.server.faults.errorAtRow(1_500, 600, 'internal error', 'LEFT');
    for await (const batch of source.rows(query, live)) {
      expect(batch).toHaveLength(1_000);
      await expect.poll(() => fault.consumed).toBe(1);
      break;
    }
    expect(await source.count(query, query)).toBe(3_000);
  });
});

describe('a lost connection', () => {
  it('in the middle of a fetch is a retryable error', async () => {
    const source = oracle.open();
    const query = await queryOf(source, 'CUT', 3_000);
    oracle.server.faults.cutAfterRows(1_500, 'CUT');
    await expect(collect(source.rows(query, live))).rejects.toMatchObject({
      code: 'ORACLE_CONNECTION_ERROR',
      retryable: true,
    });
    expect(await collect(source.rows(query, live))).toHaveLength(3_000);
  });
});

describe('an Oracle that falls silent', () => {
  it('is given up after the call timeout', async () => {
    const source = oracle.open({ callTimeoutSeconds: 0.2 });
    const query = await queryOf(source, 'SILENT', 3_000);
    oracle.server.faults.stallAfterRows(1_500, 'SILENT');
    await expect(collect(source.rows(query, live))).rejects.toMatchObject({
      code: 'ORACLE_CONNECTION_ERROR',
      details: { oracle_code: 'NJS-123' },
    });
  });

  it('is broken off by an abort, and the session serves the next reader', async () => {
    const source = oracle.open({ poolMax: 1 });
    const query = await queryOf(source, 'ABORT', 3_000);
    const fault = oracle.server.faults.stallAfterRows(1_500, 'ABORT');
    const stop = new AbortController();
    const reading = collect(source.rows(query, stop.signal));
    await expect.poll(() => fault.consumed).toBe(1);
    stop.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    expect(await collect(source.rows(query, live))).toHaveLength(3_000);
  });
});
