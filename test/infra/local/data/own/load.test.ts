import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadOwnData } from '../../../../../infra/local/data/own/load.ts';
import { OwnDataError } from '../../../../../infra/local/data/own/problems.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'own-data-'));
});

afterEach(() => rmSync(dir, { recursive: true }));

const NUMBER = [{ name: 'N', type: 'NUMBER' }];

describe('own data', () => {
  it('are the tables that folder and file names say, in their exact case', async () => {
    put('HR/Odd Name.v2', NUMBER, 'N\n1\n');
    put('my shop/T$#', NUMBER, 'N\n2\n3\n');
    writeFileSync(join(dir, 'README.md'), 'not data');
    const { database, tables } = await load();
    expect(tables).toEqual([
      { owner: 'HR', name: 'Odd Name.v2', rows: 1 },
      { owner: 'my shop', name: 'T$#', rows: 2 },
    ]);
    expect(rowsOf(database, 'my shop', 'T$#')).toEqual([['2'], ['3']]);
  });

  it('may begin with a byte order mark, end lines by CRLF, and name the columns in any order', async () => {
    const columns = [...NUMBER, { name: 'a"b'.replace('"', ' '), type: 'VARCHAR2(20)' }];
    put('A/T', columns, '\ufeff"a b",N\r\n"x,""y""\r\nz",1\r\n\u{1f6a2},2');
    const { database } = await load();
    expect(rowsOf(database, 'A', 'T')).toEqual([
      ['1', 'x,"y"\r\nz'],
      ['2', '\u{1f6a2}'],
    ]);
  });

  it('are NULL where a field is empty, quoted or not, in every type', async () => {
    const types = [
      'NUMBER',
      'VARCHAR2(5)',
      'CHAR(2)',
      'DATE',
      'TIMESTAMP',
      'RAW(2)',
      'CLOB',
      'BLOB',
    ];
    const columns = types.map((type, index) => ({ name: `C${index}`, type }));
    const header = columns.map(({ name }) => name).join(',');
    put('A/T', columns, `${header}\n,,,,,,,\n"","","","","","","",""\n`);
    const { database } = await load();
    const nulls = types.map(() => null);
    expect(rowsOf(database, 'A', 'T')).toEqual([nulls, nulls]);
  });

  it('may have a table of one column with NULLs, which are empty lines, and an empty table', async () => {
    put('A/ONE', NUMBER, 'N\n1\n\n3\n');
    put('A/NONE', NUMBER, 'N');
    const { database } = await load();
    expect(rowsOf(database, 'A', 'ONE')).toEqual([['1'], [null], ['3']]);
    expect(rowsOf(database, 'A', 'NONE')).toEqual([]);
  });

  it('may be larger than any buffer on the way', async () => {
    const columns = [
      { name: 'N', type: 'NUMBER(6)' },
      { name: 'T', type: 'VARCHAR2(40)' },
    ];
    const rows = Array.from({ length: 30_000 }, (_, n) => [String(n), `ż "${n}"\n🚢`]);
    const csv = rows.map(([n, text]) => `${n},"${text?.replaceAll('"', '""')}"\n`).join('');
    put('A/T', columns, `N,T\n${csv}`);
    const { database } = await load();
    expect(rowsOf(database, 'A', 'T')).toEqual(rows);
  });

  it('are not read on after an abort', async () => {
    put('A/T', NUMBER, 'N\n1\n');
    await expect(loadOwnData(dir, AbortSignal.abort())).rejects.toThrow('abort');
  });
});

