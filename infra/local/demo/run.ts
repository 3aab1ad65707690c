import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type LoadedTable, loadTables } from '../data/load.ts';
import { type Stack, startStack } from '../stack.ts';
import { createApi, type ErrorView, type JobView } from './api.ts';
import { canShowBars, createBars, type Terminal } from './bars.ts';
import type { Display } from './display.ts';
import { type FollowedJob, followJob } from './follow.ts';
import { createLines } from './lines.ts';
import { tableName } from './picture.ts';
import { lastErrors } from './product-log.ts';
import { formatReceipt, isVerified, type Receipt, totalRows } from './receipt.ts';
import { createReader } from './reread.ts';
import { createRunFolder, type RunFolder } from './run-folder.ts';
import { hearStatus } from './status-stream.ts';

export interface DemoOptions {
  readonly say: (line: string) => void;
  readonly complain: (line: string) => void;
  readonly signal: AbortSignal;
  /** Where progress bars may be drawn; without it, progress is told line by line. */
  readonly terminal?: Terminal | undefined;
}

export interface DemoResult {
  /** The job's state; NOT_STARTED when it did not come to a job. */
  readonly state: string;
  readonly rows: number;
  readonly tables: number;
  readonly objects: number;
  /** True only if the job succeeded and every part was read back and is as the manifest says. */
  readonly verified: boolean;
  /** Where the job's objects lie; null when there are none. */
  readonly outputDir: string | null;
  readonly seconds: number;
}

type Say = DemoOptions['say'];

/** The job's state as last heard of. */
interface Seen {
  state: string;
}

const NOTHING = { rows: 0, tables: 0, objects: 0, verified: false, outputDir: null };
const LOG_FILE = 'product.log';

/** The whole demo. Never throws: what goes wrong is told, and the result is not verified. */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const began = performance.now();
  const seconds = () => Math.round(performance.now() - began) / 1000;
  const folder = createRunFolder();
  const seen: Seen = { state: 'NOT_STARTED' };
  try {
    const receipt = await exportTables(options, folder, seen, seconds);
    return resultOf(receipt);
  } catch (error) {
    if (options.signal.aborted) folder.remove();
    explain(error, folder, options);
    return { ...NOTHING, state: seen.state, seconds: seconds() };
  }
}

async function exportTables(
  options: DemoOptions,
  folder: RunFolder,
  seen: Seen,
  seconds: () => number,
): Promise<Receipt> {
  const { say, complain, signal } = options;
  const tables = loadTables();
  const stack = await startStack({
    tables,
    bucketDir: folder.path,
    logFile: join(folder.path, LOG_FILE),
  });
  try {
    signal.throwIfAborted();
    describeStack(stack, tables, say);
    const followed = await execute(stack, tables, options, seen);
    requireSuccess(followed.job);
    const receipt = await readBack(stack, followed, seconds);
    requireTables(receipt, tables);
    say(formatReceipt(receipt));
    for (const table of receipt.tables) table.problems.forEach(complain);
    return receipt;
  } finally {
    await stack.close();
  }
}

function describeStack({ apiUrl, oracle }: Stack, tables: readonly LoadedTable[], say: Say): void {
  const rows = tables.reduce((total, table) => total + table.rows.length, 0);
  say(`Oracle at ${oracle.connectString}: ${tables.length} tables, ${rows} rows`);
  say(`OraFerry at ${apiUrl}/api`);
}

async function execute(
  { apiUrl, apiKey }: Stack,
  tables: readonly LoadedTable[],
  options: DemoOptions,
  seen: Seen,
): Promise<FollowedJob> {
  const { say, signal } = options;
  const api = createApi(apiUrl, apiKey, signal);
  const names = tables.map(nameOf);
  const { id } = await api.createTransport({
    name: 'demo',
    tables: names,
    destination: { prefix: 'exports' },
  });
  say(`transport ${id} created`);
  const started = await api.execute(id);
  seen.state = started.state;
  say(`job ${started.id} version ${started.version} started`);
  const look = async () => {
    const job = await api.job(started.id);
    seen.state = job.state;
    return job;
  };
  const url = `${apiUrl}/api/transport/${id}/status?job=${started.id}`;
  return followJob({
    look,
    hear: (listener) => hearStatus({ url, apiKey }, listener),
    display: createDisplay(options, names),
    signal,
  });
}

function createDisplay({ say, terminal }: DemoOptions, names: readonly string[]): Display {
  const hasRoom = terminal && canShowBars(terminal, names.length);
  return hasRoom ? createBars(terminal, names) : createLines(say);
}

function requireSuccess({ state, error, extractions = [] }: JobView): void {
  if (state === 'SUCCEEDED') return;
  const failed = extractions.filter((extraction) => extraction.error);
  const reasons = failed.map((one) => `\n  ${tableName(one)}: ${describe(one.error)}`);
  throw new Error(`the job is ${state}: ${describe(error)}${reasons.join('')}`);
}

function describe(error: ErrorView | null | undefined): string {
  return error ? `${error.code}: ${error.message}` : 'no reason was recorded';
}

async function readBack(
  { servers, bucketDir }: Stack,
  { job, durations }: FollowedJob,
  seconds: () => number,
): Promise<Receipt> {
  const { bucket, prefix } = job.output;
  const reader = createReader(servers.gcs.url, bucket, prefix);
  const manifest = await reader.manifest();
  const tables = [];
  for (const table of manifest.tables) tables.push(await reader.readTable(table));
  const objects = await reader.countObjects();
  const outputDir = join(bucketDir, bucket, prefix);
  // npm changes to the project's folder and tells where it was called.
  const here = process.env['INIT_CWD'] ?? process.cwd();
  const { scn } = manifest;
  return { job, scn, tables, durations, objects, outputDir, here, seconds: seconds() };
}

function nameOf({ definition: { owner, name } }: LoadedTable): string {
  return tableName({ owner, table: name });
}

function requireTables({ tables }: Receipt, wanted: readonly LoadedTable[]): void {
  const found = new Set(tables.map(tableName));
  const missing = wanted.map(nameOf).filter((name) => !found.has(name));
  if (missing.length > 0) throw new Error(`the manifest does not list ${missing.join(', ')}`);
}

function resultOf(receipt: Receipt): DemoResult {
  const { job, tables, objects, outputDir, seconds } = receipt;
  return {
    state: job.state,
    rows: totalRows(receipt),
    tables: tables.length,
    objects,
    verified: isVerified(receipt),
    outputDir,
    seconds,
  };
}

function explain(error: unknown, folder: RunFolder, { complain, signal }: DemoOptions): void {
  if (signal.aborted) {
    complain('Stopped; nothing is left running.');
    return;
  }
  const log = join(folder.path, LOG_FILE);
  complain(`The demo failed: ${error instanceof Error ? error.message : String(error)}`);
  for (const line of lastErrors(log)) complain(`  ${line}`);
  if (existsSync(log)) complain(`What to do: read ${log}, which holds all that OraFerry logged.`);
}
