/**
 * Intervals as ISO 8601 durations, with every component and one leading minus for a negative one, as ISO 8601-2
 * writes it. A part of an Oracle interval never has a sign of its own.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Literals.html
 */

/** `P1Y2M` from `{years, months}`; undefined for anything else. */
export function encodeYearMonth(value: unknown): string | undefined {
  const parts = partsOf(value, ['years', 'months']);
  if (!parts) return undefined;
  const [years = 0, months = 0] = parts.values;
  return months < 12 ? `${parts.sign}P${years}Y${months}M` : undefined;
}

/** `P1DT2H3M4.500000S` from `{days, hours, minutes, seconds, fseconds}`, the last in nanoseconds. */
export function encodeDaySecond(value: unknown, fractionDigits: number): string | undefined {
  const parts = partsOf(value, ['days', 'hours', 'minutes', 'seconds', 'fseconds']);
  if (!parts) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0, nanoseconds = 0] = parts.values;
  const digits = String(nanoseconds).padStart(9, '0');
  const isWithin = hours < 24 && minutes < 60 && seconds < 60 && digits.length === 9;
  if (!isWithin || /[1-9]/.test(digits.slice(fractionDigits))) return undefined;
  const fraction = fractionDigits > 0 ? `.${digits.slice(0, fractionDigits)}` : '';
  return `${parts.sign}P${days}DT${hours}H${minutes}M${seconds}${fraction}S`;
}

interface Parts {
  readonly sign: '' | '-';
  /** Without their signs. */
  readonly values: readonly number[];
}

function partsOf(value: unknown, names: readonly string[]): Parts | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const values = names.map((name): unknown => Reflect.get(value, name));
  if (!values.every(Number.isSafeInteger)) return undefined;
  const numbers = values.map(Number);
  const isNegative = numbers.some((number) => number < 0);
  if (isNegative && numbers.some((number) => number > 0)) return undefined;
  return { sign: isNegative ? '-' : '', values: numbers.map(Math.abs) };
}
