import type { LocalColumn, LocalType, Value } from '../../../infra/local/oracle/database.ts';

export type Bind = string | number | Buffer | null;

/** What stands for a value in VALUES: SQL with `?` where the bind goes, when there is one. */
export interface Item {
  readonly expression: string;
  readonly bind?: Bind;
}

/**
 * A value in the text form of the local server. A bind may be NULL in any of the expressions but XMLTYPE's. Throws an
 * Error for a value that SQL cannot make of text.
 */
export function itemOf(column: LocalColumn, value: Value): Item {
  const { type } = column;
  const isEmptyLob = value === '' && type.endsWith('LOB');
  if (isEmptyLob) return { expression: type === 'BLOB' ? 'EMPTY_BLOB()' : 'EMPTY_CLOB()' };
  const text = value === null || value === '' ? undefined : String(value);
  if (!unmade.has(type)) {
    const bind = text === undefined ? null : bindValue(type, text);
    return { expression: expressionOf(column, text ?? ''), bind };
  }
  if (text === undefined) return { expression: 'NULL' };
  if (type === 'XMLTYPE') return { expression: 'XMLTYPE(?)', bind: text };
  throw new Error(`tests make no ${type} in a real Oracle`);
}

const unmade: ReadonlySet<LocalType> = new Set(['XMLTYPE', 'BFILE', 'ANYDATA', 'OBJECT']);

/** https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Format-Models.html */
const dateFormat = 'SYYYY-MM-DD"T"HH24:MI:SS';
const timeFormat = `${dateFormat}.FF9`;
const offsetFormat = `${timeFormat}TZH:TZM`;

/** https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Single-Row-Functions.html (Conversion Functions) */
function expressionOf(column: LocalColumn, text: string): string {
  switch (column.type) {
    case 'NUMBER':
    case 'FLOAT':
      return 'TO_NUMBER(?)';
    case 'DATE':
      return `TO_DATE(?, '${dateFormat}')`;
    case 'TIMESTAMP':
      return `TO_TIMESTAMP(?, '${timeFormat}')`;
    case 'TIMESTAMP WITH TIME ZONE':
      return zonedExpression(text);
    case 'TIMESTAMP WITH LOCAL TIME ZONE':
      return `TO_TIMESTAMP_TZ(?, '${offsetFormat}')`;
    case 'INTERVAL YEAR TO MONTH':
      return 'TO_YMINTERVAL(?)';
    case 'INTERVAL DAY TO SECOND':
      return 'TO_DSINTERVAL(?)';
    case 'ROWID':
      return 'CHARTOROWID(?)';
    case 'BOOLEAN':
      return 'TO_BOOLEAN(?)';
    case 'JSON':
      return 'JSON(?)';
    case 'VECTOR':
      return `TO_VECTOR(?, ${column.dimensions ?? '*'}, ${column.format ?? 'FLOAT32'})`;
    default:
      return '?';
  }
}

/** `…+05:30`, `…Z`, `… Europe/Berlin`, or with both, where an hour came twice or an offset has seconds. */
const zoned = /^(.*?)(?:(Z|[+-]\d\d:\d\d)(:\d\d)?)?(?: ([A-Za-z][\w+/-]*))?$/;

/**
 * With offset and region, the moment by its offset is moved to the region.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Datetime-Expressions.html
 */
function zonedExpression(text: string): string {
  const [, , offset, seconds, region] = zoned.exec(text) ?? [];
  if (region === undefined) return `TO_TIMESTAMP_TZ(?, '${offsetFormat}')`;
  if (offset === undefined) return `TO_TIMESTAMP_TZ(?, '${timeFormat} TZR')`;
  const atMinutes = `TO_TIMESTAMP_TZ(?, '${offsetFormat}')`;
  if (seconds === undefined) return `${atMinutes} AT TIME ZONE '${region}'`;
  // No format has seconds of an offset: what is further ahead was earlier.
  const step = `${offset.startsWith('-') ? '+' : '-'} INTERVAL '${seconds.slice(1)}' SECOND`;
  return `(${atMinutes} ${step}) AT TIME ZONE '${region}'`;
}

function bindValue(type: LocalType, text: string): Bind {
  switch (type) {
    case 'BINARY_FLOAT':
    case 'BINARY_DOUBLE':
      return Number(text);
    case 'RAW':
    case 'LONG RAW':
    case 'BLOB':
      return Buffer.from(text, 'hex');
    case 'DATE':
      return signed(text);
    case 'TIMESTAMP':
      return withFraction(text);
    case 'TIMESTAMP WITH TIME ZONE':
      return withZone(text);
    case 'TIMESTAMP WITH LOCAL TIME ZONE':
      return `${withFraction(text.replace(/Z$/, ''))}+00:00`;
    default:
      return text;
  }
}

/** SYYYY stands for a minus or a blank and the year. */
function signed(text: string): string {
  return text.startsWith('-') ? text : ` ${text}`;
}

/** All nine digits of FF9. */
function withFraction(text: string): string {
  const [seconds = '', fraction = ''] = text.split('.');
  return `${signed(seconds)}.${fraction.padEnd(9, '0')}`;
}

function withZone(text: string): string {
  const [, local = '', offset, , region] = zoned.exec(text) ?? [];
  if (offset === undefined) return `${withFraction(local)} ${region}`;
  return withFraction(local) + (offset === 'Z' ? '+00:00' : offset);
}
