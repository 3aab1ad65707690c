const decimalForm = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,4}))?$/;

/**
 * A decimal as TO_NUMBER takes it, `-12.5` or `1.25E+100`; undefined for text that is none, or one that NUMBER
 * would round or cannot hold.
 */
export function normalDecimal(text: string): string | undefined {
  const [, sign, whole = '', fraction = '', exponent = '0'] = decimalForm.exec(text) ?? [];
  if (whole + fraction === '') return undefined;
  const significant = (whole + fraction).replace(/^0+/, '');
  const digits = significant.replace(/0+$/, '');
  if (digits === '') return '0';
  const scale = Number(exponent) - fraction.length + significant.length - digits.length;
  if (!fitsNumber(digits, scale)) return undefined;
  return (sign === '-' ? '-' : '') + spell(digits, scale);
}

/**
 * NUMBER holds 20 digits to the base of 100, and 10^-130 up to below 10^126.
 * https://docs.oracle.com/en/database/oracle/oracle-call-interface/23/lnoci/data-types.html
 */
function fitsNumber(digits: string, scale: number): boolean {
  const trailing = scale % 2 === 0 ? 0 : 1;
  const pairs = Math.ceil((digits.length + trailing) / 2);
  const magnitude = digits.length + scale - 1;
  return pairs <= 20 && magnitude >= -130 && magnitude <= 125;
}

/** As many digits as NUMBER can have are written out; what needs more zeros gets an exponent, as in a literal. */
const mostDigits = 40;

function spell(digits: string, scale: number): string {
  if (scale >= 0 && digits.length + scale <= mostDigits) return digits + '0'.repeat(scale);
  if (scale < 0 && -scale <= mostDigits) {
    const padded = digits.padStart(1 - scale, '0');
    return `${padded.slice(0, scale)}.${padded.slice(scale)}`;
  }
  return `${digits.slice(0, 1)}.${digits.slice(1) || '0'}E${digits.length + scale - 1}`;
}
