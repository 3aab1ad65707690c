import { describe } from 'vitest';
import { type StoreServer, storesOn } from '../../support/stores.ts';
import { checking } from './ledger-checking.ts';
import { deadTasks } from './ledger-dead-tasks.ts';
import { finishing } from './ledger-finishing.ts';
import { planning } from './ledger-planning.ts';
import { properties } from './ledger-properties.ts';
import { publishing } from './ledger-publishing.ts';
import { queueing } from './ledger-queueing.ts';
import { restarting } from './ledger-restarting.ts';
import { splitWrites } from './ledger-splits.ts';
import { uploads } from './ledger-uploads.ts';

/** What every JobLedger must do. */
export function jobLedgerContract(start: () => Promise<StoreServer>): void {
  const open = storesOn(start);
  describe('planning a job', () => planning(open));
  describe('planning a table', () => publishing(open));
  describe('the queue of work', () => queueing(open));
  describe('what dead tasks leave behind', () => deadTasks(open));
  describe('the record of an upload', () => uploads(open));
  describe('writes on behalf of a split', () => splitWrites(open));
  describe('checking a table', () => checking(open));
  describe('giving up a plan', () => restarting(open));
  describe('finishing', () => finishing(open));
  describe('in any order of events', () => properties(open));
}
