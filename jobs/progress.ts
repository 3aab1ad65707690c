import type { SplitProgress } from '../shared/domain/progress.ts';
import type { Claim, Part } from '../shared/domain/split.ts';
import type { Logger } from '../shared/logging.ts';
import type { ProgressBus } from '../shared/ports/messages.ts';
import type { SplitProgress as AttemptTotals } from './export-split.ts';
import { createMeter } from './meter.ts';

const publishMs = 1_000;

/** Follows one attempt at a split. */
export interface AttemptTracker {
  advance(totals: AttemptTotals): void;
  /** The attempt was committed with these parts. */
  commit(parts: readonly Part[]): void;
  /** The attempt is over without a result. */
  drop(): void;
}

/** How far a task is with the splits that it has in hand. */
export interface TaskProgressReport {
  track(claim: Claim): AttemptTracker;
  /** The splits in hand, for the task's record. */
  hints(): readonly SplitProgress[];
  stop(): void;
}

interface Sender {
  readonly bus: ProgressBus;
  readonly log: Logger;
  readonly jobId: string;
  readonly holder: string;
}

/**
 * Collects the progress of a task and publishes it at most once a second while something moves. Publishing is a
 * courtesy to watchers: when it fails, the export goes on and the record in Firestore tells the same.
 */
export function reportProgress(sender: Sender): TaskProgressReport {
  const inHand = new Map<string, SplitProgress>();
  const committed: SplitProgress[] = [];
  let sequence = 0;
  let changed = false;
  let publishing = false;

  const publish = async () => {
    if (!changed || publishing) return;
    changed = false;
    publishing = true;
    const splits = [...inHand.values(), ...committed.splice(0)];
    const { jobId, holder } = sender;
    try {
      await sender.bus.publish({ jobId, holder, sequence: ++sequence, splits });
    } catch (err) {
      sender.log.warn({ err }, 'Progress could not be published; the export goes on.');
    } finally {
      publishing = false;
    }
  };
  const timer = setInterval(() => void publish(), publishMs);

  return {
    track(claim) {
      const { splitId, extractionId, attempt } = claim;
      const meter = createMeter(performance.now());
      const zero = { rows: 0, rowsPerSecond: 0, bytesRead: 0, bytesUploaded: 0, done: false };
      const show = (now: Partial<SplitProgress>) => {
        inHand.set(splitId, { splitId, extractionId, attempt, ...zero, ...now });
        changed = true;
      };
      show({});
      return {
        advance({ rows, bytesUncompressed, bytes }) {
          const rowsPerSecond = meter.observe(rows, performance.now());
          show({ rows, rowsPerSecond, bytesRead: bytesUncompressed, bytesUploaded: bytes });
        },
        commit(parts) {
          inHand.delete(splitId);
          committed.push({
            splitId,
            extractionId,
            attempt,
            ...zero,
            ...totalsOf(parts),
            done: true,
          });
          changed = true;
        },
        drop() {
          inHand.delete(splitId);
          changed = true;
        },
      };
    },
    hints: () => [...inHand.values()],
    stop: () => clearInterval(timer),
  };
}

function totalsOf(parts: readonly Part[]) {
  const sum = (key: 'rows' | 'bytes' | 'bytesUncompressed') =>
    parts.reduce((total, part) => total + part[key], 0);
  return { rows: sum('rows'), bytesRead: sum('bytesUncompressed'), bytesUploaded: sum('bytes') };
}
