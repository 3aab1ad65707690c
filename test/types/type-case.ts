import fc from 'fast-check';
import type { LocalColumn, Value } from '../../infra/local/oracle/database.ts';
import type { TypeRules } from '../../shared/domain/type-rules.ts';
import type { ExactJson } from '../support/exact-json.ts';

/** A type with its values: what every one of them must become is said here, without the product's code. */
export interface TypeCase {
  /** The type as SQL writes it, and the rules where they are not the usual ones. */
  readonly title: string;
  readonly column: Omit<LocalColumn, 'name'>;
  readonly rules?: TypeRules;
  /** The BigQuery type of the field, `ARRAY<…>` for a repeated one. */
  readonly bigQuery: string;
  /** The first release of Oracle that has the type. */
  readonly since?: number;
  /** Databases have it only when they were set up so. */
  readonly isOptional?: true;
  readonly random: fc.Arbitrary<Sample>;
  /** Values at which something changes; always among those that are tried. */
  readonly boundaries: readonly Sample[];
  /** What NULL becomes; null unless told. */
  readonly ofNull?: ExactJson;
  /** For values that more than one text may stand for; isSameJson unless told. */
  readonly isSame?: (written: ExactJson, expected: ExactJson) => boolean;
}

export interface Sample {
  /** In the text form in which tests insert it. */
  readonly value: Value;
  readonly json: ExactJson;
  /** The value of the second field, with the time zone. */
  readonly zone?: string | null;
}

/** The boundaries, NULL and as many random values, about every twentieth of them NULL. */
export function samplesOf(
  { random, boundaries, ofNull = null }: TypeCase,
  { seed, count }: { readonly seed: number; readonly count: number },
): Sample[] {
  const nil: Sample = { value: null, json: ofNull, zone: null };
  const withNulls = fc.option(random, { freq: 20, nil });
  return [...boundaries, nil, ...fc.sample(withNulls, { seed, numRuns: count })];
}
