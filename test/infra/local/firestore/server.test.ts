import { Firestore } from '@google-cloud/firestore';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalFirestore, startFirestore } from '../../../../infra/local/firestore/server.ts';
import { firestoreContract } from '../../../contract/firestore-server.ts';

describe('the embedded Firestore server keeps the contract', () => {
  firestoreContract(() => startFirestore());
});

describe('the embedded Firestore server by itself', () => {
  let server: LocalFirestore;
  let db: Firestore;

  beforeAll(async () => {
    server = await startFirestore();
    db = new Firestore({ host: server.host, ssl: false, projectId: 'p' });
  });

  afterAll(async () => {
    await db.terminate();
    await server.close();
  });

  it('counts documents as they are billed', async () => {
    const before = { ...server.requests };
    const docs = db.collection('bill');
    await Promise.all([1, 2, 3].map((n) => docs.doc(`d${n}`).set({ n })));
    await docs.doc('d3').delete();
    await docs.get();
    await docs.where('n', '>', 99).get();
    await db.getAll(docs.doc('d1'), docs.doc('missing'));
    await docs.count().get();
    const { reads, writes, deletes } = server.requests;
    expect({ writes: writes - before.writes, deletes: deletes - before.deletes }).toEqual({
      writes: 3,
      deletes: 1,
    });
    expect(reads - before.reads).toBe(2 + 1 + 2 + 1);
  });

  it('a bulk writer learns that a document already exists', async () => {
    await db.doc('c/there').set({});
    const writer = db.bulkWriter();
    writer.onWriteError(() => false);
    const created = expect(writer.create(db.doc('c/there'), {})).rejects.toMatchObject({ code: 6 });
    await writer.close();
    await created;
  });

  it('passes over a transaction whose client has died', async () => {
    const doc = db.doc('c/held');
    await doc.set({ n: 0 });
    const dead = new Firestore({ host: server.host, ssl: false, projectId: 'p' });
    const { promise: read, resolve } = Promise.withResolvers<void>();
    const abandoned = dead.runTransaction(async (tx) => {
      await tx.get(doc);
      resolve();
      await new Promise(() => undefined);
    });
    void abandoned;
    await read;
    await db.runTransaction(async (tx) => {
      tx.update(doc, { n: (await tx.get(doc)).get('n') + 1 });
    });
    expect((await doc.get()).get('n')).toBe(1);
    await dead.terminate();
  });

  it('refuses a port that is taken', async () => {
    await expect(startFirestore({ port: server.port })).rejects.toThrow(/EADDRINUSE|address/);
  });
});
