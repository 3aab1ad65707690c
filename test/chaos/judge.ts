import type { Job } from '../../shared/domain/job.ts';
import type { Cloud } from './cloud.ts';
import { compareTable, type ScnSpan } from './compare.ts';
import { type Bucket, type Manifest, type ManifestTable, openBucket } from './consumer.ts';

export interface Findings {
  readonly lost: number;
  readonly doubled: number;
  /** What a manifest, or what goes with it, says wrongly; one sentence each. */
  readonly wrong: readonly string[];
  /** Objects that should not be there. */
  readonly strays: readonly string[];
}

/** Looks at what a job that has ended left in the bucket. */
export async function judgeJob(cloud: Cloud, job: Job, span: ScnSpan): Promise<Findings> {
  const bucket = openBucket(cloud.gcs.url, cloud.bucket);
  const { prefix } = job.output;
  const manifest = (await bucket.json(`${prefix}_manifest.json`)) as Manifest | undefined;
  const strays = await strayObjects(cloud, job);
  const shouldBe = job.state === 'SUCCEEDED' || job.state === 'PARTIALLY_SUCCEEDED';
  if (!manifest || !shouldBe) {
    const wrong = shouldBe === (manifest !== undefined) ? [] : [`manifest of ${job.state} job`];
    return { lost: 0, doubled: 0, wrong, strays };
  }
  const tables = [];
  for (const table of manifest.tables) {
    tables.push(await judgeTable(cloud, bucket, { prefix, table, span }));
  }
  return {
    lost: sum(tables.map(({ lost }) => lost)),
    doubled: sum(tables.map(({ doubled }) => doubled)),
    wrong: [...manifestProblems(job, manifest), ...tables.flatMap(({ problems }) => problems)],
    strays,
  };
}

async function judgeTable(
  { database }: Cloud,
  bucket: Bucket,
  { prefix, table, span }: { prefix: string; table: ManifestTable; span: ScnSpan },
) {
  const { rows, problems } = await bucket.rows(prefix, table);
  const name = `${table.owner}.${table.table}`;
  const schema = await bucket.json(prefix + table.schema);
  return {
    ...compareTable(database, table, rows, span),
    problems: [
      ...problems,
      ...(rows.length === table.rows ? [] : [`${name} has ${rows.length} rows, not ${table.rows}`]),
      ...(table.verified_rows === table.rows ? [] : [`${name}: counted ${table.verified_rows}`]),
      ...(schema ? [] : [`${name} has no schema`]),
    ],
  };
}

function manifestProblems(job: Job, manifest: Manifest): string[] {
  const named = [...manifest.tables, ...manifest.failed].map(({ table }) => table);
  const wanted = job.tables.map(({ table }) => table);
  const isOneScn = manifest.tables.every(({ scn }) => scn === manifest.scn);
  return [
    ...(manifest.state === job.state ? [] : [`the manifest says ${manifest.state}`]),
    ...(named.toSorted().join() === wanted.toSorted().join() ? [] : [`it names ${named}`]),
    ...(manifest.consistency !== 'scn' || isOneScn ? [] : ['it is not of one SCN']),
  ];
}

/**
 * Objects under the job's prefix that should not be there, and those that are missing. Reconcile may not touch the
 * bucket: what a job wrote whose tasks were lost for good lies there still.
 */
export async function strayObjects(cloud: Cloud, job: Job): Promise<string[]> {
  const bucket = openBucket(cloud.gcs.url, cloud.bucket);
  const found = await bucket.json(`${job.output.prefix}_manifest.json`);
  const manifest = found as Manifest | undefined;
  const isSwept = job.error?.code !== 'TASKS_LOST';
  const expected = new Set(manifest?.tables.flatMap(objectsOf));
  if (manifest) expected.add('_manifest.json');
  if (job.state === 'SUCCEEDED') expected.add('_SUCCESS');
  const names = await bucket.names(job.output.prefix);
  const missing = [...expected].filter((name) => !names.includes(name));
  const strays = names.filter((name) => !expected.has(name));
  const promises = ['_SUCCESS', '_manifest.json'];
  const counted = isSwept ? strays : strays.filter((name) => promises.includes(name));
  return [...counted, ...missing.map((name) => `${name} (missing)`)];
}

function objectsOf({ schema, load, parts }: ManifestTable): string[] {
  return [schema, ...(load === undefined ? [] : [load]), ...parts.map(({ name }) => name)];
}

/** Looks whether `latest.json` is at the highest version that succeeded, 0 when none did. */
export async function judgeLatest(
  { gcs, bucket }: Cloud,
  { output }: Job,
  highest: number,
): Promise<string[]> {
  const name = output.prefix.replace(/[^/]+\/$/, 'latest.json');
  const latest = (await openBucket(gcs.url, bucket).json(name)) as { version: number } | undefined;
  const version = latest?.version ?? 0;
  return version === highest ? [] : [`${name} is at ${version}, not ${highest}`];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
