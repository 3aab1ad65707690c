import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseInput } from '../../../functions/http/input.ts';
import { transportInput } from '../../../shared/domain/transport.ts';

const minimal = { name: 'nightly', tables: ['SH.TIMES'] };

/** The problems as `path: message`; those of a table's forms are flattened. */
function problemsOf(input: unknown): string[] {
  const { error } = transportInput.safeParse(input);
  return (error?.issues ?? []).flatMap((issue) => {
    const inner = issue.code === 'invalid_union' ? (issue.errors[0] ?? []) : [];
    return [issue, ...inner].map(({ path, message }) => `${path.join('.')}: ${message}`);
  });
}

function problemsOfTable(table: unknown): string[] {
  return problemsOf({ ...minimal, tables: [table] });
}

/** The same as a caller of the API sees them. */
function problemsToldOf(table: unknown): string[] {
  const none = z.unknown();
  const schemas = { params: none, query: none, headers: none, body: transportInput };
  const raw = { params: {}, query: {}, headers: {}, body: { ...minimal, tables: [table] } };
  try {
    parseInput(schemas, raw);
    return [];
  } catch (error) {
    const { details } = error as { details: { problems: { field: string; message: string }[] } };
    return details.problems.map(({ field, message }) => `${field}: ${message}`);
  }
}

