/** Lengths of LOBs, LOBs by their length, and documents as LOBs. */
import type { LocalColumn, LocalType } from './column.ts';
import { OracleError } from './errors.ts';
import { type Conversion, type Expression, expectType, ofColumn } from './expressions.ts';
import { clobWire, isLob, KINDS } from './lob-types.ts';
import { numberWire } from './number-types.ts';
import type { Taker } from './taker.ts';
import type { Token } from './tokens.ts';
import { TYPES } from './types.ts';

/** `DBMS_LOB.GETLENGTH("COL")`, from behind the parenthesis. */
export function takeGetLength(take: Taker): Expression | undefined {
  const column = take.kind('name');
  if (!column || !take.words(')')) return undefined;
  return ofColumn(column, `DBMS_LOB.GETLENGTH("${column.text}")`, (definition): Conversion => {
    const length = lengthOf(definition);
    return { wire: numberWire, convert: (value) => String(length(value)) };
  });
}

/** `CASE WHEN DBMS_LOB.GETLENGTH("COL") <= n THEN "COL" END`, or `>`, from behind the parenthesis. */
export function takeCase(take: Taker): Expression | undefined {
  const column = take.kind('name');
  if (!column || !take.words(')')) return undefined;
  const isShort = take.words('<', '=');
  if (!isShort && !take.words('>')) return undefined;
  const limit = take.kind('number')?.text;
  if (limit === undefined || !take.words('THEN')) return undefined;
  const isSame = take.kind('name')?.text === column.text;
  if (!isSame || !take.words('END')) return undefined;
  return lobByLength(column, isShort, limit);
}

function lobByLength(column: Token, isShort: boolean, limit: string): Expression {
  const test = `DBMS_LOB.GETLENGTH("${column.text}")${isShort ? '<=' : '>'}${limit}`;
  return ofColumn(column, `CASEWHEN${test}THEN"${column.text}"END`, (definition, origin) => {
    const length = lengthOf(definition);
    const wire = TYPES[definition.type].wire?.(definition, origin);
    if (!wire) throw new OracleError(932, 'inconsistent data types: expected a LOB');
    const isWanted = (value: string) => length(value) <= Number(limit) === isShort;
    return { wire, convert: (value) => (isWanted(value) ? value : null) };
  });
}

function lengthOf({ type }: LocalColumn): (value: string) => number {
  if (!isLob(type)) throw new OracleError(932, 'inconsistent data types: expected a LOB');
  return KINDS[type].length;
}

/** `JSON_SERIALIZE("COL" RETURNING CLOB ERROR ON ERROR)`, from behind the parenthesis. */
export function takeJsonSerialize(take: Taker): Expression | undefined {
  const column = take.kind('name');
  if (!column || !take.words('RETURNING', 'CLOB', 'ERROR', 'ON', 'ERROR', ')')) return undefined;
  return asClob(column, 'JSON', `JSON_SERIALIZE("${column.text}"RETURNINGCLOBERRORONERROR)`);
}

/** `XMLSERIALIZE(CONTENT "COL" AS CLOB NO INDENT)`, from behind CONTENT. */
export function takeXmlSerialize(take: Taker): Expression | undefined {
  const column = take.kind('name');
  if (!column || !take.words('AS', 'CLOB', 'NO', 'INDENT', ')')) return undefined;
  return asClob(column, 'XMLTYPE', `XMLSERIALIZE(CONTENT"${column.text}"ASCLOBNOINDENT)`);
}

function asClob(column: Token, type: LocalType, label: string): Expression {
  return ofColumn(column, label, (definition, origin) => {
    expectType(definition, [type]);
    return { wire: clobWire(origin) };
  });
}
