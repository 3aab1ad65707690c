import { FieldValue, type Firestore, Timestamp } from '@google-cloud/firestore';
import { expect, it } from 'vitest';

const ALREADY_EXISTS = { code: 6 };
const NOT_FOUND = { code: 5 };
const FAILED_PRECONDITION = { code: 9 };
const INVALID_ARGUMENT = { code: 3 };
const LONG_AGO = new Timestamp(1, 0);

export function firestoreWrites(connect: () => Firestore) {
  preconditions(connect);
  fields(connect);
  transforms(connect);
  times(connect);
  batches(connect);
}

function preconditions(connect: () => Firestore) {
  it('create refuses a document that exists and leaves it alone', async () => {
    const doc = connect().doc('c/a');
    await doc.create({ n: 1 });
    await expect(doc.create({ n: 2 })).rejects.toMatchObject(ALREADY_EXISTS);
    expect((await doc.get()).data()).toEqual({ n: 1 });
  });

  it('update and a guarded delete refuse a document that is missing', async () => {
    const doc = connect().doc('c/missing');
    await expect(doc.update({ n: 1 })).rejects.toMatchObject(NOT_FOUND);
    await expect(doc.delete({ exists: true })).rejects.toMatchObject(NOT_FOUND);
    expect((await doc.get()).exists).toBe(false);
  });

  it('lastUpdateTime lets through only the version that was read', async () => {
    const doc = connect().doc('c/a');
    const { writeTime } = await doc.set({ n: 1 });
    await doc.update({ n: 2 }, { lastUpdateTime: writeTime });
    const stale = { lastUpdateTime: writeTime };
    await expect(doc.update({ n: 3 }, stale)).rejects.toMatchObject(FAILED_PRECONDITION);
    await expect(doc.delete(stale)).rejects.toMatchObject(FAILED_PRECONDITION);
    expect((await doc.get()).data()).toEqual({ n: 2 });
  });

  it('lastUpdateTime on a missing document is a failed precondition', async () => {
    const doc = connect().doc('c/missing');
    const stale = { lastUpdateTime: LONG_AGO };
    await expect(doc.update({ n: 3 }, stale)).rejects.toMatchObject(FAILED_PRECONDITION);
    await expect(doc.delete(stale)).rejects.toMatchObject(FAILED_PRECONDITION);
  });

  it('a delete without a precondition succeeds on a missing document', async () => {
    const doc = connect().doc('c/a');
    await doc.set({ n: 1 });
    await doc.delete();
    await doc.delete();
    expect((await doc.get()).exists).toBe(false);
  });
}

function fields(connect: () => Firestore) {
  it('returns every type of value as it was written', async () => {
    const db = connect();
    const written = {
      null: null,
      yes: true,
      no: false,
      zero: 0,
      big: 2 ** 53 - 1,
      double: -0.25,
      infinity: Number.NEGATIVE_INFINITY,
      nan: Number.NaN,
      time: new Timestamp(1_700_000_000, 123_456_000),
      text: 'Grüße 👋',
      empty: '',
      bytes: Buffer.from([0, 255]),
      reference: db.doc('c/other'),
      array: [1, 'two', { three: [3] }],
      map: { 'a.b': { c: 1 }, '`': 2 },
      emptyMap: {},
      emptyArray: [],
    };
    await db.doc('c/types').set(written);
    const { reference, ...rest } = (await db.doc('c/types').get()).data() ?? {};
    const { reference: _, ...expected } = written;
    expect(rest).toEqual(expected);
    expect(reference.path).toBe('c/other');
  });

  it('set replaces, merge keeps the rest, update reaches into maps', async () => {
    const doc = connect().doc('c/a');
    await doc.set({ a: 1, m: { x: 1, y: 2 } });
    await doc.set({ m: { y: 3 } }, { merge: true });
    expect((await doc.get()).data()).toEqual({ a: 1, m: { x: 1, y: 3 } });
    await doc.update({ 'm.x': FieldValue.delete(), 'm.z.deep': 4 });
    expect((await doc.get()).data()).toEqual({ a: 1, m: { y: 3, z: { deep: 4 } } });
    await doc.set({ b: 1 });
    expect((await doc.get()).data()).toEqual({ b: 1 });
  });

  it('update puts a map where a scalar was and ignores the deletion of what is not there', async () => {
    const doc = connect().doc('c/a');
    await doc.set({ a: 1, m: { only: 1 } });
    await doc.update({
      'a.b': 2,
      'm.only': FieldValue.delete(),
      'no.such': FieldValue.delete(),
    });
    expect((await doc.get()).data()).toEqual({ a: { b: 2 }, m: {} });
  });

  it('getAll keeps the order asked for, with a field mask and missing documents', async () => {
    const db = connect();
    await db.doc('c/a').set({ n: 1, rest: 'x' });
    await db.doc('c/b').set({ n: 2, rest: 'y' });
    const found = await db.getAll(db.doc('c/b'), db.doc('c/no'), db.doc('c/a'), {
      fieldMask: ['n'],
    });
    expect(found.map((one) => one.data())).toEqual([{ n: 2 }, undefined, { n: 1 }]);
  });

  it('refuses documents over 1 MiB and reserved ids', async () => {
    const db = connect();
    await db.doc('c/large').set({ text: 'x'.repeat(1_000_000) });
    const halves = { a: 'x'.repeat(600_000), b: 'y'.repeat(600_000) };
    await expect(db.doc('c/larger').set(halves)).rejects.toMatchObject(INVALID_ARGUMENT);
    await expect(db.doc('c/__id__').set({ a: 1 })).rejects.toMatchObject(INVALID_ARGUMENT);
  });
}

