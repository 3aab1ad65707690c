import type { Comparison } from '../../domain/filter-value.ts';

/** A type of column whose range of values can be cut into pieces of equal width. */
export interface KeyType {
  readonly pattern: RegExp;
  readonly compare: Extract<Comparison, 'number' | 'date' | 'timestamp'>;
  /** In which the least and the greatest value are asked for; undefined for a number. */
  readonly format?: string;
  /**
   * At most `splits - 1` values between the two, increasing, in the form in which filters bind them. None when there
   * are none between, or when the two cannot be read.
   */
  cuts(min: string, max: string, splits: number): string[];
}

const seconds = 'SYYYY-MM-DD"T"HH24:MI:SS';

export const cutTypes: readonly KeyType[] = [
  { pattern: /^(NUMBER|FLOAT)$/, compare: 'number', cuts: cutNumbers },
  { pattern: /^DATE$/, compare: 'date', format: seconds, cuts: cutTimes('') },
  {
    pattern: /^TIMESTAMP\(\d\)$/,
    compare: 'timestamp',
    format: seconds,
    cuts: cutTimes('.000000000'),
  },
];

/** Decimals of cuts where whole numbers lie too far apart. */
const decimals = 12;

function cutNumbers(min: string, max: string, splits: number): string[] {
  const [low, high] = [scaledDecimal(min), scaledDecimal(max)];
  if (low === undefined || high === undefined) return [];
  const one = 10n ** BigInt(decimals);
  const isWide = high - low >= one * BigInt(splits);
  return cutEvenly(low, high, splits, isWide ? one : 1n).map(plainDecimal);
}

/** A number as so many units of the last of `decimals` places, cut off there; undefined for an infinite one. */
export function scaledDecimal(text: string): bigint | undefined {
  const [, sign, whole = '', fraction = ''] = /^(-?)(\d*)\.?(\d*)$/.exec(text) ?? [];
  if (whole + fraction === '') return undefined;
  const units = BigInt(whole + fraction.slice(0, decimals).padEnd(decimals, '0'));
  return sign === '-' ? -units : units;
}

function plainDecimal(units: bigint): string {
  const digits = String(units < 0n ? -units : units).padStart(decimals + 1, '0');
  const fraction = digits.slice(-decimals).replace(/0+$/, '');
  const plain = `${digits.slice(0, -decimals)}${fraction && `.${fraction}`}`;
  return units < 0n ? `-${plain}` : plain;
}

function cutTimes(suffix: string) {
  return (min: string, max: string, splits: number): string[] => {
    const [low, high] = [secondsOf(min), secondsOf(max)];
    if (low === undefined || high === undefined) return [];
    return cutEvenly(low, high, splits, 1n).map((time) => timeText(time) + suffix);
  };
}

/** Before the year 1 there are other rules; the first range, which is open, holds all of that time. */
const firstSecond = BigInt(Date.parse('0001-01-01T00:00:00Z')) / 1_000n;

function secondsOf(text: string): bigint | undefined {
  if (text.startsWith('-')) return firstSecond;
  const time = Date.parse(`${text.trim()}Z`);
  return Number.isNaN(time) ? undefined : BigInt(time) / 1_000n;
}

function timeText(time: bigint): string {
  return new Date(Number(time) * 1_000).toISOString().slice(0, 19);
}

/** Multiples of `step` that part the values from `low` to `high` evenly, each above `low` and not above `high`. */
function cutEvenly(low: bigint, high: bigint, splits: number, step: bigint): bigint[] {
  const cuts = Array.from({ length: splits - 1 }, (_, index) => {
    const cut = low + ((high - low) * BigInt(index + 1)) / BigInt(splits);
    return cut - (((cut % step) + step) % step);
  });
  return [...new Set(cuts)].filter((cut) => cut > low);
}
