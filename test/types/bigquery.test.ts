import { describe, expect, it } from 'vitest';
import type { BigQueryField } from '../../shared/domain/schema.ts';
import { parseExact } from '../support/exact-json.ts';
import { refusalsOf, refusalsOfRow, refusalsOfSchema } from './bigquery.ts';

/** Values as JSON text, by type. */
const accepted: Record<string, readonly string[]> = {
  INT64: [
    ...['0', '-7', '9007199254740991', '-9007199254740991', '"12"'],
    ...['"9223372036854775807"', '"-9223372036854775808"'],
  ],
  NUMERIC: [
    ...['0', '-1', '0.5', '123456.789', '999999999999999', '0.000000001'],
    ...['"-99999999999999999999999999999.999999999"', '"0.1000000000000"'],
  ],
  BIGNUMERIC: [
    '1.5',
    `"${'9'.repeat(38)}.${'9'.repeat(38)}"`,
    `"-${'9'.repeat(38)}"`,
    `"0.${'0'.repeat(37)}1"`,
  ],
  FLOAT64: [
    ...['0', '-0.0', '1e308', '5e-324', '0.1'],
    ...['"NaN"', '"Infinity"', '"-Infinity"', '"inf"'],
  ],
  BOOL: ['true', 'false'],
  STRING: ['""', '"\\u0000"', '"\\ud83d\\udea2"', '"1"'],
  BYTES: ['""', '"AA=="', '"AAA="', '"+/09"'],
  DATETIME: [
    ...['"0001-01-01T00:00:00"', '"9999-12-31 23:59:59.999999"', '"2024-02-29T23:59:58.5"'],
    '"1582-10-10T00:00:00"',
  ],
  TIMESTAMP: [
    ...['"2024-02-29T23:59:58Z"', '"2024-02-29T23:59:58.123456+05:30"', '"2024-02-29 23:59:58"'],
    ...['"2024-02-29T23:59:58-7"', '"0001-01-01T14:00:00+14:00"'],
    '"9999-12-31T11:00:00-12:59"',
  ],
  JSON: ['1', '"x"', '[]', '{"a":[null,{"b":1e400}]}', `${'['.repeat(500)}${']'.repeat(500)}`],
};

const refused: Record<string, readonly string[]> = {
  INT64: [
    ...['1.5', '1e3', '9007199254740992', '-9007199254740992', '"9223372036854775808"'],
    ...['"-9223372036854775809"', '"1.0"', '""', 'true', '"0x10"'],
  ],
  NUMERIC: [
    ...['1234567890.123456', '"0.0000000001"', `"${'9'.repeat(30)}"`, '"NaN"', '"1e5"', '"."'],
    ...['9007199254740993', 'false', '{}'],
  ],
  BIGNUMERIC: [`"${'9'.repeat(39)}"`, `"0.${'0'.repeat(38)}1"`, '"Infinity"', '""', '[]'],
  FLOAT64: ['1e309', '"1,5"', '"infinite"', 'true'],
  BOOL: ['0', '"yes"', '"t"'],
  STRING: ['1', 'true', '["x"]', '"\\ud83d"'],
  BYTES: ['"A"', '"AA"', '"AAA"', '"AA-_"', '"AA==AA=="', '1'],
  DATETIME: [
    ...['"0000-01-01T00:00:00"', '"-0044-03-15T00:00:00"', '"10000-01-01T00:00:00"'],
    ...['"2023-02-29T00:00:00"', '"1500-02-29T00:00:00"', '"2024-04-31T00:00:00"'],
    ...['"2024-01-01T24:00:00"', '"2024-01-01T23:60:00"', '"2024-01-01T23:59:60"'],
    ...['"2024-01-01T00:00:00.1234567"', '"2024-01-01T00:00:00Z"', '"20240101T000000"', '0'],
  ],
  TIMESTAMP: [
    ...['"2024-02-29T23:59:58 Z"', '"2024-02-29T23:59:58+14:01"', '"2024-02-29T23:59:58-15:00"'],
    ...['"0001-01-01T00:00:00+00:01"', '"9999-12-31T23:59:59-00:01"'],
    ...['"2024-02-29T23:59:58.1234567Z"', '"1500-02-29T00:00:00Z"', '"2024-02-29T23:59:58+5:60"'],
    '"29.02.2024"',
  ],
  JSON: [`${'['.repeat(501)}${']'.repeat(501)}`],
};