function transforms(connect: () => Firestore) {
  it('increments integers, doubles, missing fields and what is no number', async () => {
    const doc = connect().doc('c/a');
    await doc.set({ integer: 1, double: 1.5, text: 'x' });
    await doc.update({
      integer: FieldValue.increment(2),
      double: FieldValue.increment(1),
      text: FieldValue.increment(3),
      'm.missing': FieldValue.increment(-4),
    });
    expect((await doc.get()).data()).toEqual({
      integer: 3,
      double: 2.5,
      text: 3,
      m: { missing: -4 },
    });
  });

  it('adds array elements once and removes all equal ones', async () => {
    const doc = connect().doc('c/a');
    await doc.set({ added: [1, 2], removed: [1, 2, 1, { k: 1 }] });
    await doc.update({
      added: FieldValue.arrayUnion(2, 3, 3),
      removed: FieldValue.arrayRemove(1, { k: 1 }),
      missing: FieldValue.arrayUnion('x'),
    });
    expect((await doc.get()).data()).toEqual({ added: [1, 2, 3], removed: [2], missing: ['x'] });
  });

  it('gives one server timestamp to all writes of a commit', async () => {
    const db = connect();
    const at = FieldValue.serverTimestamp();
    const [written] = await db
      .batch()
      .set(db.doc('c/a'), { at })
      .set(db.doc('c/b'), { at })
      .commit();
    const [a, b] = await db.getAll(db.doc('c/a'), db.doc('c/b'));
    expect(a?.get('at').isEqual(b?.get('at'))).toBe(true);
    const age = (written?.writeTime.toMillis() ?? 0) - a?.get('at').toMillis();
    expect(age).toBeGreaterThanOrEqual(0);
    expect(age).toBeLessThan(60_000);
  });
}

function times(connect: () => Firestore) {
  it('gives later commits strictly later times, and reads a time of their own', async () => {
    const doc = connect().doc('c/a');
    const seen: Timestamp[] = [];
    for (let n = 0; n < 20; n++) seen.push((await doc.set({ n })).writeTime);
    const ordered = seen.map((time) => time.valueOf());
    expect(ordered).toEqual([...new Set(ordered)].sort());
    const { createTime, updateTime, readTime } = await doc.get();
    expect(createTime).toEqual(seen[0]);
    expect(updateTime).toEqual(seen.at(-1));
    expect(readTime.valueOf() >= (seen.at(-1)?.valueOf() ?? '')).toBe(true);
  });

  it('a write that changes nothing keeps the update time', async () => {
    const doc = connect().doc('c/a');
    const first = await doc.set({ n: 1, s: 'x' });
    const again = await doc.update({ n: 1 });
    expect(again.writeTime).toEqual(first.writeTime);
    const changed = await doc.update({ n: 2 });
    expect(changed.writeTime.valueOf() > first.writeTime.valueOf()).toBe(true);
  });

  it('a document that was deleted and written again has a new create time', async () => {
    const doc = connect().doc('c/a');
    const { writeTime } = await doc.create({ n: 1 });
    await doc.delete();
    await doc.create({ n: 1 });
    expect((await doc.get()).createTime?.valueOf()).not.toBe(writeTime.valueOf());
  });
}

function batches(connect: () => Firestore) {
  it('a batch with one refused write writes nothing', async () => {
    const db = connect();
    await db.doc('c/there').set({ n: 1 });
    const batch = db.batch().set(db.doc('c/new'), { n: 1 }).create(db.doc('c/there'), { n: 2 });
    await expect(batch.commit()).rejects.toMatchObject(ALREADY_EXISTS);
    expect((await db.doc('c/new').get()).exists).toBe(false);
  });

  it('later writes of a batch see the earlier ones', async () => {
    const db = connect();
    const doc = db.doc('c/a');
    const one = { m: FieldValue.increment(1) };
    await db.batch().create(doc, { n: 1 }).update(doc, one).update(doc, one).commit();
    expect((await doc.get()).data()).toEqual({ n: 1, m: 2 });
  });

  it('a bulk writer writes many documents, each for itself', async () => {
    const db = connect();
    const writer = db.bulkWriter();
    writer.onWriteError(() => false);
    const outcomes = Promise.allSettled([
      writer.update(db.doc('c/missing'), { n: 1 }),
      ...Array.from({ length: 40 }, (_, n) => writer.create(db.doc(`c/d${n}`), { n })),
    ]);
    await writer.close();
    const [refused, ...written] = await outcomes;
    expect(refused?.status).toBe('rejected');
    expect(written.every(({ status }) => status === 'fulfilled')).toBe(true);
    expect((await db.collection('c').count().get()).data().count).toBe(40);
  });
}
