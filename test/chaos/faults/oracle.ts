import { done, type FaultKind, type Scene } from '../scene.ts';
import { owner, tableName } from '../source.ts';
import type { Injected } from '../tally.ts';
import { heard } from './heard.ts';

type Faults = Scene['cloud']['oracle']['faults'];

export const oracleFaults: readonly FaultKind[] = [
  armed('Oracle connection cut after a row', 2, (faults, table, rows) =>
    faults.cutAfterRows(rows, table),
  ),
  armed('Oracle connection cut within a packet', 2, (faults, table, rows) =>
    faults.cutAtByte(rows * 50, table),
  ),
  armed('Oracle silent in the middle of the rows', 1, (faults, table, rows) =>
    faults.stallAfterRows(rows, table),
  ),
  {
    name: 'ORA-01555 in the middle of the rows',
    weight: 1,
    inject: (scene) =>
      changing(scene, (table) => {
        const { oracle } = scene.cloud;
        const row = scene.random.int(1, 150);
        return oracle.faults.errorAtRow(row, 1555, 'snapshot too old', table);
      }),
  },
  { name: 'Oracle listener down', weight: 0.3, inject: takeListenerDown },
  {
    name: 'undo of all tables lost',
    weight: 0.3,
    inject: (scene) =>
      changing(scene, () => {
        const { database } = scene.cloud;
        database.expireUndo(database.currentScn());
        return done;
      }),
  },
  {
    name: 'table altered',
    weight: 0.6,
    inject: (scene) =>
      changing(scene, (_, name) => {
        scene.cloud.database.ddl(owner, name);
        return done;
      }),
  },
  {
    name: 'table moved',
    weight: 0.6,
    inject: (scene) =>
      changing(scene, (_, name) => {
        const unnoticed = scene.random.chance(0.5) ? (['unnoticed'] as const) : ([] as const);
        scene.cloud.database.move(owner, name, ...unnoticed);
        return done;
      }),
  },
];

/** Aimed at a table of the job; it may strike its count as well as any of its splits. */
function armed(
  name: string,
  weight: number,
  arm: (faults: Faults, table: string, rows: number) => Injected,
): FaultKind {
  return {
    name,
    weight,
    inject: ({ cloud, random, tables, slot }) => {
      const table = `${owner}.${tableName(random.pick(tables), slot)}`;
      return arm(cloud.oracle.faults, table, random.int(0, 150));
    },
  };
}

/** A table bears few new plans, so that a job is spared after some. */
function changing(
  scene: Scene,
  change: (table: string, name: string) => Injected,
): Injected | undefined {
  if (scene.budget.changes <= 0) return undefined;
  scene.budget.changes -= 1;
  const name = tableName(scene.random.pick(scene.tables), scene.slot);
  return change(`${owner}.${name}`, name);
}

async function takeListenerDown(scene: Scene): Promise<Injected> {
  const { oracle } = scene.cloud;
  await oracle.faults.refuse(true);
  scene.later(scene.random.int(1_000, 4_000), () => oracle.faults.refuse(false));
  return heard(scene, /NJS-503|NJS-511|ORACLE_CIRCUIT_OPEN|ORACLE_CONNECTION_ERROR/);
}