function field(type: string, mode: BigQueryField['mode'] = 'NULLABLE', name = 'F'): BigQueryField {
  return { name, type, mode };
}

function pairs(examples: Record<string, readonly string[]>): [string, string][] {
  return Object.entries(examples).flatMap(([type, values]) =>
    values.map((value): [string, string] => [type, value]),
  );
}

describe('the rules of BigQuery', () => {
  it.each(pairs(accepted))('%s takes %s', (type, json) => {
    expect(refusalsOf(field(type), parseExact(json))).toEqual([]);
  });

  it.each(pairs(refused))('%s refuses %s', (type, json) => {
    expect(refusalsOf(field(type), parseExact(json))).toEqual([`F: no ${type}`]);
  });

  it.each(Object.keys(accepted))('NULL is for NULLABLE fields of %s, not for REQUIRED', (type) => {
    expect(refusalsOf(field(type), null)).toEqual([]);
    expect(refusalsOf(field(type), undefined)).toEqual([]);
    expect(refusalsOf(field(type, 'REQUIRED'), null)).toEqual([
      'F: a REQUIRED field takes no NULL',
    ]);
  });

  it('a REPEATED field takes arrays without NULL, of its type', () => {
    const repeated = field('FLOAT64', 'REPEATED');
    expect(refusalsOf(repeated, parseExact('[]'))).toEqual([]);
    expect(refusalsOf(repeated, parseExact('[1,-2.5e-9]'))).toEqual([]);
    expect(refusalsOf(repeated, null)).toEqual(['F: a REPEATED field takes an array']);
    expect(refusalsOf(repeated, parseExact('[1,null]'))).toEqual(['F: an array takes no NULL']);
    expect(refusalsOf(repeated, parseExact('[1,"x"]'))).toEqual(['F: no array of FLOAT64']);
  });

  it('a row has no fields but those of its schema', () => {
    const fields = [field('INT64', 'NULLABLE', 'A'), field('STRING', 'REQUIRED', 'B')];
    expect(refusalsOfRow(fields, { A: null, B: 'x' })).toEqual([]);
    expect(refusalsOfRow(fields, { b: 'x' })).toEqual([
      'b: no such field',
      'B: a REQUIRED field takes no NULL',
    ]);
  });

  it.each(['A', '_a', 'ID_2', '_', '__TZ', 'a'.repeat(300)])('a column may be named %s', (name) => {
    expect(refusalsOfSchema([field('STRING', 'NULLABLE', name)])).toEqual([]);
  });

  it.each([
    ...['', '1A', 'A B', 'A$', 'ŻÓŁW', 'a'.repeat(301)],
    ...['_TABLE_X', '_file_', '_Partition_time', '_ROW_TIMESTAMP', '__ROOT__', '_colidentifier_1'],
    ...['_CHANGE_SEQUENCE_NUMBER', '_Change_Type', '_CHANGE_TIMESTAMP_2'],
  ])('a column may not be named %s', (name) => {
    expect(refusalsOfSchema([field('STRING', 'NULLABLE', name)])).not.toEqual([]);
  });

  it('names that differ in case only are the same, and types must be known', () => {
    const fields = [field('STRING', 'NULLABLE', 'a'), field('NUMBER', 'NULLABLE', 'A')];
    expect(refusalsOfSchema(fields)).toEqual([
      'A: there is such a name already',
      'A: no type NUMBER',
    ]);
  });

  it('a description has at most 1,024 characters', () => {
    const described = (length: number) => ({
      ...field('STRING'),
      description: 'x'.repeat(length),
    });
    expect(refusalsOfSchema([described(1_024)])).toEqual([]);
    expect(refusalsOfSchema([described(1_025)])).toEqual([
      'F: a description of over 1,024 characters',
    ]);
  });
});
