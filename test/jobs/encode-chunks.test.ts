import { expect, test } from 'vitest';
import { encodeChunks, type Tally } from '../../jobs/encode-chunks.ts';
import { planColumn } from '../../shared/domain/plan-columns.ts';

test('a column that is called like a property of every object holds no replaced value for that', async () => {
  const definition = {
    name: 'constructor',
    dataType: 'VARCHAR2',
    length: 10,
    precision: null,
    scale: null,
    nullable: true,
  };
  const tally: Tally = { fetched: 0, encoded: 0, newlines: 0, replacements: {} };
  const options = { columns: planColumn(definition), refuseReplacements: true, tally, report() {} };
  async function* batches() {
    yield [['sound']];
  }
  const chunks = await Array.fromAsync(encodeChunks(batches(), options));
  expect(Buffer.concat(chunks).toString()).toBe('{"constructor":"sound"}\n');
});
