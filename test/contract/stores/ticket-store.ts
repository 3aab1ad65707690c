import { Timestamp } from '@google-cloud/firestore';
import { expect, it } from 'vitest';
import { present, type StoreServer, storesOn } from '../../support/stores.ts';

/** What every TicketStore must do. */
export function ticketStoreContract(start: () => Promise<StoreServer>): void {
  const open = storesOn(start);
  const ticket = { tenant: 'default', transportId: 't', jobId: 'j', principal: 'ci' };

  it('a ticket says what it is for, to the first who brings it', async () => {
    const { tickets } = open();
    const { text } = await tickets.issue(ticket);
    expect(await tickets.redeem(text)).toEqual(ticket);
    expect(await tickets.redeem(text)).toBeUndefined();
  });

  it('of ten who bring it at once, one is let in', async () => {
    const { tickets } = open();
    const { text } = await tickets.issue(ticket);
    const uses = await Promise.all(Array.from({ length: 10 }, () => tickets.redeem(text)));
    expect(uses.filter((use) => use !== undefined)).toEqual([ticket]);
  });

  it('lasts a minute', async () => {
    const { tickets, db } = open();
    const { text, expiresAt } = await tickets.issue(ticket);
    const record = present((await db.collection('tickets').get()).docs[0]);
    expect(record.get('expiresAt').toDate().toISOString()).toBe(expiresAt);
    const leftMs = Date.parse(expiresAt) - record.createTime.toMillis();
    expect(leftMs).toBeGreaterThan(50_000);
    expect(leftMs).toBeLessThanOrEqual(60_000);
    await record.ref.update({ expiresAt: Timestamp.fromMillis(Date.parse(expiresAt) - 61_000) });
    expect(await tickets.redeem(text)).toBeUndefined();
  });

  it('cannot be guessed, nor read from the database', async () => {
    const { tickets, db } = open();
    const one = await tickets.issue(ticket);
    const other = await tickets.issue(ticket);
    expect(one.text).not.toBe(other.text);
    expect(await tickets.redeem('a'.repeat(43))).toBeUndefined();
    for (const { id, ...doc } of (await db.collection('tickets').get()).docs) {
      expect(JSON.stringify([id, doc])).not.toContain(one.text);
      expect(await tickets.redeem(id)).toBeUndefined();
    }
  });
}
