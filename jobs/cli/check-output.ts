import { manifestName, successName } from '../../shared/domain/layout.ts';
import { OraFerryError } from '../../shared/errors.ts';
import { mapLimited } from '../../shared/map-limited.ts';
import { checkTable, type TableFindings } from './check-table.ts';
import { type Manifest, type ManifestTable, readManifest } from './documents.ts';
import { type Output, readText } from './output.ts';

/** What a consumer finds when it reads an export again; the form of `--json`. */
export interface Findings {
  readonly manifest: string;
  readonly job_id: string;
  readonly transport: string;
  readonly version: number;
  readonly state: Manifest['state'];
  readonly intact: boolean;
  readonly tables: readonly TableFindings[];
  /** Tables that the job itself reported as failed: they are no damage. */
  readonly failed: readonly string[];
  /** Of the export as a whole; each table has its own. */
  readonly problems: readonly string[];
  /** False where strays and generations cannot be seen. */
  readonly listed: boolean;
}

const tablesAtOnce = 4;

/**
 * Reads all that the manifest names and compares, several tables and parts at once. Throws what keeps it from
 * reading, such as VALIDATION_ERROR for a manifest that is none; damage is what it returns.
 */
export async function checkOutput(output: Output): Promise<Findings> {
  const manifest = await readManifestOf(output);
  const listed = await output.list();
  const tables = await mapLimited(manifest.tables, tablesAtOnce, (table) =>
    checkTable(output, table, listed),
  );
  const problems = [
    ...repetitions(manifest),
    ...(await successProblems(output, manifest)),
    ...strays(manifest, [...(listed?.keys() ?? [])]),
  ];
  const { job_id, transport, version, state } = manifest;
  return {
    manifest: output.manifest,
    job_id,
    transport,
    version,
    state,
    intact: problems.length === 0 && tables.every((table) => table.problems.length === 0),
    tables,
    failed: manifest.failed.map(({ owner, table }) => `${owner}.${table}`),
    problems,
    listed: listed !== undefined,
  };
}

async function readManifestOf(output: Output): Promise<Manifest> {
  const text = await readText(output, manifestName);
  if (text !== undefined) return readManifest(text);
  throw new OraFerryError('NOT_FOUND', 'There is no manifest.');
}

/** To count a part or a table twice would make sums right that are wrong. */
function repetitions({ tables }: Manifest): string[] {
  const parts = tables.flatMap((table) => table.parts.map((part) => part.name));
  const names = tables.map(({ owner, table }) => JSON.stringify([owner, table]));
  return [...repeated(parts), ...repeated(names)].map(
    (name) => `${name}: the manifest names it more than once`,
  );
}

function repeated(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.filter((name) => seen.size === seen.add(name).size);
}

async function successProblems(output: Output, { state }: Manifest): Promise<string[]> {
  const isThere = (await readText(output, successName)) !== undefined;
  if (state === 'SUCCEEDED' && !isThere) {
    return [`${successName}: is missing, although the export succeeded`];
  }
  if (state !== 'SUCCEEDED' && isThere) {
    return [`${successName}: is there, although tables failed`];
  }
  return [];
}

function strays({ tables }: Manifest, found: readonly string[]): string[] {
  const known = new Set([manifestName, successName, ...tables.flatMap(namesOf)]);
  return found
    .filter((name) => !known.has(name))
    .toSorted()
    .map((name) => `${name}: is not in the manifest`);
}

function namesOf({ schema, load, parts }: ManifestTable): string[] {
  return [schema, ...(load === undefined ? [] : [load]), ...parts.map(({ name }) => name)];
}
