/** Half of what a rate shows is of the last two seconds. */
const halfLifeMs = 2_000;

/** Measures a smoothed rate from totals. */
export interface Meter {
  /** Takes the total reached at a time, in milliseconds of a monotonic clock, and returns the rate per second. */
  observe(total: number, atMs: number): number;
}

/** A rate that forgets: an exponentially weighted mean whose weight is time, not the number of observations. */
export function createMeter(startMs: number): Meter {
  let last = { total: 0, atMs: startMs };
  let rate: number | undefined;
  return {
    observe(total, atMs) {
      const elapsedMs = atMs - last.atMs;
      if (elapsedMs <= 0) return rate ?? 0;
      const current = ((total - last.total) / elapsedMs) * 1000;
      const weight = rate === undefined ? 1 : 1 - 0.5 ** (elapsedMs / halfLifeMs);
      rate = (rate ?? 0) * (1 - weight) + current * weight;
      last = { total, atMs };
      return rate;
    },
  };
}
