/** The place of everything that a job writes. Object names are relative to the bucket unless said otherwise. */

/** `<prefix>/<transport name>/`: the folder of all versions of a transport. */
export function transportPrefix(prefix: string, transportName: string): string {
  return prefix === '' ? `${transportName}/` : `${prefix}/${transportName}/`;
}

/** `<prefix>/<transport name>/v000012-<first 8 of the job id>/`: belongs to one job for ever. */
export function jobPrefix(
  prefix: string,
  transportName: string,
  version: number,
  jobId: string,
): string {
  const folder = `v${String(version).padStart(6, '0')}-${jobId.slice(0, 8)}`;
  return `${transportPrefix(prefix, transportName)}${folder}/`;
}

/** True for what a folder of a job is called: nothing else may lie below one, because a job sweeps its own. */
export function isJobFolder(name: string): boolean {
  return /^v\d{6,}-[0-9a-f]{8}$/.test(name);
}

/** `HR.EMPLOYEES`: both names percent-encoded, so the dot between them is the only dot. */
export function tableFolder(owner: string, table: string): string {
  return `${encodeName(owner)}.${encodeName(table)}`;
}

/** What names a part: no two attempts, whatever their epoch, ever write under the same name. */
interface PartNumbers {
  readonly split: number;
  readonly epoch: number;
  readonly attempt: number;
  /** Place within the attempt, from 1: a stream that grows too long goes on in another part. */
  readonly part: number;
}

/**
 * `HR.EMPLOYEES/part-00042-a1.jsonl.gz`, relative to the job's prefix; `part-00042-e2-a1-p3.jsonl.gz` for the third
 * part of an attempt of the second epoch.
 */
export function partName(
  owner: string,
  table: string,
  { split, epoch, attempt, part }: PartNumbers,
): string {
  const number = String(split).padStart(5, '0');
  const ofEpoch = epoch > 1 ? `-e${epoch}` : '';
  const ofAttempt = part > 1 ? `-p${part}` : '';
  return `${tableFolder(owner, table)}/part-${number}${ofEpoch}-a${attempt}${ofAttempt}.jsonl.gz`;
}

/** `HR.EMPLOYEES/_schema.json`, relative to the job's prefix. */
export function schemaName(owner: string, table: string): string {
  return `${tableFolder(owner, table)}/_schema.json`;
}

/** `HR.EMPLOYEES/_load.json`, relative to the job's prefix. */
export function loadName(owner: string, table: string): string {
  return `${tableFolder(owner, table)}/_load.json`;
}

/** Relative to the job's prefix. */
export const manifestName = '_manifest.json';
/** Relative to the job's prefix. */
export const successName = '_SUCCESS';

/** `<prefix>/<transport name>/latest.json`, beside the folders of the versions. */
export function latestName(jobPrefix: string): string {
  return jobPrefix.replace(/[^/]+\/$/, 'latest.json');
}

function encodeName(name: string): string {
  return Array.from(Buffer.from(name, 'utf8'), encodeByte).join('');
}

function encodeByte(byte: number): string {
  const character = String.fromCharCode(byte);
  if (/[A-Za-z0-9_$-]/.test(character)) return character;
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
