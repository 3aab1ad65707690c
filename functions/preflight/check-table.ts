import type { PlannedColumn } from '../../shared/domain/column.ts';
import { type PlannedCondition, planFilter } from '../../shared/domain/filter.ts';
import { planColumn, planColumns } from '../../shared/domain/plan-columns.ts';
import type { SplitMethod } from '../../shared/domain/split-range.ts';
import { type Sessions, splitsWanted } from '../../shared/domain/splits-wanted.ts';
import type { Transport, TransportTable } from '../../shared/domain/transport.ts';
import { type ErrorReport, OraFerryError, reportError } from '../../shared/errors.ts';
import { isWithoutLobs } from '../../shared/oracle/errors.ts';
import { grantOnLobs, grantOnTable } from '../../shared/oracle/grants.ts';
import { likelyMethod } from '../../shared/oracle/splits/likely-method.ts';
import type {
  DatabaseFacts,
  OracleSource,
  TableDefinition,
  TableName,
  TablePolicies,
} from '../../shared/ports/oracle.ts';
import type { TableCheck } from '../views/preflight.ts';
import { unsupportedOf, viewPlannedColumn } from '../views/table.ts';
import { type Obstacle, probeAccess } from './access.ts';
import { tableWarnings } from './warnings.ts';

export interface Checker {
  readonly oracle: OracleSource;
  readonly options: Transport['options'];
  readonly facts: DatabaseFacts;
  readonly policies: TablePolicies;
  /** What one task of the job has. */
  readonly sessions: Sessions;
  /** Bytes of its segments; undefined where our user may not look. */
  readonly sizeOf: (table: TableName) => number | undefined;
  /** Show each planned column. */
  readonly showColumns: boolean;
  /** When it aborts, what was not checked by then says so. */
  readonly signal: AbortSignal;
}

/** Everything that an export of the table would meet, found without reading a row. */
export async function checkTable(
  checker: Checker,
  table: TransportTable,
  definition: TableDefinition | OraFerryError,
): Promise<TableCheck> {
  if (definition instanceof OraFerryError) return unreadable(checker, table, definition);
  const plan = planTable(checker, table, definition);
  const known = viewDefinition(checker, table, definition, plan);
  try {
    const obstacle = await probe(checker, definition, plan);
    return settled({ ...known, ...viewObstacle(checker, definition, obstacle, known.problems) });
  } catch (error) {
    if (!checker.signal.aborted) throw error;
    return { ...known, checked: false };
  }
}

const nothingKnown = {
  source: null,
  checked: true,
  ok: false,
  kind: null,
  columns: null,
  unsupported_columns: [],
  warnings: [],
  estimate: { rows: null, bytes: null, last_analyzed: null },
  split_method: null,
};

/** A table that our user does not see may only lack the grant; Oracle does not tell. */
function unreadable(
  { facts }: Checker,
  { owner, table }: TransportTable,
  error: OraFerryError,
): TableCheck {
  const isUnseen = error.code === 'TABLE_NOT_FOUND';
  const { source = { owner, table } } = Object(error.details) as { source?: TableName };
  return {
    ...nothingKnown,
    owner,
    table,
    exists: !isUnseen,
    problems: [reportError(error)],
    missing_grant: isUnseen ? grantOnTable(['SELECT', 'FLASHBACK'], source, facts.user) : null,
  };
}

interface Plan {
  /** Undefined when they cannot be planned. */
  readonly columns: readonly PlannedColumn[] | undefined;
  readonly filter: readonly PlannedCondition[];
  readonly problems: readonly ErrorReport[];
}

function planTable({ options }: Checker, table: TransportTable, definition: TableDefinition): Plan {
  const problems: ErrorReport[] = [];
  const attempt = <T>(plan: () => T): T | undefined => {
    try {
      return plan();
    } catch (error) {
      problems.push(reportError(error));
      return undefined;
    }
  };
  const columns = attempt(() => planColumns(definition, table, options));
  const filter = attempt(() => planFilter(definition, table.where)) ?? [];
  return { columns, filter, problems };
}

function viewDefinition(
  checker: Checker,
  table: TransportTable,
  definition: TableDefinition,
  { columns, problems }: Plan,
): TableCheck {
  const { statistics } = definition;
  const { columns: wanted, exclude_columns: excluded } = table;
  const isSelected = (name: string) =>
    (wanted?.includes(name) ?? true) && !excluded?.includes(name);
  return {
    ...nothingKnown,
    owner: table.owner,
    table: table.table,
    source: definition.source ?? null,
    exists: true,
    kind: definition.kind,
    columns: (checker.showColumns && columns?.map(viewPlannedColumn)) || null,
    unsupported_columns: unsupportedOf(definition).filter(({ name }) => isSelected(name)),
    problems: [...problems],
    warnings: tableWarnings(definition, columns ?? [], checker),
    split_method: splitMethodOf(checker, definition),
    estimate: {
      rows: statistics?.rows ?? null,
      bytes: statistics?.bytes ?? null,
      last_analyzed: statistics?.gatheredAt ?? null,
    },
    missing_grant: null,
  };
}

/** With the planned columns or, where there are none, with any one that can be read. */
async function probe(
  { oracle, facts, signal }: Checker,
  definition: TableDefinition,
  { columns, filter }: Plan,
): Promise<Obstacle | undefined> {
  const tried = columns ?? definition.columns.flatMap((column) => planColumn(column)).slice(0, 1);
  if (tried.length === 0) return undefined;
  const source = sourceOf(definition);
  const scn = facts.scn?.value;
  return probeAccess(oracle, { source, columns: tried, filter, scn }, signal);
}

function viewObstacle(
  { facts }: Checker,
  definition: TableDefinition,
  obstacle: Obstacle | undefined,
  problems: TableCheck['problems'],
): Pick<TableCheck, 'problems' | 'missing_grant'> {
  if (!obstacle) return { problems, missing_grant: null };
  const { missing, error } = obstacle;
  if (isWithoutLobs(error)) {
    return { problems: [...problems, reportError(error)], missing_grant: grantOnLobs(facts.user) };
  }
  if (missing.length === 0) {
    return { problems: [...problems, reportError(error)], missing_grant: null };
  }
  const statement = grantOnTable(missing, sourceOf(definition), facts.user);
  const report = {
    ...reportError(error),
    code: 'PERMISSION_DENIED',
    action: statement ? `${statement};` : 'Grant what the message names.',
  };
  const message = `Our user lacks ${missing.join(' and ')} on ${definition.owner}.${definition.table}.`;
  return { problems: [...problems, { ...report, message }], missing_grant: statement };
}

function settled(check: TableCheck): TableCheck {
  const ok = check.problems.length === 0;
  return { ...check, ok, split_method: ok ? check.split_method : null };
}

function splitMethodOf(checker: Checker, definition: TableDefinition): SplitMethod {
  const { kind, statistics } = definition;
  const estimatedBytes = checker.sizeOf(sourceOf(definition)) ?? statistics?.bytes ?? undefined;
  const size = { estimatedBytes, estimatedRows: statistics?.rows };
  const splits = splitsWanted(checker.sessions, checker.options, size);
  return splits > 1 ? likelyMethod(kind, checker.facts) : 'whole table';
}

function sourceOf({ source, owner, table }: TableDefinition): TableName {
  return source ?? { owner, table };
}
