import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { startFirestore } from '../../../infra/local/firestore/server.ts';
import { OraFerryError } from '../../../shared/errors.ts';
import { store } from '../../../shared/firestore/errors.ts';
import { type ForgetfulFirestore, startForgetful } from '../../support/forgetful-firestore.ts';
import { storesOn } from '../../support/stores.ts';

describe('an error of Firestore', () => {
  let server: ForgetfulFirestore;
  const open = storesOn(async () => {
    server = await startForgetful(await startFirestore());
    return server;
  });

  it.each([status.PERMISSION_DENIED, status.UNAUTHENTICATED, status.NOT_FOUND])(
    'with status %i needs a person: it is not retryable',
    async (code) => {
      const { ledger } = open();
      server.loseNextAnswer(code);
      await expect(ledger.renewLease('job', 'a', 1)).rejects.toMatchObject({
        code: 'STORE_ERROR',
        retryable: false,
        message: expect.stringContaining('service account'),
        cause: { code },
      });
    },
  );

  it.each([
    [status.INVALID_ARGUMENT, '1 MiB'],
    [status.FAILED_PRECONDITION, 'index'],
  ])('with status %i comes again: it is not retryable', async (code, hint) => {
    const { ledger } = open();
    server.loseNextAnswer(code);
    await expect(ledger.renewLease('job', 'a', 1)).rejects.toMatchObject({
      code: 'STORE_ERROR',
      retryable: false,
      message: expect.stringContaining(hint),
    });
  });

  it('of another kind may pass', async () => {
    const { ledger } = open();
    server.loseNextAnswer(status.DATA_LOSS);
    await expect(ledger.renewLease('job', 'a', 1)).rejects.toMatchObject({
      code: 'STORE_ERROR',
      retryable: true,
      message: expect.stringContaining(`gRPC status ${status.DATA_LOSS}`),
    });
  });

  it.each([new Error('odd'), 'text'])(
    'or of nobody known (%s) is one of the store',
    async (thrown) => {
      const failed = store(() => Promise.reject(thrown));
      await expect(failed).rejects.toMatchObject({ code: 'STORE_ERROR', cause: thrown });
    },
  );

  it('leaves our own as they are', async () => {
    const own = new OraFerryError('CONFLICT', 'busy');
    await expect(store(() => Promise.reject(own))).rejects.toBe(own);
  });
});
