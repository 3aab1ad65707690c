import { describe, expect, it } from 'vitest';
import { knownTypes, parseType } from '../../../../../infra/local/data/own/types.ts';

describe('a type as Oracle writes it', () => {
  it.each([
    ['NUMBER', { type: 'NUMBER' }],
    ['NUMBER(38)', { type: 'NUMBER', precision: 38 }],
    ['NUMBER(10,2)', { type: 'NUMBER', precision: 10, scale: 2 }],
    ['number ( 10 , -2 )', { type: 'NUMBER', precision: 10, scale: -2 }],
    ['NUMBER(*,2)', { type: 'NUMBER', scale: 2 }],
    ['INTEGER', { type: 'NUMBER', scale: 0 }],
    ['FLOAT', { type: 'FLOAT', precision: 126 }],
    ['FLOAT(10)', { type: 'FLOAT', precision: 10 }],
    ['VARCHAR2(4000)', { type: 'VARCHAR2', length: 4000 }],
    [' varchar2(30 char) ', { type: 'VARCHAR2', length: 30 }],
    ['VARCHAR2(30 BYTE)', { type: 'VARCHAR2', length: 30 }],
    ['CHAR', { type: 'CHAR', length: 1 }],
    ['CHAR(2 BYTE)', { type: 'CHAR', length: 2 }],
    ['NVARCHAR2(2000)', { type: 'NVARCHAR2', length: 2000 }],
    ['NCHAR', { type: 'NCHAR', length: 1 }],
    ['RAW(2000)', { type: 'RAW', length: 2000 }],
    ['DATE', { type: 'DATE' }],
    ['TIMESTAMP', { type: 'TIMESTAMP', scale: 6 }],
    ['TIMESTAMP (9)', { type: 'TIMESTAMP', scale: 9 }],
    ['CLOB', { type: 'CLOB' }],
    ['NCLOB', { type: 'NCLOB' }],
    ['BLOB', { type: 'BLOB' }],
    ['LONG raw', { type: 'LONG RAW' }],
    ['BINARY_DOUBLE', { type: 'BINARY_DOUBLE' }],
    ['TIMESTAMP WITH TIME ZONE', { type: 'TIMESTAMP WITH TIME ZONE', scale: 6 }],
    ['timestamp(9)  with  time zone', { type: 'TIMESTAMP WITH TIME ZONE', scale: 9 }],
    ['TIMESTAMP(0) WITH LOCAL TIME ZONE', { type: 'TIMESTAMP WITH LOCAL TIME ZONE', scale: 0 }],
    ['INTERVAL DAY TO SECOND', { type: 'INTERVAL DAY TO SECOND' }],
    ['JSON', { type: 'JSON' }],
  ])('%s is known', (text, definition) => {
    expect(parseType(text)?.definition).toEqual(definition);
  });

  it.each([
    'NUMBER(0)',
    'NUMBER(39)',
    'NUMBER(10 2)',
    'NUMBER(10,128)',
    'NUMBER(10,2,1)',
    'NUMBER(*)',
    'NUMBER()',
    'INTEGER(3)',
    'FLOAT(127)',
    'VARCHAR2',
    'VARCHAR2(4001)',
    'VARCHAR2(30,CHAR)',
    'VARCHAR2(30 BYTES)',
    'CHAR(2001)',
    'NVARCHAR2(2001)',
    'NCHAR(1001)',
    'RAW',
    'RAW(2001)',
    'DATE(3)',
    'TIMESTAMP(10)',
    'TIMESTAMP WITH TIME ZONE(6)',
    'TIMESTAMP(10) WITH TIME ZONE',
    'INTERVAL DAY(2) TO SECOND',
    'BFILE',
    'VECTOR',
    '',
  ])('"%s" is not', (text) => {
    expect(parseType(text)).toBeUndefined();
  });

  it('is in the list of those known', () => {
    expect(knownTypes).toContain('NUMBER, NUMBER(p), NUMBER(p,s), NUMBER(*,s), FLOAT');
  });
});

describe('what only the type can tell', () => {
  it.each([
    ['FLOAT(10)', '-1234e5', '12345'],
    ['FLOAT(10)', '0.00123', '0.012345'],
    ['VARCHAR2(2 BYTE)', 'é', 'éa'],
    ['CHAR(2 BYTE)', 'ab', 'é'],
  ])('%s holds "%s", but not "%s"', (text, fits, other) => {
    const type = parseType(text);
    expect(type?.read(fits)).toBe(fits);
    expect(() => type?.read(other)).toThrow(RangeError);
  });

  it.each([
    ['2024-02-29', '2024-02-29T00:00:00'],
    ['2024-02-29 23:59:58', '2024-02-29T23:59:58'],
    ['2024-02-29T23:59:58', '2024-02-29T23:59:58'],
  ])('a date may be written %s', (written, value) => {
    expect(parseType('DATE')?.read(written)).toBe(value);
  });
});
