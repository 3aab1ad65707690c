import { expect, test } from 'vitest';
import { within } from '../../functions/oracle.ts';
import { checkTable } from '../../functions/preflight/check-table.ts';
import { transportInput } from '../../shared/domain/transport.ts';
import { createPeople, startOracleApi } from './oracle-fixture.ts';

const live = new AbortController().signal;

test('an operation that takes too long is ended, and the caller is told', async () => {
  let ended = false;
  const slow = within(5, live, async (signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    ended = true;
    signal.throwIfAborted();
  });
  await expect(slow).rejects.toMatchObject({ code: 'ORACLE_CONNECTION_ERROR', retryable: true });
  expect(ended).toBe(true);
});

test('an operation that fails in time fails with its own error', async () => {
  const failing = within(1_000, live, () => Promise.reject(new Error('its own')));
  await expect(failing).rejects.toThrow('its own');
});

test('a table for whose check no time is left says so and is not ok', async () => {
  const api = await startOracleApi();
  createPeople(api.database, 'HR', 'PEOPLE');
  const table = { owner: 'HR', table: 'PEOPLE' };
  const oracle = await api.context.oracle.source();
  const { options } = transportInput.parse({ name: 't', tables: [table] });
  const checker = {
    oracle,
    options,
    sessions: api.context.config.job,
    facts: await oracle.catalogue.facts(),
    policies: await oracle.catalogue.policies([table]),
    showColumns: true,
    signal: AbortSignal.abort(),
  };
  const check = await checkTable(checker, table, await oracle.describe(table));
  expect(check).toMatchObject({ checked: false, ok: false, exists: true, problems: [] });
  await api.close();
});
