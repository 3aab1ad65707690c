import type { ColumnDefinition, PlannedColumn } from './column.ts';

/** What a transport may choose; absent means the first. */
export interface TypeRules {
  /** Of numbers whose definition leaves the type open. BIGNUMERIC checks every value against its range. */
  readonly number_default?: 'STRING' | 'BIGNUMERIC' | undefined;
  /** The same for one column, whatever its definition suggests. */
  readonly number_type?: 'STRING' | 'BIGNUMERIC' | undefined;
  /** `string` takes years before 1, at the price of BigQuery's own types. */
  readonly dates?: 'datetime' | 'string' | undefined;
  /** `region` adds a field `<column>__tz` with the name of the value's time zone. */
  readonly time_zones?: 'offset' | 'region' | undefined;
}

/** One field that a column is written as. */
export interface FieldPlan extends Pick<PlannedColumn, 'bigQueryType' | 'encoding'> {
  /** Behind the column's name, for a second field. */
  readonly suffix?: string;
}

/** The fields for a column's definition; none when no exact way is known. */
export function planType(definition: ColumnDefinition, rules: TypeRules): FieldPlan[] {
  const plan = isBuiltIn(definition)
    ? (planSimple(definition) ?? planNumeric(definition, rules) ?? planTime(definition, rules))
    : planXml(definition);
  if (!plan) return [];
  const hasRegion = plan.encoding.kind === 'instant' && plan.encoding.zone === 'own';
  return hasRegion && rules.time_zones === 'region' ? [plan, regionField] : [plan];
}

/** True where a transport may choose the type of a number: its definition does not bound it enough. */
export function isOpenNumber(definition: ColumnDefinition): boolean {
  const [plan] = planType(definition, {});
  if (plan?.encoding.kind !== 'decimal') return false;
  return plan.bigQueryType === 'STRING' || plan.encoding.range !== undefined;
}

/** Oracle's type as a CREATE TABLE would name it. */
export function describeType(definition: ColumnDefinition): string {
  const { dataType, dataTypeOwner, length, precision, scale } = definition;
  if (dataTypeOwner) return `${dataTypeOwner}.${dataType}`;
  switch (dataType) {
    case 'VARCHAR2':
    case 'CHAR':
    case 'NVARCHAR2':
    case 'NCHAR':
    case 'RAW':
    case 'UROWID':
      return `${dataType}(${length})`;
    case 'NUMBER':
      return `NUMBER${describeNumber(precision, scale)}`;
    case 'FLOAT':
      return precision === null ? dataType : `FLOAT(${precision})`;
    default:
      return dataType;
  }
}

/** The length that Oracle's type declares, in characters or bytes; 0 for types without one. */
export function declaredLength({ oracleType }: PlannedColumn): number {
  return Number(/^(?:N?VARCHAR2|N?CHAR|RAW)\((\d+)\)$/.exec(oracleType)?.[1] ?? 0);
}

/** Types of others may bear any name, also that of a built-in one. */
function isBuiltIn({ dataTypeOwner }: ColumnDefinition): boolean {
  return dataTypeOwner === null || dataTypeOwner === undefined;
}

const regionField: FieldPlan = {
  suffix: '__tz',
  bigQueryType: 'STRING',
  encoding: { kind: 'region' },
};

const simple = new Map<string, FieldPlan>([
  ['VARCHAR2', { bigQueryType: 'STRING', encoding: { kind: 'text' } }],
  ['NVARCHAR2', { bigQueryType: 'STRING', encoding: { kind: 'text' } }],
  ['CHAR', { bigQueryType: 'STRING', encoding: { kind: 'text' } }],
  ['NCHAR', { bigQueryType: 'STRING', encoding: { kind: 'text' } }],
  ['LONG', { bigQueryType: 'STRING', encoding: { kind: 'long' } }],
  ['CLOB', { bigQueryType: 'STRING', encoding: { kind: 'clob' } }],
  ['NCLOB', { bigQueryType: 'STRING', encoding: { kind: 'clob' } }],
  ['RAW', { bigQueryType: 'BYTES', encoding: { kind: 'bytes' } }],
  ['LONG RAW', { bigQueryType: 'BYTES', encoding: { kind: 'long_raw' } }],
  ['BLOB', { bigQueryType: 'BYTES', encoding: { kind: 'blob' } }],
  ['ROWID', { bigQueryType: 'STRING', encoding: { kind: 'rowid' } }],
  ['UROWID', { bigQueryType: 'STRING', encoding: { kind: 'rowid' } }],
  ['BINARY_FLOAT', { bigQueryType: 'FLOAT64', encoding: { kind: 'float' } }],
  ['BINARY_DOUBLE', { bigQueryType: 'FLOAT64', encoding: { kind: 'float' } }],
  ['JSON', { bigQueryType: 'JSON', encoding: { kind: 'json' } }],
  ['BOOLEAN', { bigQueryType: 'BOOL', encoding: { kind: 'boolean' } }],
  ['VECTOR', { bigQueryType: 'FLOAT64', encoding: { kind: 'vector' } }],
]);

