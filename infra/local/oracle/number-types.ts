/** https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html (NUMBER, FLOAT) */
import {
  binaryWire,
  catalogueEntry,
  type LocalColumn,
  type TypeDefinition,
  type WireType,
} from './column.ts';
import { encodeNumber, isInfinite, parseDecimal } from './numbers.ts';

const WIRE_CODE = 2;
const BYTES = 22;
/** The scale by which Oracle describes a NUMBER without precision, and a FLOAT. */
const UNSCALED = -127;
const FLOAT_BITS = 126;
const MOST_DIGITS = 38;

export const number: TypeDefinition = {
  store: storeNumber,
  catalogue: ({ precision, scale }) =>
    catalogueEntry('NUMBER', BYTES, {
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
export const numberWire: WireType = binaryWire(
  WIRE_CODE,
  BYTES,
  (value, writer) => void writer.bytes(encodeNumber(value)),
  { scale: UNSCALED },
);

export const float: TypeDefinition = {
  store: (value) => storeNumber(value, { name: '', type: 'FLOAT' }),
  catalogue: ({ precision }) =>
    catalogueEntry('FLOAT', BYTES, { precision: precision ?? FLOAT_BITS }),
  wire: ({ precision }) => ({ ...numberWire, precision: precision ?? FLOAT_BITS }),
};

function storeNumber(value: string, { precision, scale }: LocalColumn): string {
  const places = scale ?? (precision === undefined ? undefined : 0);
  // Oracle checks the digits only of a precision that was declared: an INTEGER may have more than 38.
  const whole = precision === undefined ? Number.POSITIVE_INFINITY : precision - (places ?? 0);
  if (fitsPlainly(value, whole, places ?? MOST_DIGITS) || isInfinite(value)) return value;

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