describe('a bad file', () => {
  it.each([
    ['SALARY', 'NUMBER(10,2)', '12,5'],
    ['SALARY', 'NUMBER(10,2)', '1.234'],
    ['SALARY', 'NUMBER(3)', '1000'],
    ['SALARY', 'NUMBER', ' 1'],
    ['SALARY', 'NUMBER', '1e127'],
    ['SALARY', 'FLOAT(3)', '12'],
    ['D', 'DATE', '2024-02-30'],
    ['D', 'DATE', '29.02.2024'],
    ['D', 'DATE', '2024-02-29T23:59:58.5'],
    ['D', 'TIMESTAMP(3)', '2024-02-29T23:59:58.1234'],
    ['D', 'TIMESTAMP', '2024-02-29T23:59:58Z'],
    ['T', 'VARCHAR2(3)', 'abcd'],
    ['T', 'VARCHAR2(3 BYTE)', 'żó'],
    ['T', 'CHAR(3)', 'a\nbc'],
    ['R', 'RAW(2)', 'AABBCC'],
    ['R', 'BLOB', 'ABC'],
  ])('names line and column of a value: %s %s cannot be %j', async (name, type, value) => {
    const row = `"${value}",1\n`;
    put('HR/EMP', [{ name, type }, ...NUMBER], `${name},N\n,"1"\n${row}`);
    const [problem, ...others] = await problems();
    const where = `HR/EMP.csv, line 3, column ${name}: ${JSON.stringify(value)} is no ${type} (`;
    expect(problem).toContain(where);
    expect(others).toEqual([]);
  });

  it('counts the lines within quoted fields', async () => {
    const columns = [{ name: 'T', type: 'VARCHAR2(9)' }, ...NUMBER];
    put('A/T', columns, 'T,N\r\n"a\r\n\r\nb",1\r\n"c\nd",2\r\n,x\r\n');
    expect(await problems()).toEqual([
      expect.stringContaining('A/T.csv, line 7, column N: "x" is no NUMBER'),
    ]);
  });

  it('names a NULL that may not be', async () => {
    put('A/T', [{ name: 'N', type: 'NUMBER', nullable: false }], 'N\n1\n""\n');
    expect(await problems()).toEqual([
      'A/T.csv, line 3, column N: the field is empty, but the column is not nullable',
    ]);
  });

  it.each([
    ['', 'A/T.csv, line 1: the file is empty'],
    ['N,M\n1\n', 'A/T.csv, line 2: 1 field instead of 2'],
    ['N,M\n1,2,3\n', 'A/T.csv, line 2: 3 fields instead of 2'],
    ['N,M\n1,2\n\n', 'A/T.csv, line 3: 1 field instead of 2'],
    ['N,N,M\n', 'A/T.csv, line 1, column N: it is in the header twice'],
    ['N\n', 'A/T.csv, line 1, column M: it is not in the header'],
    ['N,M,m\n', 'A/T.csv, line 1, column m: it is in the header, but defined in no entry'],
    ['N,M\n1,2\n1,"2', 'A/T.csv, line 3, column M: the quoted field does not end'],
    ['N,M\n1,2\n1,"2"3\n', 'A/T.csv, line 3, column M: something follows the quote'],
    ['N,M\n1,2\n1,2"3\n', 'A/T.csv, line 3, column M: there is a quote within a field'],
    ['N,M\n1,2\nx,2\n1,"', 'A/T.csv, line 3, column N: "x" is no NUMBER'],
  ])('names what is wrong with %j', async (csv, problem) => {
    put('A/T', [...NUMBER, { name: 'M', type: 'NUMBER' }], csv);
    expect((await problems())[0]).toContain(problem);
  });

  it('names line and column of bytes that are no UTF-8, not of a replacement character', async () => {
    const columns = [
      { name: 'T', type: 'VARCHAR2(9)' },
      { name: 'U', type: 'VARCHAR2(9)' },
    ];
    const start = Buffer.from('T,U\n\ufffd,b\n"a\n');
    put('A/T', columns, Buffer.concat([start, Buffer.of(0xff), Buffer.from('",c\n')]));
    put('A/U', columns, Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from('T,U\n')]));
    expect(await problems()).toEqual([
      'A/T.csv, line 3, column T: there are bytes that are no UTF-8',
      'A/U.csv, line 1: there are bytes that are no UTF-8',
    ]);
  });

  it('is told of together with all other bad files, each with a handful of problems', async () => {
    for (const table of ['A', 'B', 'C', 'D', 'E', 'F'])
      put(`A/${table}`, NUMBER, `N\n${'x\n'.repeat(9)}`);
    const error = await loadError();
    expect(error.problems).toHaveLength(30);
    expect(error.message.split('\n')).toHaveLength(22);
    expect(error.message).toContain('… and 10 more');
  });

  it('is one without definitions, or one that is no file', async () => {
    put('A/T', undefined, 'N\n');
    writeFileSync(join(dir, 'A/U.columns.json'), JSON.stringify(NUMBER));
    writeFileSync(join(dir, 'V.csv'), 'N\n');
    mkdirSync(join(dir, 'A/W.csv'));
    writeFileSync(join(dir, 'A/W.columns.json'), JSON.stringify(NUMBER));
    expect(await problems()).toEqual([
      'V.csv: it must lie in a folder named after its owner',
      'A/U.columns.json: there is no .csv file beside it',
      expect.stringContaining('A/T.columns.json: it is missing'),
      expect.stringContaining('A/W.csv: EISDIR'),
    ]);
  });

  it.each([
    [[{ name: 'N', type: 'VECTOR' }], 'entry 1: column N: "VECTOR" is no type', 'NUMBER(*,s)'],
    [[{ name: 'N' }], 'entry 1: column N: undefined is no type', 'BLOB'],
    [[...NUMBER, ...NUMBER], 'column N is defined twice', ''],
    [[{ name: '', type: 'DATE' }], 'entry 1: a name is empty', ''],
    [[{ name: 'a"b', type: 'DATE' }], 'entry 1: the name "a\\"b" holds a double quote', ''],
    [[{ name: 'ż'.repeat(65), type: 'DATE' }], 'is longer than 128 bytes', ''],
    [[{ name: 'N', type: 'DATE', nullable: 'no' }], '"nullable" must be true or false', ''],
    [[{ name: 'N', type: 'DATE', lenght: 3 }], 'entry 1: "lenght" is none of "name"', ''],
    [[{ type: 'DATE' }], 'entry 1: "name" must be a text', ''],
    [[3], 'entry 1: it is no object', ''],
    [[], 'it must be a list of columns', ''],
    [{}, 'it must be a list of columns', ''],
  ])('names what is wrong with the definitions %j', async (columns, problem, more) => {
    put('A/T', columns, 'N\n');
    const [first, ...others] = await problems();
    expect(first).toContain('A/T.columns.json');
    expect(first).toContain(problem);
    expect(first).toContain(more);
    expect(others).toEqual([]);
  });

  it('may be definitions that are no JSON', async () => {
    put('A/T', undefined, 'N\n');
    writeFileSync(join(dir, 'A/T.columns.json'), '[\n{"name": }]');
    expect((await problems())[0]).toMatch(/^A\/T\.columns\.json: .*JSON/);
  });

  it.each([
    ['.', 'there is no table'],
    ['missing', 'there is no such folder'],
    ['file', 'it is no folder'],
  ])('may be the folder itself: %s', async (name, problem) => {
    writeFileSync(join(dir, 'file'), '');
    const error = await loadError(join(dir, name));
    expect(error.problems).toEqual([expect.stringContaining(problem)]);
  });
});

function put(table: string, columns: unknown, csv: string | Buffer): void {
  mkdirSync(join(dir, dirname(table)), { recursive: true });
  writeFileSync(join(dir, `${table}.csv`), csv);
  if (columns) writeFileSync(join(dir, `${table}.columns.json`), JSON.stringify(columns));
}

function load(folder = dir) {
  return loadOwnData(folder, new AbortController().signal);
}

async function loadError(folder = dir): Promise<OwnDataError> {
  const error = await load(folder).then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(OwnDataError);
  return error;
}

async function problems(): Promise<readonly string[]> {
  return (await loadError()).problems;
}

function rowsOf(
  database: Awaited<ReturnType<typeof load>>['database'],
  owner: string,
  table: string,
) {
  return [...database.rowsAt(owner, table, database.currentScn())];
}
