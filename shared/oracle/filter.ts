import oracledb from 'oracledb';
import type { NullTest, PlannedCondition } from '../domain/filter.ts';
import type { Comparison } from '../domain/filter-value.ts';
import { quoteName } from './quote-name.ts';

/** SQL behind WHERE, and the values of its binds. */
export interface FilterClause {
  readonly sql: string;
  readonly binds: Readonly<Record<string, oracledb.BindParameter>>;
}

/**
 * The conditions joined by AND; empty for none. Every value is bound, and converted to the type of its column
 * rather than the column to its own, which would put indexes out of use. Formats are spelled out; the decimal
 * point is that of the session.
 */
export function filterClause(conditions: readonly PlannedCondition[]): FilterClause {
  const binds: Record<string, oracledb.BindParameter> = {};
  let bound = 0;
  const sql = conditions.map((condition) => {
    const column = quoteName(condition.column);
    if (isNullTest(condition))
      return `${column} IS ${condition.op === 'is_null' ? '' : 'NOT '}NULL`;
    const { bind, expression } = conversions[condition.compare];
    const values = condition.values.map((value) => {
      const name = `w${bound++}`;
      binds[name] = bind(value);
      return expression(`:${name}`);
    });
    return `${column} ${test(condition.op, values)}`;
  });
  return { sql: sql.join(' AND '), binds };
}

function isNullTest(condition: PlannedCondition): condition is NullTest {
  return condition.op === 'is_null' || condition.op === 'not_null';
}

function test(op: PlannedCondition['op'], values: readonly string[]): string {
  switch (op) {
    case 'in':
      return `IN (${values.join(', ')})`;
    case 'between':
      return `BETWEEN ${values.join(' AND ')}`;
    case 'like':
      return `LIKE ${values.join()} ESCAPE '\\'`;
    default:
      return `${op} ${values.join()}`;
  }
}

interface Conversion {
  bind(value: string): oracledb.BindParameter;
  expression(bind: string): string;
}

const typed = (type: oracledb.DbType) => (value: string) => ({ val: value, type });
const asText = typed(oracledb.DB_TYPE_VARCHAR);
const asItIs = (bind: string) => bind;
const dateTime = 'SYYYY-MM-DD"T"HH24:MI:SS';
const instant = (bind: string) => `TO_TIMESTAMP_TZ(${bind}, '${dateTime}.FF9TZH:TZM')`;

/**
 * Text is compared blank-padded only if both sides are CHAR, and in the character set of either side only if it
 * is that of both: binds have the type of their column.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Type-Comparison-Rules.html
 * The functions: https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Conversion-Functions.html
 * and, for TIMESTAMP WITH LOCAL TIME ZONE, CAST in the same chapter. BINARY_FLOAT and BINARY_DOUBLE travel as such.
 */
const conversions: Readonly<Record<Comparison, Conversion>> = {
  number: { bind: asText, expression: (bind) => `TO_NUMBER(${bind})` },
  float: { bind: asDouble(oracledb.DB_TYPE_BINARY_FLOAT), expression: asItIs },
  double: { bind: asDouble(oracledb.DB_TYPE_BINARY_DOUBLE), expression: asItIs },
  text: { bind: asText, expression: asItIs },
  char: { bind: typed(oracledb.DB_TYPE_CHAR), expression: asItIs },
  national_text: { bind: typed(oracledb.DB_TYPE_NVARCHAR), expression: asItIs },
  national_char: { bind: typed(oracledb.DB_TYPE_NCHAR), expression: asItIs },
  date: { bind: asText, expression: (bind) => `TO_DATE(${bind}, '${dateTime}')` },
  timestamp: { bind: asText, expression: (bind) => `TO_TIMESTAMP(${bind}, '${dateTime}.FF9')` },
  instant: { bind: asText, expression: instant },
  local_instant: {
    bind: asText,
    expression: (bind) => `CAST(${instant(bind)} AS TIMESTAMP(9) WITH LOCAL TIME ZONE)`,
  },
  bytes: { bind: asText, expression: (bind) => `HEXTORAW(${bind})` },
  boolean: { bind: asText, expression: (bind) => `TO_BOOLEAN(${bind})` },
};

function asDouble(type: oracledb.DbType) {
  return (value: string) => ({ val: Number(value), type });
}