function planSimple({ dataType }: ColumnDefinition): FieldPlan | undefined {
  return simple.get(dataType);
}

/** Oracle's own XML type, whose name belongs to SYS or to everybody. */
function planXml({ dataType, dataTypeOwner }: ColumnDefinition): FieldPlan | undefined {
  const isXml = dataType === 'XMLTYPE' && ['SYS', 'PUBLIC'].includes(String(dataTypeOwner));
  return isXml ? { bigQueryType: 'STRING', encoding: { kind: 'xml' } } : undefined;
}

/**
 * NUMBER(*,s), of which INTEGER is one, has 38 digits, says the documentation, but Oracle only rounds to the scale and
 * checks no precision: an INTEGER may be 1e125. Without a scale a NUMBER is a floating-point decimal.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html
 */
function planNumeric(
  { dataType, precision, scale }: ColumnDefinition,
  rules: TypeRules,
): FieldPlan | undefined {
  const open = rules.number_type ?? rules.number_default;
  if (dataType === 'FLOAT') return openNumber(open);
  if (dataType !== 'NUMBER') return undefined;
  if (scale === null) return openNumber(open);
  if (precision !== null) return planNumber(precision, scale) ?? openNumber(open);
  const isLikely = planNumber(38, scale) !== undefined;
  return openNumber(isLikely ? (rules.number_type ?? 'BIGNUMERIC') : open);
}

function openNumber(type: TypeRules['number_type']): FieldPlan {
  return type === 'BIGNUMERIC'
    ? { bigQueryType: 'BIGNUMERIC', encoding: { kind: 'decimal', range: 'BIGNUMERIC' } }
    : { bigQueryType: 'STRING', encoding: { kind: 'decimal' } };
}

/**
 * Doubles, in which JSON readers keep numbers, hold any 15 decimal digits, and no integer above 2^53 surely, be its
 * last digits zeros. BigQuery holds 29 digits before and 9 after the point in NUMERIC, 38 and 38 in BIGNUMERIC, 18 in
 * INT64.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#decimal_types
 */
function planNumber(precision: number, scale: number): FieldPlan | undefined {
  const integerDigits = Math.max(0, precision - scale);
  const isInteger = scale <= 0;
  if (isInteger && integerDigits <= 15) {
    return { bigQueryType: 'INT64', encoding: { kind: 'number' } };
  }
  if (isInteger && integerDigits <= 18) {
    return { bigQueryType: 'INT64', encoding: { kind: 'decimal' } };
  }
  if (integerDigits <= 29 && scale <= 9) {
    const kind = precision <= 15 && scale >= 0 ? 'number' : 'decimal';
    return { bigQueryType: 'NUMERIC', encoding: { kind } };
  }
  if (integerDigits <= 38 && scale <= 38) {
    return { bigQueryType: 'BIGNUMERIC', encoding: { kind: 'decimal' } };
  }
  return undefined;
}

const timestampType = /^TIMESTAMP\((\d)\)( WITH (LOCAL )?TIME ZONE)?$/;
const daySecondType = /^INTERVAL DAY\(\d\) TO SECOND\((\d)\)$/;
const yearMonthType = /^INTERVAL YEAR\(\d\) TO MONTH$/;

function planTime({ dataType }: ColumnDefinition, rules: TypeRules): FieldPlan | undefined {
  if (dataType === 'DATE') return planDateTime(0, rules);
  const [isTimestamp, digits, withZone, local] = timestampType.exec(dataType) ?? [];
  if (isTimestamp && withZone) return planInstant(Number(digits), local ? 'utc' : 'own', rules);
  if (isTimestamp) return planDateTime(Number(digits), rules);
  if (yearMonthType.test(dataType)) {
    return { bigQueryType: 'STRING', encoding: { kind: 'year_month' } };
  }
  const [isDaySecond, seconds] = daySecondType.exec(dataType) ?? [];
  if (!isDaySecond) return undefined;
  const fractionDigits = Number(seconds);
  return { bigQueryType: 'STRING', encoding: { kind: 'day_second', fractionDigits } };
}

/** BigQuery's DATETIME and TIMESTAMP hold microseconds; finer fractions stay text. */
function planDateTime(fractionDigits: number, { dates }: TypeRules): FieldPlan {
  const anyYear = dates === 'string';
  const bigQueryType = fractionDigits > 6 || anyYear ? 'STRING' : 'DATETIME';
  return {
    bigQueryType,
    encoding: { kind: 'datetime', fractionDigits, ...(anyYear && { anyYear }) },
  };
}

function planInstant(fractionDigits: number, zone: 'own' | 'utc', { dates }: TypeRules): FieldPlan {
  const anyYear = dates === 'string';
  const bigQueryType = fractionDigits > 6 || anyYear ? 'STRING' : 'TIMESTAMP';
  return {
    bigQueryType,
    encoding: { kind: 'instant', fractionDigits, zone, ...(anyYear && { anyYear }) },
  };
}

function describeNumber(precision: number | null, scale: number | null): string {
  if (scale === null) return '';
  if (scale === 0 && precision !== null) return `(${precision})`;
  return `(${precision ?? '*'},${scale})`;
}
