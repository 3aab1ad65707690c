import { describe } from 'vitest';
import { startFirestore } from '../../../infra/local/firestore/server.ts';
import { ticketStoreContract } from '../../contract/stores/ticket-store.ts';

describe('tickets in the embedded Firestore server', () => ticketStoreContract(startFirestore));
