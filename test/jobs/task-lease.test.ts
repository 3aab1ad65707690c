import { expect, test } from 'vitest';
import { startFirestore } from '../../infra/local/firestore/server.ts';
import { holdLease } from '../../jobs/task-lease.ts';
import { loadConfig } from '../../shared/config.ts';
import { leases } from '../../shared/firestore/documents.ts';
import { createLogger } from '../../shared/logging.ts';
import type { JobLedger } from '../../shared/ports/ledger.ts';
import { type Stores, storesOn } from '../support/stores.ts';

const open = storesOn(startFirestore);
const config = loadConfig({
  GOOGLE_CLOUD_PROJECT: 'test',
  ORAFERRY_REGION: 'here',
  ORAFERRY_BUCKETS: 'bucket',
  ORAFERRY_LEASE_SECONDS: '0.3',
  LOG_LEVEL: 'silent',
});
const log = createLogger(config, 'test');

/** Holds a lease whose later renewals do what is given. */
function hold({ ledger }: Stores, later: (renew: () => Promise<void>) => Promise<void>) {
  let renewals = 0;
  const renewLease: JobLedger['renewLease'] = (...renewal) => {
    const renew = () => ledger.renewLease(...renewal);
    renewals += 1;
    return renewals === 1 ? renew() : later(renew);
  };
  return holdLease({ config, log, ledger: { ...ledger, renewLease } }, 'job', () => [], 'task');
}

test('rule 10: a task whose renewals fail stops before its lease ends', async () => {
  const lease = await hold(open(), () => Promise.reject(new Error('no answer')));
  await expect.poll(() => lease.signal.reason).toMatchObject({ code: 'LEASE_LOST' });
  await lease.release();
});

test('a renewal that is under way at the release does not bring the lease back', async () => {
  const stores = open();
  const begun = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  const landed = Promise.withResolvers<void>();
  const lease = await hold(stores, async (renew) => {
    begun.resolve();
    await answered.promise;
    await renew().finally(landed.resolve);
  });
  await begun.promise;
  const released = lease.release();
  setTimeout(answered.resolve, 50);
  await Promise.all([released, landed.promise]);
  expect((await leases(stores.db, 'job').get()).size).toBe(0);
});
