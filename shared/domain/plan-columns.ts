import { OraFerryError } from '../errors.ts';
import type { ColumnDefinition, PlannedColumn } from './column.ts';
import { fieldNames } from './field-name.ts';
import type { TableKind } from './table.ts';
import { describeType, isOpenNumber, planType, type TypeRules } from './type-rules.ts';

/** What of a table is exported: all columns, or those named, or all but those named. */
export interface ColumnSelection {
  readonly columns?: readonly string[] | undefined;
  readonly exclude_columns?: readonly string[] | undefined;
  /** The BigQuery type of NUMBER columns that their definition leaves open. */
  readonly column_types?: Readonly<Record<string, 'STRING' | 'BIGNUMERIC'>> | undefined;
}

interface TableColumns {
  readonly owner: string;
  readonly table: string;
  readonly kind?: TableKind;
  readonly columns: readonly ColumnDefinition[];
}

/**
 * Plans the selected columns, in the order of the table. Throws TABLE_NOT_FOUND for names that the table does
 * not have, VALIDATION_ERROR when nothing is left or a type cannot be chosen, and UNSUPPORTED_TYPE; each names
 * all columns concerned.
 */
export function planColumns(
  table: TableColumns,
  selection: ColumnSelection,
  rules: TypeRules = {},
): PlannedColumn[] {
  const definitions = selectColumns(table, selection);
  refuseFixedTypes(table, selection);
  const plans = definitions.map((definition) => {
    const chosen = chosenType(selection, definition);
    return planColumn(definition, chosen ? { ...rules, number_type: chosen } : rules);
  });
  const unsupported = definitions.filter((_, index) => plans[index]?.length === 0);
  if (unsupported.length > 0) throw unsupportedType(table, unsupported);
  const planned = nameFields(plans.flat());
  // No constraint keeps NULL out of a view, whatever the dictionary derives for its columns.
  return table.kind === 'view' ? planned.map((one) => ({ ...one, nullable: true })) : planned;
}

/**
 * Decides how one column is read and written, from its definition alone: as one field or, where the rules ask
 * for a time zone's name, as two; none when no exact way is known. Fields are named as Oracle names them.
 */
export function planColumn(definition: ColumnDefinition, rules: TypeRules = {}): PlannedColumn[] {
  const { name, nullable, comment } = definition;
  const oracleType = describeType(definition);
  return planType(definition, rules).map(({ suffix = '', bigQueryType, encoding }) => ({
    name,
    field: name + suffix,
    oracleType,
    bigQueryType,
    nullable,
    encoding,
    ...(comment && { comment }),
  }));
}

/** A column may be called `constructor`, which every object has. */
function chosenType({ column_types: typed = {} }: ColumnSelection, { name }: ColumnDefinition) {
  return Object.hasOwn(typed, name) ? typed[name] : undefined;
}

function selectColumns(
  { owner, table, columns }: TableColumns,
  { columns: wanted, exclude_columns: excluded, column_types: typed = {} }: ColumnSelection,
): ColumnDefinition[] {
  const known = new Set(columns.map(({ name }) => name));
  const named = [...(wanted ?? []), ...(excluded ?? []), ...Object.keys(typed)];
  const unknown = [...new Set(named.filter((name) => !known.has(name)))];
  if (unknown.length > 0) {
    throw new OraFerryError(
      'TABLE_NOT_FOUND',
      `${owner}.${table} has no column ${unknown.join(', ')}.`,
      { details: { owner, table, columns: unknown } },
    );
  }
  const selected = columns.filter(
    ({ name }) => (wanted?.includes(name) ?? true) && !excluded?.includes(name),
  );
  if (selected.length > 0) return selected;
  throw new OraFerryError('VALIDATION_ERROR', `No column of ${owner}.${table} is left to export.`, {
    details: { owner, table },
  });
}

function refuseFixedTypes(
  { owner, table, columns }: TableColumns,
  { column_types: typed = {} }: ColumnSelection,
): void {
  const fixed = columns.filter(
    (column) => Object.hasOwn(typed, column.name) && !isOpenNumber(column),
  );
  if (fixed.length === 0) return;
  const list = fixed.map((column) => `${owner}.${table}.${column.name} (${describeType(column)})`);
  throw new OraFerryError(
    'VALIDATION_ERROR',
    `column_types is for numbers whose definition leaves the type open, not for ${list.join(', ')}.`,
    { details: { owner, table, columns: fixed.map(({ name }) => name) } },
  );
}

function unsupportedType(
  { owner, table }: TableColumns,
  columns: readonly ColumnDefinition[],
): OraFerryError {
  const list = columns.map(
    (column) => `${owner}.${table}.${column.name} (${describeType(column)})`,
  );
  return new OraFerryError(
    'UNSUPPORTED_TYPE',
    `No exact export is known for ${list.join(', ')}. Name them in exclude_columns to export the rest.`,
    {
      details: { owner, table, columns: columns.map(({ name, dataType }) => ({ name, dataType })) },
    },
  );
}

/** Columns keep their names before fields that are added to them. */
function nameFields(columns: readonly PlannedColumn[]): PlannedColumn[] {
  const isAdded = ({ encoding }: PlannedColumn) => encoding.kind === 'region';
  const inOrder = [...columns.filter((column) => !isAdded(column)), ...columns.filter(isAdded)];
  const names = fieldNames(inOrder.map(({ field }) => field));
  const fields = new Map(inOrder.map((column, index) => [column, names[index]]));
  return columns.map((column) => ({ ...column, field: fields.get(column) as string }));
}
