/**
 * The values of conditions, and what the functions around them make of a bound text.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Conversion-Functions.html
 */
import { OracleError } from './errors.ts';
import type { BindType, BindValue } from './requests.ts';
import type { Taker } from './taker.ts';
import type { Token } from './tokens.ts';

export interface Value {
  bind: Token;
  conversion?: Conversion;
}

/** A bind as it came. */
export interface BoundValue {
  value: BindValue;
  type: BindType;
}

/** The type that a value has in a comparison. */
export type ValueType =
  | 'NUMBER'
  | 'BINARY_FLOAT'
  | 'BINARY_DOUBLE'
  | 'VARCHAR2'
  | 'CHAR'
  | 'NVARCHAR2'
  | 'NCHAR'
  | 'DATE'
  | 'TIMESTAMP'
  | 'TIMESTAMP WITH TIME ZONE'
  | 'TIMESTAMP WITH LOCAL TIME ZONE'
  | 'RAW'
  | 'BOOLEAN';

/** A value in the form in which columns of its type are stored, or null for NULL. */
export interface TypedValue {
  type: ValueType;
  text: string | null;
}

interface Conversion {
  type: ValueType;
  form: RegExp;
  /** The error's number and text for what is not of the form. */
  error: readonly [code: number, text: string];
}

const SECONDS = 'SYYYY-MM-DD"T"HH24:MI:SS';
const WRONG_DATE = [1861, 'literal does not match format string'] as const;
const DATE = String.raw`[ -]?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d`;

const dateTime = (type: ValueType, rest: string): Conversion => ({
  type,
  form: new RegExp(`^${DATE}${rest}$`),
  error: WRONG_DATE,
});
const zoned = (type: ValueType) => dateTime(type, String.raw`\.\d{9}[+-]\d\d:\d\d`);

const FORMATTED: Readonly<Record<string, { format: string; conversion: Conversion }>> = {
  TO_DATE: { format: SECONDS, conversion: dateTime('DATE', '') },
  TO_TIMESTAMP: {
    format: `${SECONDS}.FF9`,
    conversion: dateTime('TIMESTAMP', String.raw`\.\d{9}`),
  },
  TO_TIMESTAMP_TZ: {
    format: `${SECONDS}.FF9TZH:TZM`,
    conversion: zoned('TIMESTAMP WITH TIME ZONE'),
  },
};

const PLAIN: Readonly<Record<string, Conversion>> = {
  TO_NUMBER: {
    type: 'NUMBER',
    form: /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/,
    error: [1722, 'unable to convert string value to a number'],
  },
  HEXTORAW: {
    type: 'RAW',
    form: /^[0-9a-f]*$/i,
    error: [1465, 'invalid hex number'],
  },
  TO_BOOLEAN: {
    type: 'BOOLEAN',
    form: /^(?:true|false)$/,
    error: [61800, 'invalid boolean literal'],
  },
};

/** Recognises a value; undefined when the tokens are anything else. */
export function takeValue(take: Taker): Value | undefined {
  if (take.words('CAST', '(')) return takeLocal(take);
  for (const [name, conversion] of Object.entries(PLAIN)) {
    if (take.words(name, '(')) return takeArgument(take, conversion);
  }
  for (const [name, { format, conversion }] of Object.entries(FORMATTED)) {
    if (take.words(name, '(')) return takeArgument(take, conversion, format);
  }
  const bind = take.kind('bind');
  return bind && { bind };
}

function takeArgument(take: Taker, conversion: Conversion, format?: string): Value | undefined {
  const bind = take.kind('bind');
  const isFormatted =
    format === undefined || (take.words(',') && take.kind('string')?.text === format);
  return bind && isFormatted && take.words(')') ? { bind, conversion } : undefined;
}

/** `CAST(TO_TIMESTAMP_TZ(…) AS TIMESTAMP(9) WITH LOCAL TIME ZONE)`, behind its parenthesis. */
function takeLocal(take: Taker): Value | undefined {
  const instant = takeValue(take);
  const isLocal =
    instant?.conversion?.type === 'TIMESTAMP WITH TIME ZONE' &&
    take.words('AS', 'TIMESTAMP', '(') &&
    take.kind('number')?.text === '9' &&
    take.words(')', 'WITH', 'LOCAL', 'TIME', 'ZONE', ')');
  if (!isLocal) return undefined;
  return { bind: instant.bind, conversion: zoned('TIMESTAMP WITH LOCAL TIME ZONE') };
}

/** Reads and converts the bind. Throws the error of a text that the function around it does not take. */
export function compileValue(
  { bind, conversion }: Value,
  read: (token: Token) => BoundValue,
): TypedValue {
  const { value, type } = read(bind);
  if (!conversion) return { type: bindType(type), text: value };
  if (value === null) return { type: conversion.type, text: null };
  if (!conversion.form.test(value)) throw new OracleError(...conversion.error);
  return { type: conversion.type, text: value.trim() };
}

const BIND_TYPES: Readonly<Record<string, ValueType>> = {
  '1 1': 'VARCHAR2',
  '1 2': 'NVARCHAR2',
  '96 1': 'CHAR',
  '96 2': 'NCHAR',
  '2 0': 'NUMBER',
  '100 0': 'BINARY_FLOAT',
  '101 0': 'BINARY_DOUBLE',
};

function bindType({ code, form }: BindType): ValueType {
  const type = BIND_TYPES[`${code} ${form}`];
  if (!type) throw new OracleError(932, `inconsistent data types: bind type ${code}`);
  return type;
}
