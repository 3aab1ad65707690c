import type { TaskProgress } from '../../shared/domain/progress.ts';
import type { Logger } from '../../shared/logging.ts';
import type { ProgressBus, ProgressSubscription } from '../../shared/ports/messages.ts';
import type { Intervals } from './intervals.ts';

/** This process's one subscription to live progress, open while somebody needs it and a while longer. */
export interface Ear {
  /** Opens the subscription; call what it returns when it is no longer needed. */
  hold(): () => void;
  /** Resolves when the subscription is open, or when waiting for it is not worth while. Never rejects. */
  ready(): Promise<void>;
  /** Closes for good. Never rejects. */
  close(): Promise<void>;
}

type Times = Pick<Intervals, 'attachMs' | 'lingerMs' | 'reopenMs'>;

/**
 * A subscription exists only while there are watchers, because an idle instance gets no CPU to hear anything:
 * https://cloud.google.com/run/docs/configuring/billing-settings. Live progress is a courtesy, so whatever goes
 * wrong with it is logged and nothing more.
 */
export function createEar(
  bus: ProgressBus,
  listener: (progress: TaskProgress) => void,
  log: Logger,
  { attachMs, lingerMs, reopenMs }: Times,
): Ear {
  let holds = 0;
  let opening: Promise<ProgressSubscription | undefined> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  function open(): void {
    opening ??= bus.subscribe(listener).catch((err) => {
      log.warn({ err }, 'Live progress cannot be heard; the record is read instead');
      opening = undefined;
      if (holds > 0 && !isClosed) timer = setTimeout(open, reopenMs);
      return undefined;
    });
  }

  async function shut(): Promise<void> {
    const closing = opening;
    opening = undefined;
    const subscription = await closing;
    await subscription?.close().catch((err) => log.debug({ err }, 'A subscription stays open'));
  }

  return {
    hold() {
      holds += 1;
      clearTimeout(timer);
      if (!isClosed) open();
      return () => {
        holds -= 1;
        if (holds > 0) return;
        clearTimeout(timer);
        if (!isClosed) timer = setTimeout(() => void shut(), lingerMs);
      };
    },
    async ready() {
      const patience = Promise.withResolvers<void>();
      const patienceTimer = setTimeout(patience.resolve, attachMs);
      await Promise.race([opening, patience.promise]);
      clearTimeout(patienceTimer);
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await shut();
    },
  };
}
