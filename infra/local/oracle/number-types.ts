/** https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html (NUMBER, FLOAT) */
import type { LocalColumn, TypeDefinition, WireType } from './column.ts';
import { encodeNumber, parseDecimal } from './numbers.ts';

const WIRE_CODE = 2;
/** The scale by which Oracle describes a NUMBER without precision, and a FLOAT. */
const UNSCALED = -127;
const FLOAT_BITS = 126;
const MOST_DIGITS = 38;

export const number: TypeDefinition = {
  store: storeNumber,
  catalogue: ({ precision, scale }) => ({
    dataType: 'NUMBER',
    dataLength: 22,
    charLength: 0,
    precision: precision ?? null,
    scale: scale ?? (precision === undefined ? null : 0),
  }),
  wire: ({ precision, scale }) => {
    const unscaled = precision === undefined && scale === undefined;
    return {
      ...numberWire,
      precision: precision ?? (unscaled ? 0 : MOST_DIGITS),
      scale: scale ?? (unscaled ? UNSCALED : 0),
    };
  },
};

/** The wire type of NUMBER without precision, and of any expression that yields a number. */
export const numberWire: WireType = {
  code: WIRE_CODE,
  charsetForm: 0,
  precision: 0,
  scale: UNSCALED,
  bytes: 22,
  characters: 0,
  encode: (value, writer) => void writer.bytes(encodeNumber(value)),
};

export const float: TypeDefinition = {
  store: (value) => storeNumber(value, { name: '', type: 'FLOAT' }),
  catalogue: ({ precision }) => ({
    dataType: 'FLOAT',
    dataLength: 22,
    charLength: 0,
    precision: precision ?? FLOAT_BITS,
    scale: null,
  }),
  wire: ({ precision }) => ({ ...numberWire, precision: precision ?? FLOAT_BITS }),
};

function storeNumber(value: string, { precision, scale }: LocalColumn): string {
  const places = scale ?? (precision === undefined ? undefined : 0);
  const whole = (precision ?? MOST_DIGITS) - (places ?? 0);
  if (fitsPlainly(value, whole, places ?? MOST_DIGITS)) return value;

  encodeNumber(value);
  const { digits, exponent } = parseDecimal(value);
  if (places === undefined || digits === '') return value;
  if (exponent < -places || digits.length + exponent > whole) {
    throw new RangeError(`${value} does not fit NUMBER(${precision ?? '*'},${places})`);
  }
  return value;
}

const PLAIN_DECIMAL = /^-?(\d{1,18})(?:\.(\d{1,18}))?$/;

/** True for most decimals that fit, found without parsing them; NUMBER has room for 38 digits. */
function fitsPlainly(value: string, wholeDigits: number, places: number): boolean {
  const match = PLAIN_DECIMAL.exec(value);
  if (!match) return false;
  const [, whole = '', fraction = ''] = match;
  return whole.length <= wholeDigits && fraction.length <= places;
}
