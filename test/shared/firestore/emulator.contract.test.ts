import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingPrograms, startEmulator } from '../../../infra/local/gcloud/emulator.ts';
import { jobLedgerContract } from '../../contract/stores/job-ledger.ts';
import { jobStoreContract } from '../../contract/stores/job-store.ts';
import { ticketStoreContract } from '../../contract/stores/ticket-store.ts';
import { transportStoreContract } from '../../contract/stores/transport-store.ts';
import type { StoreServer } from '../../support/stores.ts';

// The emulator makes contenders wait for locks, and the client gives a transaction up after five attempts.
const emulatorCrowd = 10;

if (missingPrograms().length === 0) {
  describe("on Google's Firestore emulator", () => {
    let emulator: StoreServer | undefined;
    beforeAll(async () => {
      emulator = await startEmulator('firestore');
    });
    afterAll(() => emulator?.close());
    const shared = async () => ({ host: emulator?.host ?? '', close: async () => undefined });

    describe('transports', () => transportStoreContract(shared));
    describe('jobs', () => jobStoreContract(shared, emulatorCrowd));
    describe('tickets', () => ticketStoreContract(shared));
    describe('the ledger', () => jobLedgerContract(shared));
  });
} else {
  it("Google's emulator is not installed: not run", () =>
    expect(missingPrograms()).not.toEqual([]));
}
