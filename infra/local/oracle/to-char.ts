/** TO_CHAR of dates and times. */
import { compileFormat, isDateTime } from './datetime-formats.ts';
import { encodeZoned } from './datetimes.ts';
import { OracleError } from './errors.ts';
import { type Conversion, type Expression, ofColumn } from './expressions.ts';
import type { Taker } from './taker.ts';
import { textWire } from './text-types.ts';
import { atPrintedOffset, parseZoned, type Zoned } from './time-zones.ts';
import type { Token } from './tokens.ts';

/** Room for the longest text that the supported formats give. */
const FORMATTED = 64;

interface Argument {
  column: Token;
  label: string;
  change?: (zoned: Zoned) => Zoned;
}

/** `TO_CHAR("COL", 'format')`, or with `takeOldAtOffset` in place of the column, from behind the parenthesis. */
export function takeToChar(take: Taker): Expression | undefined {
  const argument = take.words('CASE') ? takeOldAtOffset(take) : takeColumn(take);
  const comma = take.words(',');
  const format = take.kind('string')?.text;
  if (!argument || !comma || format === undefined || !take.words(')')) return undefined;
  const { column, label, change } = argument;
  return ofColumn(column, `TO_CHAR(${label},'${format}')`, ({ type }): Conversion => {
    if (!isDateTime(type)) throw new OracleError(1481, 'invalid number format model');
    if (change && type !== WITH_ZONE) {
      throw new OracleError(932, `inconsistent data types: expected ${WITH_ZONE}, got ${type}`);
    }
    return { wire: textWire(FORMATTED), convert: compileFormat(format, type, change) };
  });
}

const WITH_ZONE = 'TIMESTAMP WITH TIME ZONE';

function takeColumn(take: Taker): Argument | undefined {
  const column = take.kind('name');
  return column && { column, label: `"${column.text}"` };
}

/**
 * `CASE WHEN "COL" < TIMESTAMP '1973-01-01 00:00:00 +00:00' THEN "COL" AT TIME ZONE TO_CHAR("COL", 'TZH:TZM')
 * ELSE "COL" END`, from behind CASE: before the moment a region gives way to its offset without seconds.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Datetime-Expressions.html
 */
function takeOldAtOffset(take: Taker): Argument | undefined {
  const names: (Token | undefined)[] = [];
  const name = () => names.push(take.kind('name')) > 0;
  const isBegun = take.words('WHEN') && name() && take.words('<', 'TIMESTAMP');
  const end = take.kind('string')?.text;
  const isOld = take.words('THEN') && name() && take.words('AT', 'TIME', 'ZONE', 'TO_CHAR', '(');
  const isAtOffset = name() && take.words(',') && take.kind('string')?.text === 'TZH:TZM';
  const isEnded = take.words(')', 'ELSE') && name() && take.words('END');
  const [column] = names;
  const isOne = names.every((other) => other?.text === column?.text);
  if (!column || end === undefined) return undefined;
  if (![isBegun, isOld, isAtOffset, isEnded, isOne].every(Boolean)) return undefined;
  const endKey = keyOf(parseZoned(end.replace(' ', 'T').replace(' ', '')));
  const isBefore = (zoned: Zoned) => Buffer.compare(keyOf(zoned), endKey) < 0;
  return {
    column,
    label: `"${column.text}" before ${end} at its offset`,
    change: (zoned) => (isBefore(zoned) ? atPrintedOffset(zoned) : zoned),
  };
}

/** Bytes in the order of the moments. */
function keyOf({ local, offset }: Zoned): Buffer {
  return encodeZoned(local, offset).subarray(0, 11);
}
