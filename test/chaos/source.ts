import type { Database, LocalTable, StoredRow, Value } from '../../infra/local/oracle/database.ts';
import type { Random } from './random.ts';

/** The tables that a job may export. Each slot, in which one job runs at a time, has its own. */

export const owner = 'CHAOS';

interface Shape {
  readonly rows: number;
  readonly lobs?: true;
  readonly table?: Partial<LocalTable>;
  /** Nobody writes to it. */
  readonly still?: true;
}

/** Text that came with U+FFFD fails a table whose job refuses replacements. */
const poison = 'before \ufffd after';

const partition = (row: StoredRow) => `P${Number(row[0]) % 3}`;
const partitions = { parts: ['P0', 'P1', 'P2'].map((name) => ({ name })), choose: partition };

const shapes = {
  BIG: { rows: 12_000 },
  PARTED: { rows: 4_000, table: { kind: 'PARTITIONED', partitions } },
  KEYED: { rows: 3_000, table: { kind: 'IOT', primaryKey: ['ID'] } },
  DOCS: { rows: 200, lobs: true },
  SMALL: { rows: 40 },
  EMPTY: { rows: 0, still: true },
  /** Our user may not read its past. */
  LOCKED: { rows: 600 },
  POISON: { rows: 30, still: true },
} as const satisfies Record<string, Shape>;

export type TableKind = keyof typeof shapes;
export const tableKinds = Object.keys(shapes) as TableKind[];

export function tableName(kind: TableKind, slot: string): string {
  return `${kind}_${slot}`;
}

/** Drops and creates a slot's tables: jobs of the past have been compared by then. */
export function refill(database: Database, slot: string, random: Random): void {
  for (const kind of tableKinds) {
    const name = tableName(kind, slot);
    if (database.findTable(owner, name)) database.drop(owner, name);
    const shape: Shape = shapes[kind];
    database.createTable(definitionOf(name, shape));
    const ids = Array.from({ length: shape.rows }, (_, index) => index + 1);
    if (ids.length > 0)
      database.insert(
        owner,
        name,
        ids.map((id) => rowOf(shape, id, 0, random)),
      );
  }
  const name = tableName('POISON', slot);
  database.update(
    owner,
    name,
    ([id]) => id === '17',
    () => ['17', '0', poison],
  );
}

function definitionOf(name: string, { rows, lobs, table }: Shape): LocalTable {
  return {
    owner,
    name,
    columns: [
      { name: 'ID', type: 'NUMBER', precision: 10, scale: 0, nullable: false },
      { name: 'TURN', type: 'NUMBER', precision: 10, scale: 0 },
      { name: 'TEXT', type: 'VARCHAR2', length: 200 },
      ...(lobs
        ? ([
            { name: 'BODY', type: 'CLOB' },
            { name: 'BYTES', type: 'BLOB' },
          ] as const)
        : []),
    ],
    // So large that the table is cut into many splits, for little data.
    statistics: { rows, averageRowLength: 5_000, analyzed: '2026-01-01T00:00:00', blocks: rows },
    layout: { rowsPerBlock: 20, extentBlocks: 8 },
    ...table,
  };
}

function rowOf({ lobs }: Shape, id: number, turn: number, random: Random): Value[] {
  const text = random.chance(0.02) ? null : noise(random, random.int(20, 90));
  const row = [String(id), String(turn), text];
  if (!lobs) return row;
  const body = random.chance(0.1) ? null : noise(random, 40).repeat(random.int(0, 60));
  const bytes = Buffer.from(noise(random, random.int(1, 400))).toString('hex');
  return [...row, body, bytes];
}

function noise(random: Random, length: number): string {
  return Array.from({ length }, () => random.int(0, 35).toString(36)).join('');
}

const writeEveryMs = 40;

/** Inserts, updates and deletes rows of the slot's tables all the time, until it is stopped. */
export function startWriter(database: Database, slot: string, random: Random): () => void {
  const kinds = tableKinds.filter((kind) => !('still' in shapes[kind]));
  let turn = 0;
  const timer = setInterval(() => {
    const kind = random.pick(kinds);
    const shape: Shape = shapes[kind];
    const name = tableName(kind, slot);
    const id = random.int(1, shape.rows);
    const isRow = (row: StoredRow) => row[0] === String(id);
    turn += 1;
    const change = random.int(1, 4);
    if (change === 1) {
      database.insert(owner, name, [rowOf(shape, 1_000_000 + turn, turn, random)]);
    } else if (change === 2) database.delete(owner, name, isRow);
    else database.update(owner, name, isRow, () => rowOf(shape, id, turn, random));
  }, writeEveryMs);
  return () => clearInterval(timer);
}

/** What a user may do with the tables of the slots. */
export function rightsOn(slots: readonly string[]) {
  const names = slots.flatMap((slot) => tableKinds.map((kind) => [kind, slot] as const));
  return Object.fromEntries(
    names.map(([kind, slot]) => [
      `${owner}.${tableName(kind, slot)}`,
      kind === 'LOCKED' ? (['SELECT'] as const) : (['SELECT', 'FLASHBACK'] as const),
    ]),
  );
}
