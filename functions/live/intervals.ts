/** How often and how long the live status does what it does, in milliseconds. */
export interface Intervals {
  /** Between looks at the record of a watched job. */
  readonly lookMs: number;
  /** The least between two reads of a job with all its tables and splits, which are many documents. */
  readonly freshMs: number;
  /** Between such reads when nothing asks for one sooner. */
  readonly detailMs: number;
  /** Live progress within this time is told together. */
  readonly tellMs: number;
  /** A task that is not heard for so long no longer counts into the rate. */
  readonly silentMs: number;
  /** After the last watcher: the subscription and the numbers that were shown are kept so long. */
  readonly lingerMs: number;
  /** The first look waits so long for the subscription. */
  readonly attachMs: number;
  /** Until a subscription that could not be opened is tried again. */
  readonly reopenMs: number;
  /** The longest that a client waits for this process to know as much as the one that it watched before. */
  readonly catchUpMs: number;
  readonly pingMs: number;
  /** A client that takes nothing for so long is cut off. */
  readonly stalledMs: number;
  /** A stream ends after this time, and its client comes back: Cloud Run would cut it at 60 minutes. */
  readonly streamMs: number;
  /** What clients are told to wait before they reconnect. */
  readonly retryMs: number;
}

export const defaultIntervals: Intervals = {
  lookMs: 2_000,
  freshMs: 1_000,
  detailMs: 15_000,
  tellMs: 250,
  silentMs: 10_000,
  lingerMs: 60_000,
  attachMs: 1_000,
  reopenMs: 15_000,
  catchUpMs: 15_000,
  pingMs: 15_000,
  stalledMs: 120_000,
  streamMs: 55 * 60_000,
  retryMs: 3_000,
};
