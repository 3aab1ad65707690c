import {
  type DocumentData,
  type DocumentSnapshot,
  FieldValue,
  type Firestore,
  Timestamp,
  type Transaction,
} from '@google-cloud/firestore';
import { type Claim, holdsClaim, type SplitResult, wasCommittedBy } from '../domain/split.ts';
import type { ErrorReport } from '../errors.ts';
import {
  type ExtractionDocument,
  extractions,
  type JobDocument,
  jobs,
  type SplitDocument,
  splits,
  toSplit,
} from './documents.ts';
import { isPreconditionFailure } from './errors.ts';
import { isLost, lost } from './leases.ts';

/**
 * One write, which succeeds only on the record as this claim last wrote it. Where it is refused the record tells
 * whether that was because it had succeeded before, and only its answer was lost. An attempt has one upload open at a
 * time: kept for each of thousands of parts, session URIs would outgrow the record.
 */
export async function recordUpload(
  db: Firestore,
  claim: Claim,
  name: string,
  uri: string,
): Promise<Claim> {
  const ref = splits(db, claim.jobId).doc(claim.splitId);
  const upload = { attempt: claim.attempt, name, uri };
  try {
    const write = { uploads: [...claim.earlierUploads, upload] };
    const precondition = { lastUpdateTime: timeOf(claim.version) };
    const { writeTime } = await ref.update(write, precondition);
    return { ...claim, version: versionOf(writeTime) };
  } catch (error) {
    if (!isPreconditionFailure(error)) throw error;
    const snapshot = await ref.get();
    const split = snapshot.data();
    const recorded = split?.uploads.some((one) => one.uri === uri && one.name === name);
    if (!recorded || !isHeld(snapshot, claim)) throw notHeld();
    return { ...claim, version: versionOf(snapshot.updateTime) };
  }
}

/**
 * One transaction that reads only what others may change, the job and the table: of the split it is enough that it is
 * still as this claim last wrote it. Where that is refused the record tells whether this attempt was committed before.
 */
export async function commitSplit(
  db: Firestore,
  claim: Claim,
  result: Omit<SplitResult, 'rows'>,
): Promise<void> {
  const { parts, countedRows } = result;
  const ref = splits(db, claim.jobId).doc(claim.splitId);
  const counted = countedRows === undefined ? {} : { countedRows };
  try {
    await db.runTransaction(async (tx) => {
      requireReading(await readTable(db, tx, claim), claim);
      const precondition = { lastUpdateTime: timeOf(claim.version) };
      tx.update(ref, { state: 'DONE', parts, ...counted }, precondition);
    });
  } catch (error) {
    if (!isPreconditionFailure(error) && !isLost(error)) throw error;
    const snapshot = await ref.get();
    const stored = snapshot.data();
    // True even when the table or the job has moved on meanwhile: this may have been its last open split.
    if (stored && wasCommittedBy(toSplit(ref.id, stored), claim)) return;
    if (isLost(error)) throw error;
    if (!isHeld(snapshot, claim)) throw notHeld();
    const version = versionOf(snapshot.updateTime);
    return commitSplit(db, { ...claim, version }, result);
  }
}

export function failSplit(
  db: Firestore,
  claim: Claim,
  error: ErrorReport,
  final: boolean,
): Promise<void> {
  const state = final ? 'FAILED' : 'PENDING';
  const failures = claim.failures + 1;
  return db.runTransaction(async (tx) => {
    const records = await read(db, tx, claim);
    const { extraction, split } = records;
    const stored = split.data();
    const isSame = stored?.attempt === claim.attempt && stored.failures === failures;
    if (isSame && stored.state === state) return;
    requireReading(records, claim);
    if (!isHeld(split, claim)) throw notHeld();
    tx.update(split.ref, { state, holder: FieldValue.delete(), failures, error });
    if (final) tx.update(extraction.ref, { phase: 'FAILED', error });
  });
}

export function releaseSplit(db: Firestore, claim: Claim): Promise<void> {
  return db.runTransaction(async (tx) => {
    const split = await tx.get(splits(db, claim.jobId).doc(claim.splitId));
    if (!isHeld(split, claim)) return;
    tx.update(split.ref, { state: 'PENDING', holder: FieldValue.delete() });
  });
}

/** The version of a record that was last written at this time. */
export function versionOf(time: Timestamp | undefined): string {
  return time ? `${time.seconds}.${time.nanoseconds}` : '';
}

function timeOf(version: string): Timestamp {
  const [seconds, nanoseconds] = version.split('.').map(Number);
  return new Timestamp(seconds ?? 0, nanoseconds ?? 0);
}

/** True when the split of the snapshot is in the hands of this very attempt. */
export function isHeld(snapshot: DocumentSnapshot<SplitDocument>, claim: Claim): boolean {
  const split = snapshot.data();
  return split !== undefined && holdsClaim(toSplit(snapshot.id, split), claim);
}

function notHeld() {
  return lost('the split is no longer claimed by this attempt');
}

interface TableRecords {
  readonly job: DocumentSnapshot<JobDocument>;
  readonly extraction: DocumentSnapshot<ExtractionDocument>;
}

interface Records extends TableRecords {
  readonly split: DocumentSnapshot<SplitDocument>;
}

async function readTable(
  db: Firestore,
  tx: Transaction,
  { jobId, extractionId }: Claim,
): Promise<TableRecords> {
  const [job, extraction] = (await tx.getAll<unknown, DocumentData>(
    jobs(db).doc(jobId),
    extractions(db, jobId).doc(extractionId),
  )) as unknown as [TableRecords['job'], TableRecords['extraction']];
  return { job, extraction };
}

async function read(db: Firestore, tx: Transaction, claim: Claim): Promise<Records> {
  const table = await readTable(db, tx, claim);
  return { ...table, split: await tx.get(splits(db, claim.jobId).doc(claim.splitId)) };
}

function requireReading({ job, extraction }: TableRecords, claim: Claim): void {
  if (job.data()?.state !== 'RUNNING') throw lost('the job has moved on');
  const { phase, epoch } = extraction.data() ?? {};
  if (phase !== 'READING' || epoch !== claim.epoch) throw lost('the table has moved on');
}
