import { randomInt } from 'node:crypto';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OracleSource } from '../../shared/ports/oracle.ts';
import { type ExactJson, isSameJson } from '../support/exact-json.ts';
import { openLocalDatabase } from '../support/source-database/local.ts';
import { openSourceDatabase, type SourceDatabase } from '../support/source-database.ts';
import { refusalsOfRow, refusalsOfSchema } from './bigquery.ts';
import { byteCases } from './byte-cases.ts';
import { floatCases } from './float-cases.ts';
import { intervalCases } from './interval-cases.ts';
import { numberCases } from './number-cases.ts';
import { otherCases } from './other-cases.ts';
import { regionCases } from './region-cases.ts';
import { type Exported, exportSamples, openProduct } from './round-trip.ts';
import { textCases } from './text-cases.ts';
import { timeCases } from './time-cases.ts';
import { type Sample, samplesOf, type TypeCase } from './type-case.ts';

const cases: readonly TypeCase[] = [
  ...numberCases,
  ...floatCases,
  ...textCases,
  ...byteCases,
  ...timeCases,
  ...regionCases,
  ...intervalCases,
  ...otherCases,
];

/** Give the seed of a failure again to see it again. */
const seed = Number(process.env['TYPES_SEED'] ?? randomInt(2 ** 31));

const old = cases.filter(({ since }) => since === undefined);
const databases = [
  { name: 'the database under test', open: openSourceDatabase, count: 10_000, cases },
  { name: 'release 19c', open: () => openLocalDatabase('19c'), count: 1_000, cases: old },
];

describe.each(databases)(`values of $name, with TYPES_SEED=${seed}`, ({ open, count, cases }) => {
  let database: SourceDatabase;
  let product: OracleSource;

  beforeAll(async () => {
    database = await open();
    product = openProduct(database);
  });
  afterAll(async () => {
    await product.close();
    await database.close();
  });

  it.for(cases)(
    '$title: each is written as itself, and BigQuery takes it',
    async (typeCase, context) => {
      context.skip(isMissing(typeCase, database), 'this database does not have the type');
      const samples = samplesOf(typeCase, { seed, count });
      const exported = await exportSamples(database, product, typeCase, samples);
      expect(bigQueryTypeOf(exported)).toBe(typeCase.bigQuery);
      expect(refusalsOfSchema(exported.fields)).toEqual([]);
      expect(problemsOf(exported, samples, typeCase).slice(0, 3)).toEqual([]);
    },
  );

  it.for(cases)('$title: the same in a column that is NOT NULL', async (typeCase, context) => {
    context.skip(isMissing(typeCase, database), 'this database does not have the type');
    const required = { ...typeCase, column: { ...typeCase.column, nullable: false } };
    const samples = typeCase.boundaries.filter((sample) => !isNull(sample, typeCase));
    const exported = await exportSamples(database, product, required, samples);
    expect(problemsOf(exported, samples, typeCase).slice(0, 3)).toEqual([]);
  });
});

/** For Oracle, to which an empty text is NULL unless it is a LOB. */
function isNull({ value }: Sample, { column }: TypeCase): boolean {
  return value === null || (value === '' && !column.type.endsWith('LOB'));
}

/** Older real databases do not have every type, and VARCHAR2(32767) needs MAX_STRING_SIZE=EXTENDED. */
function isMissing({ since = 0, isOptional }: TypeCase, { release, isReal }: SourceDatabase) {
  return isReal && (release < since || isOptional === true);
}

function bigQueryTypeOf({ fields }: Exported): string {
  const { type, mode } = fields[1] ?? {};
  return mode === 'REPEATED' ? `ARRAY<${type}>` : String(type);
}

/** Every sample that became something else, or something that BigQuery would refuse. */
function problemsOf(
  { fields, rows }: Exported,
  samples: readonly Sample[],
  { title, rules, isSame = isSameJson }: TypeCase,
): string[] {
  const names = rules?.time_zones === 'region' ? ['V', 'V__tz'] : ['V'];
  return samples.flatMap(({ value, json, zone = null }, index) => {
    const row = rows[index] ?? {};
    const expected = [json, zone].slice(0, names.length);
    const written = names.map((name) => row[name]);
    const refusals = refusalsOfRow(fields, row);
    const isWritten = expected.every((each, at) => isSameWritten(isSame, written[at], each));
    if (isWritten && refusals.length === 0) return [];
    return inspect({ seed, type: title, value, expected, written, refusals }, brief);
  });
}

const brief = { maxStringLength: 200, maxArrayLength: 10, breakLength: Number.POSITIVE_INFINITY };

/** A field that is left out is not null. */
function isSameWritten(
  isSame: (written: ExactJson, expected: ExactJson) => boolean,
  written: ExactJson | undefined,
  expected: ExactJson,
): boolean {
  return written !== undefined && isSame(written, expected);
}
