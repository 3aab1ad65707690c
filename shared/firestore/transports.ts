import type { DocumentSnapshot, Firestore, Transaction } from '@google-cloud/firestore';
import { unfinishedStates } from '../domain/job.ts';
import type { Transport, TransportInput } from '../domain/transport.ts';
import { OraFerryError } from '../errors.ts';
import type { TransportStore } from '../ports/stores.ts';
import {
  byId,
  jobs,
  newId,
  type TransportDocument,
  transportName,
  transports,
} from './documents.ts';
import { store } from './errors.ts';
import { readPage } from './paging.ts';

/** Transports in Firestore. Names are unique in the whole database, because they name folders in buckets. */
export function createTransportStore(db: Firestore): TransportStore {
  return {
    create: (tenant, input) => store(() => create(db, tenant, input)),
    get: (tenant, id) =>
      store(async () => toTransport(id, found(tenant, await byId(transports(db), id).get()))),
    list: (tenant, page) =>
      store(() => {
        const query = transports(db).where('tenant', '==', tenant);
        return readPage(query, { ...page, list: ['transports', tenant] }, toTransport);
      }),
    replace: (tenant, id, input, etag) => store(() => replace(db, { tenant, id, etag }, input)),
    remove: (tenant, id, etag) => store(() => remove(db, { tenant, id, etag })),
  };
}

interface Target {
  readonly tenant: string;
  readonly id: string;
  readonly etag: string | undefined;
}

async function create(db: Firestore, tenant: string, input: TransportInput): Promise<Transport> {
  // Chosen before the transaction: a repeated one then finds that the name is already its own.
  const id = newId();
  return db.runTransaction(async (tx) => {
    const name = await tx.get(transportName(db, input.name));
    const known = name.data() ?? { tenant, transportId: null, latestVersion: 0 };
    const isOurs = known.transportId === null || known.transportId === id;
    if (known.tenant !== tenant || !isOurs) throw nameTaken(input.name);
    const { latestVersion } = known;
    const now = name.readTime.toDate().toISOString();
    const document = {
      ...input,
      tenant,
      latestVersion,
      createdAt: now,
      updatedAt: now,
      etag: newId(),
    };
    tx.set(transportName(db, input.name), { tenant, transportId: id, latestVersion });
    tx.set(transports(db).doc(id), document);
    return toTransport(id, document);
  });
}

async function replace(
  db: Firestore,
  { tenant, id, etag }: Target,
  input: TransportInput,
): Promise<Transport> {
  // Chosen before the transaction, so that a repeated one recognises its own change.
  const newEtag = newId();
  return db.runTransaction(async (tx) => {
    const snapshot = await tx.get(byId(transports(db), id));
    const stored = found(tenant, snapshot);
    if (stored.etag === newEtag) return toTransport(id, stored);
    requireEtag(stored, etag);
    if (stored.name !== input.name) throw renamed(stored.name);
    const updatedAt = snapshot.readTime.toDate().toISOString();
    const { latestVersion, createdAt } = stored;
    const document: TransportDocument = {
      ...input,
      tenant,
      latestVersion,
      createdAt,
      updatedAt,
      etag: newEtag,
    };
    tx.set(snapshot.ref, document);
    return toTransport(id, document);
  });
}

async function remove(db: Firestore, { tenant, id, etag }: Target): Promise<void> {
  let mayBeRemoved = false;
  await db.runTransaction(async (tx) => {
    const snapshot = await tx.get(byId(transports(db), id));
    // The transaction is repeated when its answer was lost: then its own delete may be what it finds.
    if (mayBeRemoved && !snapshot.exists) return;
    const stored = found(tenant, snapshot);
    requireEtag(stored, etag);
    await requireIdle(db, tx, id);
    tx.delete(snapshot.ref);
    tx.set(transportName(db, stored.name), {
      tenant,
      transportId: null,
      latestVersion: stored.latestVersion,
    });
    mayBeRemoved = true;
  });
}

async function requireIdle(db: Firestore, tx: Transaction, transportId: string) {
  const unfinished = jobs(db)
    .where('transportId', '==', transportId)
    .where('state', 'in', unfinishedStates);
  const [job] = (await tx.get(unfinished.select('state').limit(1))).docs;
  if (job) throw busy(job.id);
}

/** The stored transport, if there is one and it is the tenant's. Throws TRANSPORT_NOT_FOUND. */
export function found(
  tenant: string,
  snapshot: DocumentSnapshot<TransportDocument>,
): TransportDocument {
  const document = snapshot.data();
  if (document?.tenant === tenant) return document;
  throw new OraFerryError('TRANSPORT_NOT_FOUND', 'No transport has this id.');
}

/** The refusal of whatever a running job of the transport forbids. */
export function busy(jobId: string): OraFerryError {
  return new OraFerryError('CONFLICT', 'A job of this transport is still running.', {
    details: { job_id: jobId },
  });
}

function toTransport(id: string, document: TransportDocument): Transport {
  return { id, ...document };
}

function requireEtag(stored: TransportDocument, etag: string | undefined): void {
  if (etag === undefined || etag === stored.etag) return;
  throw new OraFerryError('PRECONDITION_FAILED', 'The transport has changed since it was read.');
}

function nameTaken(name: string): OraFerryError {
  return new OraFerryError('CONFLICT', `The name ${name} is taken.`);
}

function renamed(name: string): OraFerryError {
  return new OraFerryError(
    'CONFLICT',
    `A transport keeps its name, ${name}, because it names a folder. Create another transport instead.`,
  );
}
