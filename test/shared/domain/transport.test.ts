import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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

describe('a transport', () => {
  it('needs a name and tables only; the rest has defaults', () => {
    expect(transportInput.parse(minimal)).toEqual({
      name: 'nightly',
      tables: [{ owner: 'SH', table: 'TIMES' }],
      destination: { prefix: '' },
      options: { tasks: 1, gzip_level: 1, verify: 'count', snapshot: 'job' },
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
