import type { Claim } from '../domain/split.ts';
import { isLost } from './leases.ts';

/** What this process remembers of the claims that it has made for a task, since the task's newest queue was opened. */
export interface TaskClaims {
  /** Tells claims that somebody here works on from those that were left behind under the same name. */
  readonly ids: Set<string>;
  /** Splits in hand, by what names an attempt. */
  readonly splits: Map<string, Claim>;
}

export interface ClaimRegistry {
  of(jobId: string, holder: string): TaskClaims;
  /** Forgets what the task has claimed: from now on it counts as left behind. */
  renew(jobId: string, holder: string): TaskClaims;
  /** Writes on behalf of a split that is no longer in hand once that has succeeded, or was refused. */
  lettingGo<T>(claim: Claim, write: () => Promise<T>): Promise<T>;
}

export function createClaimRegistry(): ClaimRegistry {
  const tasks = new Map<string, TaskClaims>();
  const registry: ClaimRegistry = {
    of: (jobId, holder) => tasks.get(`${jobId}/${holder}`) ?? registry.renew(jobId, holder),
    renew(jobId, holder) {
      const claims: TaskClaims = { ids: new Set(), splits: new Map() };
      tasks.set(`${jobId}/${holder}`, claims);
      return claims;
    },
    async lettingGo(claim, write) {
      const letGo = () => registry.of(claim.jobId, claim.holder).splits.delete(attemptOf(claim));
      try {
        const result = await write();
        letGo();
        return result;
      } catch (error) {
        if (isLost(error)) letGo();
        throw error;
      }
    },
  };
  return registry;
}

export function takeInHand({ splits }: TaskClaims, claim: Claim): void {
  splits.set(attemptOf(claim), claim);
}

/** True while another split of the same table is in hand here: the one that was just committed was not the last. */
export function hasInHand({ splits }: TaskClaims, done: Claim): boolean {
  return [...splits.values()].some(
    ({ extractionId, epoch }) => extractionId === done.extractionId && epoch === done.epoch,
  );
}

function attemptOf({ splitId, attempt }: Claim): string {
  return `${splitId}/${attempt}`;
}
