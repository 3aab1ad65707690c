import type { Job } from './job.ts';
import { latestName } from './layout.ts';

/** A version of a transport whose job has ended with output. */
export type FinishedVersion = Pick<
  Job,
  'id' | 'version' | 'state' | 'output' | 'finishedAt' | 'outputDeletedAt'
>;

const graceMs = 24 * 60 * 60 * 1000;

/**
 * The versions of a transport whose objects may go, oldest first: all but the newest `keep` complete ones and what is
 * newer than these, once a complete version has taken their place for 24 hours, so that whoever reads one can finish.
 * Where a transport once wrote elsewhere, the newest version there stays, because the `latest.json` there names it.
 * `finished` are jobs with output; those whose output has been deleted are not named again.
 */
export function outdatedVersions(
  finished: readonly FinishedVersion[],
  keep: number,
  now: Date,
): FinishedVersion[] {
  const complete = finished
    .filter(({ state }) => state === 'SUCCEEDED')
    .toSorted((a, b) => b.version - a.version);
  const oldestKept = complete.at(keep - 1);
  if (!oldestKept) return [];
  return finished
    .filter((job) => job.version < oldestKept.version && job.outputDeletedAt === undefined)
    .filter((job) => complete.some((other) => replaces(other, job)))
    .filter((job) => now.getTime() - supersededAt(job, complete) >= graceMs)
    .toSorted((a, b) => a.version - b.version);
}

function replaces(other: FinishedVersion, job: FinishedVersion): boolean {
  return other.version > job.version && folderOf(other) === folderOf(job);
}

function folderOf({ output }: FinishedVersion): string {
  return `${output.bucket}/${latestName(output.prefix)}`;
}

type Ended = Pick<FinishedVersion, 'version' | 'finishedAt'>;

/** When a newer complete version first stood beside it: versions need not finish in their order. */
function supersededAt(job: Ended, complete: readonly Ended[]): number {
  const newer = complete.filter(({ version }) => version > job.version);
  return Math.max(endOf(job), Math.min(...newer.map(endOf)));
}

function endOf({ finishedAt = '' }: Ended): number {
  return Date.parse(finishedAt);
}
