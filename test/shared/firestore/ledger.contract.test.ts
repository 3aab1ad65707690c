import { describe } from 'vitest';
import { startFirestore } from '../../../infra/local/firestore/server.ts';
import { jobLedgerContract } from '../../contract/stores/job-ledger.ts';

describe('the ledger in the embedded Firestore server', () => jobLedgerContract(startFirestore));
