import { expect, test } from 'vitest';
import { createPeople, startOracleApi } from './oracle-fixture.ts';

test('a transport of 5,000 tables is checked as a whole', async () => {
  const api = await startOracleApi();
  for (let index = 1; index < 5_000; index++) {
    createPeople(api.database, 'MANY', `T${index}`, { rows: 0 });
  }
  const tables = Array.from({ length: 5_000 }, (_, index) => `MANY.T${index}`);
  const created = await api.call('POST', '/api/transport', { body: { name: 'many', tables } });
  const { body } = await api.call('POST', `/api/transport/${created.body.id}/preflight`);
  expect(body.totals).toMatchObject({ tables: 5_000, checked: 5_000, with_problems: 1 });
  expect(body.tables[0]).toMatchObject({ table: 'T0', exists: false });
  expect(body.tables[1]).toMatchObject({ table: 'T1', ok: true, columns: null });
  await api.close();
});
