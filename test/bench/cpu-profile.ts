import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface ProfileSummary {
  /** Percent of the time in which the process did anything. */
  readonly busy: number;
  /** Percent of that for each package or folder of ours, the largest first. */
  readonly shares: readonly (readonly [string, number])[];
}

/** Sums up all profiles of a folder. */
export function summarizeProfiles(dir: string): ProfileSummary {
  const files = readdirSync(dir).filter((name) => name.endsWith('.cpuprofile'));
  const spent = new Map<string, number>();
  for (const file of files) {
    addTimes(JSON.parse(readFileSync(join(dir, file), 'utf8')) as CpuProfile, spent);
  }
  const idle = spent.get('(idle)') ?? 0;
  spent.delete('(idle)');
  const total = [...spent.values()].reduce((sum, time) => sum + time, 0);
  const shares = [...spent]
    .map(([name, time]) => [name, (100 * time) / total] as const)
    .toSorted(([, a], [, b]) => b - a);
  return { busy: (100 * total) / (total + idle), shares };
}

function addTimes({ nodes, samples, timeDeltas }: CpuProfile, spent: Map<string, number>): void {
  const owners = new Map(nodes.map(({ id, callFrame }) => [id, ownerOf(callFrame)]));
  for (const [i, sample] of samples.entries()) {
    const owner = owners.get(sample) ?? '(unknown)';
    spent.set(owner, (spent.get(owner) ?? 0) + (timeDeltas[i] ?? 0));
  }
}

function ownerOf({ functionName, url }: CpuProfile['nodes'][number]['callFrame']): string {
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (name) return name;
  if (url.startsWith('node:')) return url.split('/').slice(0, 2).join('/');
  const [, folder] = /\/(functions|shared)\/[^?]*$/.exec(url) ?? [];
  return folder ? `ours: ${folder}` : functionName || '(native)';
}
