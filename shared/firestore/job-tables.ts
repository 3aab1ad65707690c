import type { Firestore } from '@google-cloud/firestore';
import { z } from 'zod';
import {
  type ExtractionHeading,
  type ExtractionSummary,
  summaryOf,
  withSplits,
} from '../domain/extraction.ts';
import type { Job } from '../domain/job.ts';
import type { Split } from '../domain/split.ts';
import type { ExtractionPage, PageRequest } from '../ports/stores.ts';
import { extractions, select, splits, toExtraction, toSplit } from './documents.ts';
import { makeToken, parseToken } from './paging.ts';

/** A table has at most 10,000 splits; so many of one page are kept in memory at a time. */
const mostPageSplits = 20_000;
/** https://cloud.google.com/firestore/docs/query-data/queries#limits_on_or_queries */
const mostAlternatives = 30;

/** The position of the last table that was shown. */
const place = z.tuple([z.int().min(0)]);

/** A page of a job's tables in the order of the transport. Of their splits only sums are kept. */
export async function readTables(
  db: Firestore,
  job: Job,
  { pageSize, pageToken }: PageRequest,
): Promise<ExtractionPage> {
  const list = ['extractions', job.tenant, job.id];
  const [after] = pageToken === undefined ? [-1] : parseToken(pageToken, list, place);
  const [all, found] = await Promise.all([
    extractions(db, job.id).count().get(),
    headingsAfter(db, job.id, after, pageSize + 1),
  ]);
  const tables = fitting(found.slice(0, pageSize));
  const items: ExtractionSummary[] = [];
  for (let at = 0; at < tables.length; at += mostAlternatives) {
    items.push(...(await summaries(db, job.id, tables.slice(at, at + mostAlternatives))));
  }
  const last = tables.at(-1);
  const isMore = last !== undefined && found.length > tables.length;
  const { count: total } = all.data();
  return { job, total, items, ...(isMore && { nextPageToken: makeToken([last.position], list) }) };
}

async function headingsAfter(
  db: Firestore,
  jobId: string,
  after: number,
  most: number,
): Promise<ExtractionHeading[]> {
  const inOrder = extractions(db, jobId).orderBy('position').startAfter(after).limit(most);
  const { docs } = await select(
    inOrder,
    'owner',
    'table',
    'kind',
    'position',
    'phase',
    'epoch',
    'failures',
    'scn',
    'consistency',
    'countedRows',
    'splitMethod',
    'splitsTotal',
    'error',
    'result',
  ).get();
  return docs.map((doc) => toExtraction(doc.id, doc.data()));
}

/** The first of the tables, and the next ones as long as they have not too many splits together. */
function fitting(tables: readonly ExtractionHeading[]): readonly ExtractionHeading[] {
  let sum = 0;
  const end = tables.findIndex(({ splitsTotal }, index) => {
    sum += splitsTotal;
    return index > 0 && sum > mostPageSplits;
  });
  return end < 0 ? tables : tables.slice(0, end);
}

async function summaries(
  db: Firestore,
  jobId: string,
  tables: readonly ExtractionHeading[],
): Promise<ExtractionSummary[]> {
  const own = await splitsOfTables(
    db,
    jobId,
    tables.map(({ id }) => id),
  );
  return withSplits(tables, own).map(({ extraction, splits: of }) => summaryOf(extraction, of));
}

/** Of all their epochs: that there were few is a matter of mostPlans. */
async function splitsOfTables(
  db: Firestore,
  jobId: string,
  ids: readonly string[],
): Promise<Split[]> {
  const { docs } = await select(
    splits(db, jobId).where('extractionId', 'in', ids),
    'extractionId',
    'epoch',
    'position',
    'state',
    'attempt',
    'parts',
    'countedRows',
    'error',
  ).get();
  return docs.map((doc) => toSplit(doc.id, doc.data()));
}
