import { type Extraction, withSplits } from '../shared/domain/extraction.ts';
import type { Job } from '../shared/domain/job.ts';
import {
  latestName,
  loadName,
  manifestName,
  schemaName,
  successName,
} from '../shared/domain/layout.ts';
import { loadBody } from '../shared/domain/load.ts';
import { latestBody, latestVersion, manifestBody } from '../shared/domain/manifest.ts';
import { schemaBody } from '../shared/domain/schema.ts';
import type { Split } from '../shared/domain/split.ts';
import { OraFerryError } from '../shared/errors.ts';
import { mapLimited } from '../shared/map-limited.ts';
import type { ObjectStore } from '../shared/ports/objects.ts';

const json = 'application/json';
const concurrentRequests = 8;
const latestAttempts = 10;

/**
 * Writes `_schema.json` and `_load.json` of each table, an empty one included. Idempotent: the bytes follow from the
 * records.
 */
export async function publishTables(
  objects: ObjectStore,
  job: Job,
  tables: readonly Extraction[],
  splits: readonly Split[],
): Promise<void> {
  const { bucket, prefix } = job.output;
  await mapLimited(withSplits(tables, splits), concurrentRequests, async (table) => {
    const { extraction } = table;
    const { owner, table: name } = extraction;
    await objects.create(bucket, prefix + schemaName(owner, name), schemaBody(extraction), json);
    const load = loadBody(job, extraction, table.splits);
    await objects.create(bucket, prefix + loadName(owner, name), load, json);
  });
}

/**
 * Writes the manifest, then `_SUCCESS` and `latest.json` when the job succeeded as a whole: the order in which
 * consumers may see them. Idempotent.
 */
export async function publishManifest(
  objects: ObjectStore,
  job: Job,
  extractions: readonly Extraction[],
  splits: readonly Split[],
): Promise<void> {
  const { bucket, prefix } = job.output;
  const body = manifestBody(job, extractions, splits);
  await objects.create(bucket, prefix + manifestName, body, json);
  if (job.outcome?.state !== 'SUCCEEDED') return;
  await objects.create(bucket, prefix + successName, '', 'text/plain');
  await moveLatest(objects, job);
}

/** Moves `latest.json` only ever to a higher version, whoever else is moving it. */
async function moveLatest(objects: ObjectStore, job: Job): Promise<void> {
  const { bucket, prefix } = job.output;
  const name = latestName(prefix);
  for (let attempt = 1; ; attempt++) {
    const current = await objects.read(bucket, name);
    if (latestVersion(current?.body) >= job.version) return;
    try {
      await objects.replace(bucket, name, latestBody(job), json, current?.generation ?? '0');
      return;
    } catch (error) {
      const raced = error instanceof OraFerryError && error.code === 'PRECONDITION_FAILED';
      if (!raced || attempt === latestAttempts) throw error;
    }
  }
}
