import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { answerError } from '../../../functions/http/answer.ts';
import { OraFerryError } from '../../../shared/errors.ts';

/** What a client gets for the error. */
async function answerTo(error: unknown): Promise<Response> {
  const server = createServer((_, res) => answerError(res, 'trace', error));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  try {
    const port = typeof address === 'object' ? address?.port : 0;
    return await fetch(`http://127.0.0.1:${port}/`);
  } finally {
    server.close();
  }
}

test('an error that knows when to come back says so to HTTP clients too', async () => {
  const details = { retry_after_seconds: 30 };
  const response = await answerTo(new OraFerryError('ORACLE_CIRCUIT_OPEN', 'Later.', { details }));
  expect(response.status).toBe(503);
  expect(response.headers.get('Retry-After')).toBe('30');
  expect(await response.json()).toMatchObject({ code: 'ORACLE_CIRCUIT_OPEN', details });
});

test.each([undefined, null, 'soon', { retry_after_seconds: 'soon' }])(
  'an error with the details %j does not',
  async (details) => {
    const response = await answerTo(new OraFerryError('CONFLICT', 'Busy.', { details }));
    expect(response.headers.get('Retry-After')).toBeNull();
  },
);
