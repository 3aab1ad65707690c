import { setTimeout as delay } from 'node:timers/promises';
import type { DocumentReference, Firestore, Transaction } from '@google-cloud/firestore';
import { expect, it } from 'vitest';

type Connect = (projectId?: string) => Firestore;

const PATIENT = { timeout: 60_000 };

export function firestoreTransactions(connect: Connect) {
  contention(connect);
  isolation(connect);
  outcomes(connect);
}

function contention(connect: Connect) {
  it('20 concurrent transactions on one document all succeed', PATIENT, async () => {
    const project = `contention-${process.hrtime.bigint()}`;
    const clients = [connect(project), connect(project)];
    const path = 'counters/one';
    await clients[0]?.doc(path).set({ n: 0 });
    const increments = Array.from({ length: 20 }, (_, i) => {
      const db = clients[i % 2] as Firestore;
      return db.runTransaction((tx) => increment(tx, db.doc(path)), { maxAttempts: 20 });
    });
    await Promise.all(increments);
    expect((await clients[0]?.doc(path).get())?.data()).toEqual({ n: 20 });
  });

  it('of many transactions that claim a free document, each gets another', PATIENT, async () => {
    const db = connect();
    const free = db.collection('splits').where('owner', '==', null).limit(1);
    await Promise.all([0, 1, 2].map((n) => db.doc(`splits/s${n}`).set({ owner: null })));
    const claims = ['a', 'b', 'c'].map((owner) =>
      db.runTransaction(
        async (tx) => {
          const [split] = (await tx.get(free)).docs;
          if (split) tx.update(split.ref, { owner });
          return split?.id;
        },
        { maxAttempts: 20 },
      ),
    );
    expect((await Promise.all(claims)).sort()).toEqual(['s0', 's1', 's2']);
  });
}

async function increment(tx: Transaction, doc: DocumentReference) {
  const snapshot = await tx.get(doc);
  tx.update(doc, { n: snapshot.get('n') + 1 });
}

/** Both sides are let go on when both have come this far, or when one is made to wait by the other. */
function meetingPoint() {
  let arrived = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  return () => {
    arrived += 1;
    if (arrived === 2) resolve();
    return Promise.race([promise, delay(300)]);
  };
}

function isolation(connect: Connect) {
  it('prevents write skew between two transactions', PATIENT, async () => {
    const db = connect();
    const [a, b] = [db.doc('oncall/a'), db.doc('oncall/b')];
    await db.batch().set(a, { on: true }).set(b, { on: true }).commit();
    const meet = meetingPoint();
    const leave = (me: DocumentReference) =>
      db.runTransaction(async (tx) => {
        const both = await tx.getAll(a, b);
        await meet();
        if (both.every((one) => one.get('on'))) tx.update(me, { on: false });
      });
    await Promise.all([leave(a), leave(b)]);
    const [first, second] = await db.getAll(a, b);
    expect([first?.get('on'), second?.get('on')].filter(Boolean)).toHaveLength(1);
  });

  it('a document read as missing counts as read', PATIENT, async () => {
    const db = connect();
    const doc = db.doc('c/first');
    const meet = meetingPoint();
    const claim = (owner: string) =>
      db.runTransaction(async (tx) => {
        const there = await tx.get(doc);
        await meet();
        if (!there.exists) tx.set(doc, { owner });
        return there.exists;
      });
    const found = await Promise.all([claim('x'), claim('y')]);
    expect(found.sort()).toEqual([false, true]);
  });

  it('no phantom: a document that joins a query result is noticed', PATIENT, async () => {
    const db = connect();
    const items = db.collection('items');
    const meet = meetingPoint();
    const addIfEmpty = (id: string) =>
      db.runTransaction(async (tx) => {
        const { empty } = await tx.get(items.where('kind', '==', 'x'));
        await meet();
        if (empty) tx.create(items.doc(id), { kind: 'x' });
      });
    await Promise.all([addIfEmpty('one'), addIfEmpty('two')]);
    expect((await items.get()).size).toBe(1);
  });

  it('a count is noticed when it changes', PATIENT, async () => {
    const db = connect();
    const seats = db.collection('seats');
    const meet = meetingPoint();
    const takeLast = (id: string) =>
      db.runTransaction(async (tx) => {
        const { count } = (await tx.get(seats.count())).data();
        await meet();
        if (count === 0) tx.create(seats.doc(id), {});
      });
    await Promise.all([takeLast('one'), takeLast('two')]);
    expect((await seats.get()).size).toBe(1);
  });

  it('a write from outside is not lost', PATIENT, async () => {
    const db = connect();
    const doc = db.doc('c/a');
    await doc.set({ n: 0, other: 0 });
    let outside: Promise<unknown> | undefined;
    await db.runTransaction(async (tx) => {
      const seen = (await tx.get(doc)).data();
      outside ??= doc.update({ other: 1 });
      await Promise.race([outside, delay(300)]);
      tx.set(doc, { ...seen, n: 1 });
    });
    await outside;
    expect((await doc.get()).data()).toEqual({ n: 1, other: 1 });
  });

  it('a read-only transaction sees one state of the data', async () => {
    const db = connect();
    const [a, b] = [db.doc('c/a'), db.doc('c/b')];
    await db.batch().set(a, { n: 1 }).set(b, { n: 1 }).commit();
    const seen = await db.runTransaction(
      async (tx) => {
        const first = await tx.get(a);
        await db.batch().set(a, { n: 2 }).set(b, { n: 2 }).commit();
        const second = await tx.get(b);
        return [first.get('n'), second.get('n')];
      },
      { readOnly: true },
    );
    expect(seen).toEqual([1, 1]);
  });
}

function outcomes(connect: Connect) {
  it('writes nothing when its function throws, and lets go of what it has read', async () => {
    const db = connect();
    const doc = db.doc('c/a');
    await doc.set({ n: 1 });
    const thrown = db.runTransaction(async (tx) => {
      await tx.get(doc);
      tx.update(doc, { n: 2 });
      throw new Error('changed my mind');
    });
    await expect(thrown).rejects.toThrow('changed my mind');
    await db.runTransaction((tx) => increment(tx, doc));
    expect((await doc.get()).data()).toEqual({ n: 2 });
  });

  it('writes nothing when one of its writes is refused', async () => {
    const db = connect();
    await db.doc('c/there').set({ n: 1 });
    const refused = db.runTransaction(async (tx) => {
      await tx.get(db.doc('c/there'));
      tx.set(db.doc('c/new'), { n: 1 });
      tx.create(db.doc('c/there'), { n: 2 });
    });
    await expect(refused).rejects.toMatchObject({ code: 6 });
    expect((await db.doc('c/new').get()).exists).toBe(false);
  });

  it('returns its value and may write without having read', async () => {
    const db = connect();
    const returned = await db.runTransaction(async (tx) => {
      tx.set(db.doc('c/a'), { n: 1 });
      return 'value';
    });
    expect(returned).toBe('value');
    expect((await db.doc('c/a').get()).data()).toEqual({ n: 1 });
  });
}
