import type { Cloud } from './cloud.ts';
import type { Random } from './random.ts';
import type { TableKind } from './source.ts';
import type { Injected } from './tally.ts';
import type { Tasks } from './tasks.ts';
import type { Watch } from './watch.ts';

/** A job under way, for the faults that befall it. */
export interface Scene {
  readonly cloud: Cloud;
  readonly watch: Watch;
  readonly random: Random;
  readonly slot: string;
  readonly transportName: string;
  readonly jobId: string;
  readonly tables: readonly TableKind[];
  readonly tasks: Tasks;
  /** How many tasks may still be killed at any time, and tables be changed, in this job. */
  readonly budget: { kills: number; changes: number };
  /** Of something that has to be undone later; the job's end waits for it. */
  readonly later: (ms: number, undo: () => unknown) => void;
  /** Notes that a process was killed. */
  readonly killed: () => void;
  /** Nothing more is to be done to the job. */
  readonly isOver: () => boolean;
}

/** A way to do harm. */
export interface FaultKind {
  readonly name: string;
  readonly weight: number;
  /** Undefined when there is nothing, just now, that it could befall. */
  inject(scene: Scene): Injected | undefined | Promise<Injected | undefined>;
}

export const done: Injected = { consumed: 1 };

/** No job takes so long: until its end. */
export const longestMs = 3_600_000;
