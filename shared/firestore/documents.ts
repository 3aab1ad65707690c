import { createHash, randomUUID } from 'node:crypto';
import type {
  CollectionReference,
  DocumentReference,
  Firestore,
  Query,
  Timestamp,
} from '@google-cloud/firestore';
import type { Extraction } from '../domain/extraction.ts';
import type { Job } from '../domain/job.ts';
import type { SplitProgress } from '../domain/progress.ts';
import type { Split } from '../domain/split.ts';
import type { Transport } from '../domain/transport.ts';
import type { Ticket } from '../ports/stores.ts';

/** What lies where. Ids of documents that are written often are random or hashed, so that no range of keys gets hot. */

export type TransportDocument = Omit<Transport, 'id'>;

/**
 * Outlives its transport, so that a name never gives out the same version twice, nor one tenant's folder to another:
 * object prefixes and `latest.json` depend on that.
 */
export interface NameDocument {
  readonly tenant: string;
  readonly transportId: string | null;
  readonly latestVersion: number;
}

export interface JobDocument extends Omit<Job, 'id'> {
  /** When somebody last began to call RunJob for it. */
  readonly launchAt?: Timestamp;
  /** Random for each launch: tells a launcher whose answer was lost that the launch is its own. */
  readonly launchId?: string;
  /** Relaunches that Cloud Run refused in a row, and when the first of them was. */
  readonly refusals?: { readonly times: number; readonly since: Timestamp };
  /** Until its end has been announced: what reconcile looks for. */
  readonly isOpen?: boolean;
  /** Oracle sessions that its tasks may open together. */
  readonly sessions?: number;
}

export interface ExtractionDocument extends Omit<Extraction, 'id'> {
  /** Random for each claim of the table. */
  readonly claimId?: string;
}

export interface SplitDocument extends Omit<Split, 'id'> {
  /** A guess, for the order of claims only: 0 to largestSize. */
  readonly size?: number;
  /** Random for each claim: tells a claimer whose answer was lost that the claim is its own. */
  readonly claimId?: string;
}

/** Splits of this size are claimed before all others. */
export const largestSize = 2;

export interface RequestDocument {
  readonly jobId: string;
  /** Of what the request asked for, so that another one under the same key is noticed. */
  readonly fingerprint: string;
  readonly expiresAt: Timestamp;
}

export interface TicketDocument extends Ticket {
  readonly expiresAt: Timestamp;
  /** Random for each use: tells a user whose answer was lost that the ticket is its own. */
  readonly usedBy?: string;
}

export function transports(db: Firestore): CollectionReference<TransportDocument> {
  return db.collection('transports') as CollectionReference<TransportDocument>;
}

export function transportName(db: Firestore, name: string): DocumentReference<NameDocument> {
  return db.collection('transport_names').doc(name) as DocumentReference<NameDocument>;
}

export function jobs(db: Firestore): CollectionReference<JobDocument> {
  return db.collection('jobs') as CollectionReference<JobDocument>;
}

export function extractions(db: Firestore, jobId: string): CollectionReference<ExtractionDocument> {
  return jobs(db).doc(jobId).collection('extractions') as CollectionReference<ExtractionDocument>;
}

export function splits(db: Firestore, jobId: string): CollectionReference<SplitDocument> {
  return jobs(db).doc(jobId).collection('splits') as CollectionReference<SplitDocument>;
}

export interface LeaseDocument {
  readonly ttlMs: number;
  readonly renewedAt: Timestamp;
  readonly hints: readonly SplitProgress[];
}

/** The leases of a job's tasks, by holder. */
export function leases(db: Firestore, jobId: string): CollectionReference<LeaseDocument> {
  return jobs(db).doc(jobId).collection('tasks') as CollectionReference<LeaseDocument>;
}

/** The record of an idempotent request; the key may be of any length and form. */
export function request(
  db: Firestore,
  tenant: string,
  transportId: string,
  key: string,
): DocumentReference<RequestDocument> {
  const id = hash([tenant, transportId, key]);
  return db.collection('requests').doc(id) as DocumentReference<RequestDocument>;
}

/** The same documents with these fields alone: what is not needed need not travel. */
export function select<D>(query: Query<D>, ...fields: (keyof D & string)[]): Query<D> {
  return query.select(...fields) as Query<D>;
}

/** Every execute that makes a job reads this document and writes it, so that they are decided one after the other. */
export function executeGate(db: Firestore): DocumentReference<{ jobId: string }> {
  return db.collection('gates').doc('execute') as DocumentReference<{ jobId: string }>;
}

/** The record of a ticket. Its text is kept by nobody but its holder. */
export function ticket(db: Firestore, text: string): DocumentReference<TicketDocument> {
  return db.collection('tickets').doc(hash([text])) as DocumentReference<TicketDocument>;
}

export function newId(): string {
  return randomUUID().replaceAll('-', '');
}

/** The form of every id that newId gives out. */
export const idForm = /^[0-9a-f]{32}$/;

/**
 * The document with an id that came from outside. One that we never gave out, and that might not even be an id
 * to Firestore, points to a document that never exists.
 */
export function byId<D>(collection: CollectionReference<D>, id: string): DocumentReference<D> {
  return collection.doc(idForm.test(id) ? id : 'none');
}

/** Names the split of a table within one epoch. A hash, so that even the splits of one table are spread. */
export function splitId(extractionId: string, epoch: number, position: number): string {
  return hash([extractionId, epoch, position]).slice(0, 32);
}

/** A job as the domain knows it; fields of the store's own stay behind. */
export function toJob(id: string, document: JobDocument): Job {
  const {
    launchAt: _,
    launchId: _id,
    refusals: _r,
    isOpen: _open,
    sessions: _s,
    ...job
  } = document;
  return { id, ...job };
}

/** An extraction as the domain knows it. Those of before tables had phases were all planned. */
export function toExtraction(id: string, document: ExtractionDocument): Extraction {
  const { claimId: _, ...extraction } = document;
  return { id, ...beforePhases, ...extraction };
}

const beforePhases = { kind: 'table', phase: 'READ', failures: 0 } as const;

/** A split as the domain knows it. Those of before splits had ranges were whole tables. */
export function toSplit(id: string, document: SplitDocument): Split {
  const { claimId: _, size: _size, ...split } = document;
  return { id, ...beforeRanges, ...split };
}

const beforeRanges = { range: { kind: 'whole' } } as const;

function hash(key: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(key)).digest('hex');
}
