/**
 * Intervals, handed in as in a literal (`-1-2`, `4 5:12:10.222`) and stored as Oracle prints them
 * (`-01-02`, `+04 05:12:10.222000`).
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Literals.html (Interval Literals)
 */
import { binaryWire, catalogueEntry, type TypeDefinition } from './column.ts';

const USUAL_PRECISION = 2;
const USUAL_SCALE = 6;
/** What is added to the fields, so that none is negative. */
const WIDE_EXCESS = 2 ** 31;
const NARROW_EXCESS = 60;

const YEAR_MONTH = /^([+-]?)(\d{1,9})-(\d{1,2})$/;

export const yearToMonth: TypeDefinition = {
  store(text, { precision = USUAL_PRECISION }) {
    const [, sign, years = '', months = ''] = YEAR_MONTH.exec(text) ?? [];
    if (sign === undefined || Number(months) > 11) throw notAnInterval(text);
    return `${printSign(sign, years + months)}${lead(years, precision)}-${pad(months)}`;
  },
  catalogue: ({ precision = USUAL_PRECISION }) =>
    catalogueEntry(`INTERVAL YEAR(${precision}) TO MONTH`, 5, { precision, scale: 0 }),
  wire: ({ precision = USUAL_PRECISION }) =>
    binaryWire(182, 5, (value, writer) => void writer.bytes(encodeYearToMonth(value)), {
      precision,
    }),
};

/** 5 bytes of a stored interval. */
function encodeYearToMonth(text: string): Buffer {
  const [, sign, years, months] = YEAR_MONTH.exec(text) ?? [];
  const direction = sign === '-' ? -1 : 1;
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32BE(WIDE_EXCESS + direction * Number(years));
  bytes.writeUInt8(NARROW_EXCESS + direction * Number(months), 4);
  return bytes;
}

const DAY_SECOND = /^([+-]?)(\d{1,9}) (\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?$/;

export const dayToSecond: TypeDefinition = {
  store(text, { precision = USUAL_PRECISION, scale = USUAL_SCALE }) {
    const [, sign, days = '', hours = '', minutes = '', seconds = '', digits = ''] =
      DAY_SECOND.exec(text) ?? [];
    const fraction = digits.replace(/0+$/, '');
    const inRange = Number(hours) < 24 && Number(minutes) < 60 && Number(seconds) < 60;
    if (sign === undefined || !inRange || fraction.length > scale) throw notAnInterval(text);
    const printed = printSign(sign, days + hours + minutes + seconds + fraction);
    const point = scale === 0 ? '' : `.${fraction.padEnd(scale, '0')}`;
    const time = [hours, minutes, seconds].map(pad).join(':');
    return `${printed}${lead(days, precision)} ${time}${point}`;
  },
  catalogue: ({ precision = USUAL_PRECISION, scale = USUAL_SCALE }) =>
    catalogueEntry(`INTERVAL DAY(${precision}) TO SECOND(${scale})`, 11, { precision, scale }),
  wire: ({ precision = USUAL_PRECISION, scale = USUAL_SCALE }) =>
    binaryWire(183, 11, (value, writer) => void writer.bytes(encodeDayToSecond(value)), {
      precision,
      scale,
    }),
};

/** 11 bytes of a stored interval. */
function encodeDayToSecond(text: string): Buffer {
  const [, sign, days, hours, minutes, seconds, fraction = ''] = DAY_SECOND.exec(text) ?? [];
  const direction = sign === '-' ? -1 : 1;
  const bytes = Buffer.alloc(11);
  bytes.writeUInt32BE(WIDE_EXCESS + direction * Number(days));
  for (const [index, field] of [hours, minutes, seconds].entries()) {
    bytes.writeUInt8(NARROW_EXCESS + direction * Number(field), 4 + index);
  }
  bytes.writeUInt32BE(WIDE_EXCESS + direction * Number(fraction.padEnd(9, '0')), 7);
  return bytes;
}

/** Nothing is not less than nothing. */
function printSign(sign: string, digits: string): string {
  return sign === '-' && /[1-9]/.test(digits) ? '-' : '+';
}

function lead(digits: string, precision: number): string {
  const significant = digits.replace(/^0+/, '');
  if (significant.length > precision) {
    throw new RangeError(`the interval's leading field has more than ${precision} digits`);
  }
  return significant.padStart(Math.max(precision, 1), '0');
}

function pad(digits: string): string {
  return digits.padStart(2, '0');
}

function notAnInterval(text: string): RangeError {
  return new RangeError(`${text} is not an interval of the column's type`);
}
