import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folderOfRuns = fileURLToPath(new URL('../../../.local/demo/', import.meta.url));
const RUNS_KEPT = 5;

export interface RunFolder {
  readonly path: string;
  remove(): void;
}

/**
 * Makes `.local/demo/<time>-<process id>` in the project, and removes older runs but the last few. Runs that
 * are still under way, as their process ids tell, are left alone.
 */
export function createRunFolder(parent = folderOfRuns, now = new Date()): RunFolder {
  mkdirSync(parent, { recursive: true });
  const time = now.toISOString().slice(0, 19).replaceAll(':', '-');
  const path = join(parent, `${time}-${process.pid}`);
  mkdirSync(path);
  for (const old of readdirSync(parent).toSorted().slice(0, -RUNS_KEPT)) {
    if (!isUnderWay(old)) removeFolder(join(parent, old));
  }
  return { path, remove: () => removeFolder(path) };
}

function isUnderWay(folder: string): boolean {
  try {
    return process.kill(Number(folder.split('-').at(-1)), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

// Two demos may prune the same folder at the same time.
function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 3 });
}
