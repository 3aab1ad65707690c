import { boundComments } from '../shared/domain/comments.ts';
import type { TableDesign } from '../shared/domain/extraction.ts';
import { planFilter } from '../shared/domain/filter.ts';
import type { Job } from '../shared/domain/job.ts';
import { planColumns } from '../shared/domain/plan-columns.ts';
import type { TransportTable } from '../shared/domain/transport.ts';
import type { TableDefinition } from '../shared/ports/oracle.ts';

/** What the job wants of a table as it is defined. Throws what keeps it from being exported. */
export function designTable(
  job: Job,
  table: TransportTable,
  definition: TableDefinition,
): TableDesign {
  const { source, kind, comment } = definition;
  const filter = planFilter(definition, table.where);
  return {
    kind,
    columns: boundComments(planColumns(definition, table, job.options)),
    ...(source && { source }),
    ...(filter.length > 0 && { filter }),
    ...(comment && { comment }),
  };
}
