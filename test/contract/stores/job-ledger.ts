import { describe } from 'vitest';
import { type StoreServer, storesOn } from '../../support/stores.ts';
import { finishing } from './ledger-finishing.ts';
import { planning } from './ledger-planning.ts';
import { properties } from './ledger-properties.ts';
import { queueing } from './ledger-queueing.ts';
import { splitWrites } from './ledger-splits.ts';

/** What every JobLedger must do. */
export function jobLedgerContract(start: () => Promise<StoreServer>): void {
  const open = storesOn(start);
  describe('planning', () => planning(open));
  describe('the queue of splits', () => queueing(open));
  describe('writes on behalf of a claim', () => splitWrites(open));
  describe('finishing', () => finishing(open));
  describe('in any order of events', () => properties(open));
}
