import type { TableKind, TableStatistics } from '../../domain/table.ts';
import type { TableDefinition } from '../../ports/oracle.ts';
import type { Cell } from '../query.ts';

/** A row of the query `tablesNamed`; a view has nothing behind its comment. */
export type TableRow = [
  owner: string,
  table: string,
  type: 'TABLE' | 'VIEW',
  comment: Cell,
  materializedView: Cell,
  partitioned: Cell,
  iotType: Cell,
  temporary: Cell,
  external: Cell,
  cluster: Cell,
  rows: Cell,
  averageRowLength: Cell,
  lastAnalyzed: Cell,
];

export function toTable(row: TableRow): Pick<TableDefinition, 'kind' | 'comment' | 'statistics'> {
  const [, , , comment] = row;
  const statistics = statisticsOf(row);
  return { kind: kindOf(row), comment, ...(statistics && { statistics }) };
}

/** The one that matters most for reading it: an index-organized table may be partitioned, too. */
function kindOf(row: TableRow): TableKind {
  const [, , type, , materializedView, partitioned, iotType, temporary, external, cluster] = row;
  const kinds: [boolean, TableKind][] = [
    [type === 'VIEW', 'view'],
    [materializedView !== null, 'materialized view'],
    [temporary === 'Y', 'temporary table'],
    [external === 'YES', 'external table'],
    [cluster !== null, 'clustered table'],
    [iotType === 'IOT', 'index-organized table'],
    [partitioned === 'YES', 'partitioned table'],
  ];
  return kinds.find(([holds]) => holds)?.[1] ?? 'table';
}

function statisticsOf(row: TableRow): TableStatistics | undefined {
  const [, , , , , , , , , , rows, averageRowLength, gatheredAt] = row;
  if (rows === null) return undefined;
  const bytes = averageRowLength === null ? null : Number(rows) * Number(averageRowLength);
  return { rows: Number(rows), bytes, gatheredAt };
}
