import type { PlannedColumn } from '../../shared/domain/column.ts';
import { isOpenNumber } from '../../shared/domain/type-rules.ts';
import type { DatabaseFacts, TableDefinition, TablePolicies } from '../../shared/ports/oracle.ts';
import type { Warning } from '../views/preflight.ts';

/** What an export of the table would do without complaint, though perhaps not as its owner expects. */
export function tableWarnings(
  definition: TableDefinition,
  columns: readonly PlannedColumn[],
  { policies, facts }: { policies: TablePolicies; facts: DatabaseFacts },
): Warning[] {
  const source = definition.source ?? definition;
  const rowPolicies = facts.exempt.rows ? [] : policies.rows(source);
  const redaction = facts.exempt.redaction ? [] : (policies.redaction?.(source) ?? []);
  const { invisibleColumns = [], archivesRows } = definition;
  const asText = openNumbers(definition, columns);
  return [
    warnIf(
      rowPolicies.length > 0,
      'ROW_POLICY',
      () =>
        `The policies ${rowPolicies.join(', ')} may hide rows from our user, which the count hides too, or show values as NULL while the counts agree. EXEMPT ACCESS POLICY lifts them.`,
    ),
    warnIf(
      redaction.length > 0,
      'REDACTION_POLICY',
      () =>
        `The policies ${redaction.join(', ')} may mask values for our user. EXEMPT REDACTION POLICY lifts them.`,
    ),
    warnIf(
      archivesRows === true,
      'ROW_ARCHIVAL',
      () => 'Rows that are marked as archived (ORA_ARCHIVE_STATE) are not exported.',
    ),
    warnIf(
      invisibleColumns.length > 0,
      'INVISIBLE_COLUMNS',
      () => `Invisible columns are not exported: ${invisibleColumns.join(', ')}.`,
    ),
    warnIf(
      definition.kind === 'temporary table',
      'TEMPORARY_TABLE',
      () => 'A temporary table shows each session only its own rows: there will be none.',
    ),
    warnIf(
      asText.length > 0,
      'NUMBERS_AS_TEXT',
      () =>
        `Exported as STRING, for their definition does not bound them: ${asText.join(', ')}. The options number_default and column_types choose BIGNUMERIC.`,
    ),
  ].flat();
}

/** What is said once for all tables. */
export function databaseWarnings(facts: DatabaseFacts): Warning[] {
  return warnIf(
    facts.scn?.source === 'TIMESTAMP_TO_SCN',
    'INEXACT_SCN',
    () =>
      'The SCN is derived from the clock, so an export may miss what was committed some seconds before it.',
  );
}

/** What may be amiss without our being able to tell. */
export function notChecked(facts: DatabaseFacts, policies: TablePolicies): string[] {
  const seesRedaction = facts.exempt.redaction || policies.redaction !== undefined;
  const seesUndo = facts.views.V$PARAMETER || facts.views.V$UNDOSTAT;
  return [
    ...(seesRedaction
      ? []
      : ['Whether values are masked: our user may not read REDACTION_POLICIES.']),
    ...(seesUndo
      ? []
      : [
          'Whether undo is kept long enough: our user may read neither V$PARAMETER nor V$UNDOSTAT.',
        ]),
    'Whether Deep Data Security hides rows or shows values as NULL: its data grants are in no view that our user is asked to read.',
    // https://docs.oracle.com/en/database/oracle/oracle-database/23/arpls/DBMS_FLASHBACK_ARCHIVE.html
    'Whether sessions see only rows that are valid now: with temporal validity they see all, unless a logon trigger calls DBMS_FLASHBACK_ARCHIVE.ENABLE_AT_VALID_TIME; no view tells.',
  ];
}

function warnIf(holds: boolean, code: Warning['code'], message: () => string): Warning[] {
  return holds ? [{ code, message: message() }] : [];
}

function openNumbers({ columns }: TableDefinition, planned: readonly PlannedColumn[]): string[] {
  const open = new Set(columns.filter(isOpenNumber).map(({ name }) => name));
  return planned
    .filter(({ name, bigQueryType }) => bigQueryType === 'STRING' && open.has(name))
    .map(({ name }) => name);
}
