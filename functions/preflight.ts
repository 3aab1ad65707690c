import { z } from 'zod';
import type { Transport } from '../shared/domain/transport.ts';
import { OraFerryError } from '../shared/errors.ts';
import { mapLimited } from '../shared/map-limited.ts';
import type { OracleSource, TableName } from '../shared/ports/oracle.ts';
import type { Context } from './context.ts';
import { transportId } from './fields.ts';
import type { Reply } from './http/answer.ts';
import type { Call } from './http/route.ts';
import { within } from './oracle.ts';
import { checkTable } from './preflight/check-table.ts';
import { missingGrants } from './preflight/grants.ts';
import { undoFor, undoWarnings } from './preflight/undo.ts';
import { databaseWarnings, notChecked } from './preflight/warnings.ts';
import type { Preflight, TableCheck } from './views/preflight.ts';

export const preflightInput = { params: transportId, body: z.strictObject({}).optional() };

/** What an execute of the transport would meet, of all its tables at once; nothing is read or written. */
export async function preflightTransport(
  ctx: Context,
  { principal, params, signal: caller }: Call<typeof preflightInput>,
): Promise<Reply<Preflight>> {
  const transport = await ctx.transports.get(principal.tenant, params.id);
  const oracle = await ctx.oracle.source();
  const findings = await within(questionsMs, caller, (signal) => ask(oracle, transport, signal));
  const tables = await checkTables(ctx, oracle, transport, findings, caller);
  return { body: { ...viewDatabase(oracle, transport, findings, tables), tables } };
}

/** For the dictionary, and then for trying each table. */
const questionsMs = 40_000;
const probesMs = 60_000;
const concurrentProbes = 3;
/** Their columns would make the answer of a larger transport huge. */
const tablesWithColumns = 100;

type Findings = Awaited<ReturnType<typeof ask>>;

/** The same few questions, however many tables: the dictionary answers for a hundred at a time. */
async function ask(oracle: OracleSource, { tables }: Transport, signal: AbortSignal) {
  const facts = await oracle.catalogue.facts(signal);
  const definitions = await oracle.catalogue.describe(tables, signal);
  const sources = definitions.flatMap((definition) =>
    definition instanceof OraFerryError ? [] : [definition.source ?? definition],
  );
  const policies = await oracle.catalogue.policies(sources, signal);
  const bytes = await oracle.catalogue.sizes(sources, signal);
  const sizes = new Map(sources.map((source, at) => [nameOf(source), bytes[at]]));
  const sizeOf = (table: TableName) => sizes.get(nameOf(table));
  return { facts, definitions, policies, sizeOf };
}

function nameOf({ owner, table }: TableName): string {
  return JSON.stringify([owner, table]);
}

function checkTables(
  { config }: Context,
  oracle: OracleSource,
  { tables, options }: Transport,
  { definitions, ...findings }: Findings,
  caller: AbortSignal,
): Promise<TableCheck[]> {
  const showColumns = tables.length <= tablesWithColumns;
  const signal = AbortSignal.any([AbortSignal.timeout(probesMs), caller]);
  const checker = { ...findings, oracle, options, sessions: config.job, showColumns, signal };
  return mapLimited(tables, concurrentProbes, (table, index) => {
    const definition = definitions[index];
    if (!definition) throw new Error('The catalogue answers for every name.');
    return checkTable(checker, table, definition);
  });
}

function viewDatabase(
  oracle: OracleSource,
  transport: Transport,
  { facts, policies }: Findings,
  tables: readonly TableCheck[],
): Omit<Preflight, 'tables'> {
  const { driver, circuit } = oracle.connection();
  const undo = undoFor(transport, facts, tables);
  return {
    ok: facts.scn !== undefined && tables.every(({ ok }) => ok),
    user: facts.user,
    driver,
    circuit,
    scn_source: facts.scn?.source ?? null,
    grants: missingGrants(facts, policies, tables),
    undo,
    warnings: [...databaseWarnings(facts), ...undoWarnings(undo)],
    not_checked: notChecked(facts, policies),
    totals: totalsOf(tables),
  };
}

function totalsOf(tables: readonly TableCheck[]): Preflight['totals'] {
  const count = (holds: (table: TableCheck) => boolean) => tables.filter(holds).length;
  const sum = (of: (table: TableCheck) => number | null) =>
    tables.reduce((total, table) => total + (of(table) ?? 0), 0);
  return {
    tables: tables.length,
    checked: count(({ checked }) => checked),
    with_problems: count(({ problems }) => problems.length > 0),
    rows_estimate: sum(({ estimate }) => estimate.rows),
    bytes_estimate: sum(({ estimate }) => estimate.bytes),
    without_statistics: count(({ estimate }) => estimate.rows === null),
  };
}
