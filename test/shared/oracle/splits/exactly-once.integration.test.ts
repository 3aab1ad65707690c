import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LocalTable, Value } from '../../../../infra/local/oracle/database.ts';
import type { SplitMethod } from '../../../../shared/domain/split-range.ts';
import { collect } from '../fixture.ts';
import { createTable, divide, live, readAll, sorted, useSplits } from './fixture.ts';

const oracle = useSplits();
const { database } = oracle;
/** Printed with a failure, by fast-check, together with the path to the smallest table. */
const seed = Date.now() % 1_000_000;

interface Life {
  readonly layout: { rowsPerBlock: number; extentBlocks: number; files: number[]; gaps: number[] };
  readonly keys: readonly (number | null)[];
  readonly parts: number;
  /** Of rows, by their number. */
  readonly deleted: readonly number[];
  readonly changed: readonly number[];
  readonly later: number;
  readonly hugeRow: boolean;
  readonly splits: number;
}

const life: fc.Arbitrary<Life> = fc.record({
  layout: fc.record({
    rowsPerBlock: fc.integer({ min: 1, max: 20 }),
    extentBlocks: fc.integer({ min: 1, max: 8 }),
    files: fc.constantFrom([4], [4, 5], [7, 4, 1_023], [1_024]),
    gaps: fc.array(fc.nat(40), { minLength: 1, maxLength: 5 }),
  }),
  keys: fc.array(fc.option(fc.integer({ min: -500, max: 500 }), { freq: 10 }), { maxLength: 300 }),
  parts: fc.integer({ min: 1, max: 5 }),
  deleted: fc.array(fc.nat(299), { maxLength: 50 }),
  changed: fc.array(fc.nat(299), { maxLength: 50 }),
  later: fc.nat(50),
  hugeRow: fc.boolean(),
  splits: fc.integer({ min: 2, max: 12 }),
});

const kinds = {
  TABLE: {},
  PARTITIONED: { partitions: 'partitions' },
  SUBPARTITIONED: { partitions: 'subpartitions' },
  IOT: { kind: 'IOT' },
} as const;

/** Ways by user and kind of table; where a table has too little to divide, another way may be taken. */
const ways: readonly (readonly [SplitMethod, string, keyof typeof kinds])[] = [
  ['extents', 'extents', 'TABLE'],
  ['extents', 'extents', 'PARTITIONED'],
  ['chunks', 'chunks', 'TABLE'],
  ['chunks', 'chunks', 'SUBPARTITIONED'],
  ['sampled rowids', 'samples', 'TABLE'],
  ['sampled rowids', 'samples', 'PARTITIONED'],
  ['partitions', 'samples', 'IOT'],
  ['key ranges', 'samples', 'IOT'],
];

/** NUMBER, then DATE or TIMESTAMP of as many days after an epoch. */
const keyTypes = ['NUMBER', 'DATE', 'TIMESTAMP'] as const;

describe.each(ways)('divided by %s', (method, user, kind) => {
  it.each(keyTypes)(
    'a table with a %s for its key gives every row of its past once',
    { timeout: 60_000 },
    async (keyType) => {
      const taken = new Map<string, number>();
      await fc.assert(
        fc.asyncProperty(life, async (some) => {
          const table = liveThrough(some, definitionOf(some, method, kind, keyType), keyType);
          const source = oracle.open(user);
          const { layout, scn, columns } = await divide(source, table, some.splits);
          disturb(table.table, some, keyType);
          const query = { table, columns, scn };
          const whole = await collect(source.rows({ ...table, columns, scn }, live));
          const split = await readAll(source, query, layout);
          expect(sorted(split.flat())).toEqual(sorted(whole));
          taken.set(layout.method, (taken.get(layout.method) ?? 0) + 1);
        }),
        { numRuns: 12, seed },
      );
      expect(taken.get(method) ?? 0).toBeGreaterThan(0);
      expect(oracle.server.statements).toEqual([]);
    },
  );
});

function definitionOf(
  { layout, parts }: Life,
  method: SplitMethod,
  kind: keyof typeof kinds,
  keyType: (typeof keyTypes)[number],
): Partial<LocalTable> {
  const { gaps, ...rest } = layout;
  let extent = 0;
  const shape = kinds[kind];
  const hasParts = kind !== 'TABLE' && method !== 'key ranges';
  const names = Array.from({ length: parts + 1 }, (_, index) => ({
    name: `P${index}`,
    ...('partitions' in shape && shape.partitions === 'subpartitions' && { of: `G${index % 2}` }),
  }));
  return {
    columns: [
      { name: 'K', type: keyType },
      { name: 'N', type: 'NUMBER' },
      { name: 'TEXT', type: 'VARCHAR2', length: 4_000 },
    ],
    kind: kind === 'IOT' ? 'IOT' : kind === 'TABLE' ? 'TABLE' : 'PARTITIONED',
    layout: { ...rest, gap: () => gaps[extent++ % gaps.length] ?? 0 },
    uniqueKeys: [['TEXT'], ['K']],
    ...(hasParts && {
      partitions: { parts: names, choose: ([, n]) => `P${Number(n) % names.length}` },
    }),
  };
}

function keyOf(key: number | null, keyType: (typeof keyTypes)[number]): Value {
  if (key === null || keyType === 'NUMBER') return key;
  const day = new Date(Date.UTC(2024, 0, 1 + key, 12, 30, 15)).toISOString().slice(0, 19);
  return keyType === 'DATE' ? day : `${day}.25`;
}

/** A table between others, some of whose rows were deleted, or changed so that they went to another partition. */
function liveThrough(
  { keys, deleted, changed, hugeRow }: Life,
  definition: Partial<LocalTable>,
  keyType: (typeof keyTypes)[number],
) {
  const neighbour = createTable(database, [['1', 'foreign']], {
    layout: { extentBlocks: 1, rowsPerBlock: 1, files: [4, 1_024] },
  });
  const table = createTable(database, [], definition);
  for (const [number, key] of keys.entries()) {
    const text = hugeRow && number === 7 ? 'x'.repeat(4_000) : `row ${number}`;
    database.insert('HR', table.table, [[keyOf(key, keyType), number, text]]);
    if (number % 10 === 0) database.insert('HR', neighbour.table, [['1', 'foreign']]);
  }
  const isOf = (numbers: readonly number[]) => (row: readonly Value[]) =>
    numbers.includes(Number(row[1]));
  database.delete('HR', table.table, isOf(deleted));
  database.update('HR', table.table, isOf(changed), ([k = null, n = null, text = null]) => [
    k,
    Number(n) + 1_001,
    text,
  ]);
  return table;
}

/** What happens after the SCN must not show. */
function disturb(name: string, { later, changed }: Life, keyType: (typeof keyTypes)[number]): void {
  const rows = Array.from({ length: later }, (_, index) => [
    keyOf(index * 100 - 2_000, keyType),
    index,
    'later',
  ]);
  if (rows.length > 0) database.insert('HR', name, rows);
  database.delete('HR', name, ([, n]) => Number(n) % 3 === 0);
  database.update(
    'HR',
    name,
    ([, n]) => changed.includes(Number(n)),
    ([, n = null]) => [null, Number(n) + 7, 'changed later'],
  );
}
