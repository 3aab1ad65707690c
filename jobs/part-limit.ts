// BigQuery loads compressed files of up to 4 GB: https://cloud.google.com/bigquery/quotas#load_jobs
const largestBytes = 3_800_000_000;
const partsPerSize = 250;

/**
 * Compressed bytes after which the part of that number, from 1, is full. All parts of a split lie in one record of at
 * most 1 MiB, which has room for some 4,000: where a stream is long beyond expectation its parts grow, so that its
 * commit does not fail in the end.
 */
export function partLimit(wantedBytes: number, number: number): number {
  const grown = wantedBytes * 2 ** Math.floor((number - 1) / partsPerSize);
  return Math.min(grown, Math.max(wantedBytes, largestBytes));
}
