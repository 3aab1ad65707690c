import { OraFerryError } from '../errors.ts';
import type { ColumnDefinition } from './column.ts';
import { type Comparison, readPattern, readValue, valueForms } from './filter-value.ts';
import { describeType } from './type-rules.ts';
import type { WhereCondition } from './where.ts';

/** A condition on a column, checked against its type, its values in the form in which they are bound. */
export type PlannedCondition = NullTest | ValueTest;

export interface NullTest {
  readonly column: string;
  readonly op: 'is_null' | 'not_null';
}

interface ValueTest {
  readonly column: string;
  readonly op: Exclude<WhereCondition['op'], NullTest['op']>;
  readonly compare: Comparison;
  readonly values: readonly string[];
}

interface TableColumns {
  readonly owner: string;
  readonly table: string;
  readonly columns: readonly ColumnDefinition[];
}

/**
 * Checks conditions against the columns of the table, which need not be exported. As in SQL, a condition on a
 * value does not hold for NULL, `!=` included. Throws TABLE_NOT_FOUND for columns that the table does not have,
 * and VALIDATION_ERROR for types that cannot be compared and for values that are not of their column's type;
 * each names all that is concerned.
 */
export function planFilter(
  { owner, table, columns }: TableColumns,
  where: readonly WhereCondition[] = [],
): PlannedCondition[] {
  const definitions = new Map(columns.map((column) => [column.name, column]));
  const known = where.flatMap((condition) => {
    const definition = definitions.get(condition.column);
    return definition ? [{ condition, definition }] : [];
  });
  if (known.length < where.length) {
    const names = where.map(({ column }) => column).filter((name) => !definitions.has(name));
    throw unknownColumns(owner, table, [...new Set(names)]);
  }
  const problems: string[] = [];
  const planned = known.flatMap(({ condition, definition }) => {
    const result = planCondition(condition, definition);
    if (typeof result !== 'string') return [result];
    problems.push(`${condition.column} ${condition.op}: ${result}`);
    return [];
  });
  if (problems.length > 0) throw unfitConditions(owner, table, problems);
  return planned;
}

/** The condition as planned, or what is wrong with it. */
function planCondition(
  condition: WhereCondition,
  definition: ColumnDefinition,
): PlannedCondition | string {
  const { column, op } = condition;
  // Possible for all types, LONG among them, as for DATA_DEFAULT of the dictionary.
  if (op === 'is_null' || op === 'not_null') return { column, op };
  const compare = comparisonOf(definition);
  if (!compare) return `only is_null and not_null are possible for ${describeType(definition)}.`;
  if (compare === 'boolean' && op !== '=' && op !== '!=') return 'BOOLEAN takes = and != only.';
  if (op === 'like') return planLike({ column, op, compare }, condition.value);
  const given = Array.isArray(condition.value) ? condition.value : [condition.value];
  const values = given.map((value) => readValue(compare, value));
  const unfit = given.find((_, index) => values[index] === undefined);
  if (unfit !== undefined) return `${brief(unfit)} is not ${valueForms[compare]}.`;
  return { column, op, compare, values: values.filter((value) => value !== undefined) };
}

function planLike(test: Omit<ValueTest, 'values'>, pattern: string): PlannedCondition | string {
  if (!/text|char/.test(test.compare)) return 'like is for text only.';
  const value = readPattern(test.compare, pattern);
  if (value !== undefined) return { ...test, values: [value] };
  return `${brief(pattern)} is not ${valueForms[test.compare]} in which \\ stands before %, _ or \\ only.`;
}

const simple = new Map<string, Comparison>([
  ['NUMBER', 'number'],
  ['FLOAT', 'number'],
  ['BINARY_FLOAT', 'float'],
  ['BINARY_DOUBLE', 'double'],
  ['VARCHAR2', 'text'],
  ['CHAR', 'char'],
  ['NVARCHAR2', 'national_text'],
  ['NCHAR', 'national_char'],
  ['RAW', 'bytes'],
  ['DATE', 'date'],
  ['BOOLEAN', 'boolean'],
]);

function comparisonOf({ dataType, dataTypeOwner }: ColumnDefinition): Comparison | undefined {
  if (dataTypeOwner) return undefined;
  const [isTimestamp, withZone, local] =
    /^TIMESTAMP\(\d\)( WITH (LOCAL )?TIME ZONE)?$/.exec(dataType) ?? [];
  if (!isTimestamp) return simple.get(dataType);
  if (!withZone) return 'timestamp';
  return local ? 'local_instant' : 'instant';
}

/** A value as a message can bear it. */
function brief(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function unknownColumns(owner: string, table: string, columns: readonly string[]): OraFerryError {
  return new OraFerryError(
    'TABLE_NOT_FOUND',
    `${owner}.${table} has no column ${columns.join(', ')}, which its where names.`,
    { details: { owner, table, columns } },
  );
}

/** The report of many tables lies in the job's record, which holds 1 MiB. */
const namedProblems = 10;

function unfitConditions(owner: string, table: string, problems: readonly string[]): OraFerryError {
  const named = problems.slice(0, namedProblems);
  const more = problems.length - named.length;
  const rest = more > 0 ? ` And ${more} more.` : '';
  return new OraFerryError(
    'VALIDATION_ERROR',
    `The where of ${owner}.${table} does not fit its columns. ${named.join(' ')}${rest}`,
    { details: { owner, table, problems: named } },
  );
}
