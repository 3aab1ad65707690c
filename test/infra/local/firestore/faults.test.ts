import { Firestore } from '@google-cloud/firestore';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LocalFirestore, startFirestore } from '../../../../infra/local/firestore/server.ts';

let server: LocalFirestore;
let db: Firestore;

beforeEach(async () => {
  server = await startFirestore();
  db = new Firestore({ host: server.host, ssl: false, projectId: 'p' });
});
afterEach(async () => {
  await db.terminate();
  await server.close();
});

test('a transaction that is aborted at its commit is run again by the client', async () => {
  const fault = server.faults.inject({ on: 'Commit', action: 'ABORTED', times: 2 });
  let runs = 0;
  await db.runTransaction(async (tx) => {
    runs += 1;
    await tx.get(db.doc('c/d'));
    tx.set(db.doc('c/d'), { runs });
  });
  expect(fault.consumed).toBe(2);
  expect((await db.doc('c/d').get()).data()).toEqual({ runs: 3 });
});

test('a write whose answer is lost has been done', async () => {
  const fault = server.faults.inject({ on: 'Commit', action: 'lose-answer' });
  await expect(db.doc('c/d').create({ n: 1 })).rejects.toMatchObject({ code: 6 });
  expect(fault.consumed).toBe(1);
  expect((await db.doc('c/d').get()).data()).toEqual({ n: 1 });
});

test('a fault befalls only requests that it matches', async () => {
  const fault = server.faults.inject({
    on: 'Commit',
    action: 'PERMISSION_DENIED',
    matches: (request) => JSON.stringify(request).includes('/c/d"'),
  });
  await db.doc('c/e').create({ n: 1 });
  await expect(db.doc('c/d').create({ n: 1 })).rejects.toMatchObject({ code: 7 });
  await db.doc('c/d').create({ n: 2 });
  expect(fault.consumed).toBe(1);
});
