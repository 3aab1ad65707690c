import { randomBytes } from 'node:crypto';
import { type Firestore, Timestamp } from '@google-cloud/firestore';
import type { Ticket, TicketStore } from '../ports/stores.ts';
import { newId, ticket as ticketRecord } from './documents.ts';
import { store } from './errors.ts';

const lifetimeMs = 60_000;

/** Tickets in Firestore, under the hash of their text: whoever reads the database cannot use them. */
export function createTicketStore(db: Firestore): TicketStore {
  return {
    issue: (ticket) => store(() => issue(db, ticket)),
    redeem: (text) => store(() => redeem(db, text)),
  };
}

async function issue(db: Firestore, ticket: Ticket) {
  const text = randomBytes(32).toString('base64url');
  const ref = ticketRecord(db, text);
  // Server time, as when it is redeemed.
  const { readTime } = await ref.get();
  const expiresAt = Timestamp.fromMillis(readTime.toMillis() + lifetimeMs);
  await ref.set({ ...ticket, expiresAt });
  return { text, expiresAt: expiresAt.toDate().toISOString() };
}

async function redeem(db: Firestore, text: string): Promise<Ticket | undefined> {
  // Chosen before the transaction, so that a repeated one recognises its own use.
  const useId = newId();
  return db.runTransaction(async (tx) => {
    const snapshot = await tx.get(ticketRecord(db, text));
    const document = snapshot.data();
    if (!document || document.expiresAt <= snapshot.readTime) return undefined;
    const { expiresAt: _, usedBy, ...ticket } = document;
    if (usedBy !== undefined) return usedBy === useId ? ticket : undefined;
    tx.update(snapshot.ref, { usedBy: useId });
    return ticket;
  });
}