describe('a transport', () => {
  it('needs a name and tables only; the rest has defaults', () => {
    expect(transportInput.parse(minimal)).toEqual({
      name: 'nightly',
      tables: [{ owner: 'SH', table: 'TIMES' }],
      destination: { prefix: '' },
      options: {
        tasks: 1,
        gzip_level: 1,
        verify: 'count',
        snapshot: 'job',
        target_part_bytes: 268_435_456,
        number_default: 'STRING',
        dates: 'datetime',
        time_zones: 'offset',
        on_replacement: 'warn',
        allow_concurrent: false,
      },
      labels: {},
    });
  });

  it('takes tables as text and as objects, with their case as it is', () => {
    const dotted = { owner: 'My.Owner', table: 'a b', exclude_columns: ['x'] };
    const { tables } = transportInput.parse({ ...minimal, tables: ['sh.Times', dotted] });
    expect(tables).toEqual([{ owner: 'sh', table: 'Times' }, dotted]);
  });

  it('lists every problem at once', () => {
    const problems = problemsOf({
      name: '',
      tables: [{ owner: 'A"', table: '', rows: 1 }],
      destination: { prefix: '/x/' },
      options: { tasks: 0, gzip_level: 1.5, verify: 'maybe' },
      labels: { __reserved__: 'x' },
      bogus: true,
    });
    const places = problems.map((problem) => problem.split(':')[0]);
    expect(places).toEqual(
      expect.arrayContaining([
        'name',
        'tables.0.owner',
        'tables.0.table',
        'tables.0',
        'destination.prefix',
        'options.tasks',
        'options.gzip_level',
        'options.verify',
        'labels.__reserved__',
        '',
      ]),
    );
    expect(problems.at(-1)).toContain('bogus');
  });

  it.each(['TIMES', 'A.B.C', 'SH.', '.TIMES', '"SH".TIMES', ''])(
    'the text %j is no table',
    (text) => {
      expect(problemsOfTable(text).join()).toContain('write OWNER.TABLE');
    },
  );

  it('neither is a number, and the message says what would be', () => {
    expect(problemsOfTable(5)[0]).toBe('tables.0: write OWNER.TABLE or {"owner", "table"}');
  });

  it('names every part of a table’s name that Oracle could not have', () => {
    const long = 'É'.repeat(65);
    expect(problemsOfTable(`${long}.${long}`)).toEqual(
      expect.arrayContaining([
        'owner: is longer than 128 bytes',
        'table: is longer than 128 bytes',
      ]),
    );
    expect(problemsOfTable({ owner: 'A', table: 'B\0' })).toEqual([
      'tables.0.table: holds a double quote or a NUL',
    ]);
  });

  it('a table is listed once, whatever its form', () => {
    const twice = ['SH.TIMES', { owner: 'SH', table: 'TIMES', columns: ['A'] }];
    expect(problemsOf({ ...minimal, tables: twice })).toEqual(['tables: names a table twice']);
    const other = ['SH.TIMES', 'SH.times', { owner: 'S', table: 'H.TIMES' }];
    expect(problemsOf({ ...minimal, tables: other })).toEqual([]);
  });

  it('columns are chosen or left out, not both', () => {
    const table = { owner: 'A', table: 'B', columns: ['X'], exclude_columns: ['Y'] };
    expect(problemsOfTable(table)).toEqual(['tables.0: give columns or exclude_columns, not both']);
  });

  it('a table may have conditions and the types of its open numbers', () => {
    const table = {
      owner: 'A',
      table: 'B',
      where: [{ column: 'DAY', op: '>=', value: '2024-01-01' }],
      column_types: { N: 'BIGNUMERIC', __M: 'STRING' },
    };
    expect(transportInput.parse({ ...minimal, tables: [table] }).tables).toEqual([table]);
    const nothing = { ...table, where: [{ column: 'DAY', op: '=', value: null }] };
    expect(problemsToldOf(nothing)).toEqual([
      'body.tables.0.where.0.value: null is never a value: use is_null',
    ]);
    expect(problemsToldOf({ ...table, column_types: { N: 'FLOAT64' } })[0]).toContain(
      'body.tables.0.column_types.N: ',
    );
    expect(problemsToldOf({ ...table, column_types: 5 })[0]).toContain(
      'body.tables.0.column_types: ',
    );
  });

  it('the type of a column whose name Firestore keeps for itself cannot be chosen', () => {
    const table = { owner: 'A', table: 'B', column_types: { __x__: 'STRING' } };
    expect(problemsToldOf(table)).toEqual([
      'body.tables.0.column_types.__x__: a name with two underscores at both ends cannot be given here',
    ]);
  });

  it('tables and their conditions must fit one record', () => {
    const values = Array.from({ length: 1000 }, (_, index) => `value ${index}`.padEnd(80));
    const where = [{ column: 'C', op: 'in', value: values }];
    const tables = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ owner: 'A', table: `T${index}`, where }));
    expect(problemsOf({ ...minimal, tables: tables(6) })).toEqual([]);
    expect(problemsOf({ ...minimal, tables: tables(7) })).toEqual([
      'tables: takes more than 512 KiB: use several transports',
    ]);
  });

  it.each(['my-project.my_dataset', 'example.com:my-project.D1'])(
    '%s may be loaded into',
    (dataset) => {
      expect(problemsOf({ ...minimal, destination: { dataset } })).toEqual([]);
    },
  );

  it.each(['my_dataset', 'my-project.', 'My-Project.d', 'my-project.a-b', 'p.d'])(
    '%s is no dataset',
    (dataset) => {
      expect(problemsOf({ ...minimal, destination: { dataset } })).toEqual([
        'destination.dataset: write project.dataset',
      ]);
    },
  );

  it('two tables of one name are not loaded into one dataset, where the second would replace the first', () => {
    const tables = ['A.T#1', 'B.t$1'];
    const destination = { dataset: 'my-project.d' };
    expect(problemsOf({ ...minimal, tables })).toEqual([]);
    expect(problemsOf({ ...minimal, tables: ['A.T', 'B.U'], destination })).toEqual([]);
    expect(problemsOf({ ...minimal, tables, destination })).toEqual([
      'destination.dataset: would get two of the tables under one name: use a transport and a dataset for each',
    ]);
  });

  it.each(['a', 'A-1_b', '0', 'x'.repeat(63)])('may be named %j', (name) => {
    expect(problemsOf({ ...minimal, name })).toEqual([]);
  });

  it.each(['', '-a', '_a', 'a b', 'a/b', '..', 'é', 'x'.repeat(64)])(
    'may not be named %j',
    (name) => {
      expect(problemsOf({ ...minimal, name })).toEqual([
        'name: use 1 to 63 letters, digits, _ and -',
      ]);
    },
  );

  it('a label’s name is no name that Firestore keeps for itself', () => {
    const rule = 'begin with a letter; use 1 to 63 letters, digits, _ . and -';
    expect(problemsOf({ ...minimal, labels: { __a__: 'x' } })).toEqual([`labels.__a__: ${rule}`]);
    expect(problemsOf({ ...minimal, labels: { 'team.eu': 'x' } })).toEqual([]);
    expect(problemsOf({ ...minimal, labels: 5 })[0]).toContain('labels: ');
    const labels = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`l${n}`, 'x']));
    expect(problemsOf({ ...minimal, labels: labels(64) })).toEqual([]);
    expect(problemsOf({ ...minimal, labels: labels(65) })).toEqual([
      'labels: there may be 64 at most',
    ]);
  });

  it.each([
    { name: 'v000012-3f9c01ab' },
    { destination: { prefix: 'exports/nightly/v000012-3f9c01ab' } },
    { destination: { prefix: 'v1234567-3f9c01ab/x' } },
  ])('rule 1: nothing can be put below the folder of a job: %j', (more) => {
    expect(problemsOf({ ...minimal, ...more }).join()).toContain('the folder of a job');
  });

  it('a prefix that is taken has no empty, hidden or relative segment', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '.', '/', '-', '_', '=', ' ') }),
        (prefix) => {
          const taken = problemsOf({ ...minimal, destination: { prefix } }).length === 0;
          const segments = prefix.split('/');
          const plain = segments.every((segment) => /^[a_][a._=-]*$/.test(segment));
          expect(taken).toBe(prefix === '' || plain);
        },
      ),
    );
  });
});
