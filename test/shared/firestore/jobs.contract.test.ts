import { describe } from 'vitest';
import { startFirestore } from '../../../infra/local/firestore/server.ts';
import { jobStoreContract } from '../../contract/stores/job-store.ts';

describe('jobs in the embedded Firestore server', () => jobStoreContract(startFirestore));
