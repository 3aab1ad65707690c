import { describe } from 'vitest';
import { startFirestore } from '../../../infra/local/firestore/server.ts';
import { transportStoreContract } from '../../contract/stores/transport-store.ts';

describe('transports in the embedded Firestore server', () =>
  transportStoreContract(startFirestore));
