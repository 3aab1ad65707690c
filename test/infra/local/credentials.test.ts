import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { createApiKey } from '../../../infra/local/credentials.ts';

it('records the secret half of a key only as its hash', () => {
  const { key, record } = createApiKey();
  const [id, secret = ''] = key.split('.');
  expect(record.id).toBe(id);
  expect(record.sha256).toBe(createHash('sha256').update(secret).digest('hex'));
  expect(JSON.stringify(record)).not.toContain(secret);
});

it('is another key each time', () => {
  expect(createApiKey().key).not.toBe(createApiKey().key);
});
