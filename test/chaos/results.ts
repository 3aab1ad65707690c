import { isTerminal, type Job } from '../../shared/domain/job.ts';
import type { Findings } from './judge.ts';
import type { EndedJob } from './run-job.ts';
import type { Storm } from './storm.ts';

export type Results = ReturnType<typeof createResults>;

/** Gathers what became of the jobs and tells it, a line per job. */
export function createResults(say: (line: string) => void, storm: Storm) {
  const began = performance.now();
  const seconds = () => Math.round((performance.now() - began) / 1_000);
  const ends = new Map<string, number>();
  const ended: Job[] = [];
  const totals = { lost: 0, doubled: 0, wrong: 0, strays: 0, unended: 0 };
  const complain = (job: Job, problems: readonly string[]) => {
    for (const problem of problems) say(`  ✗ ${job.output.prefix} ${problem}`);
  };

  return {
    totals: totals as Readonly<typeof totals>,
    /** Jobs by the states in which they ended. */
    ends: ends as ReadonlyMap<string, number>,
    ended: (): readonly Job[] => ended,
    faults: storm.counts,
    kills: storm.kills,
    seconds,

    add({ job, unended }: EndedJob, findings: Findings): void {
      const end = [job.state, job.state === 'CANCELLED' ? '' : job.error?.code].join(' ').trim();
      ends.set(end, (ends.get(end) ?? 0) + 1);
      if (isTerminal(job.state)) ended.push(job);
      totals.lost += findings.lost;
      totals.doubled += findings.doubled;
      totals.wrong += findings.wrong.length;
      totals.strays += findings.strays.length;
      totals.unended += unended.length;
      say(`${seconds()} s, ${storm.kills()} kills: ${job.transportName} v${job.version} ${end}`);
      const { lost, doubled } = findings;
      const rows = lost + doubled > 0 ? [`${lost} rows lost, ${doubled} doubled`] : [];
      const strays = findings.strays.map((name) => `stray ${name}`);
      complain(job, [...rows, ...findings.wrong, ...strays, ...unended]);
    },

    /** Objects that were not there when the job had just ended. */
    addLate(job: Job, strays: readonly string[]): void {
      totals.strays += strays.length;
      complain(
        job,
        strays.map((name) => `late stray ${name}`),
      );
    },

    isClean: (): boolean => Object.values(totals).every((count) => count === 0),

    /** Kinds of faults that were not met. */
    unmet: storm.unmet,
  };
}
