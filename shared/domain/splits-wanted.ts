import type { TransportOptions } from './transport.ts';

/** What is known of a table's size before it is read. */
interface Size {
  readonly estimatedBytes?: number | undefined;
  readonly estimatedRows?: number | undefined;
  readonly countedRows?: number | undefined;
}

export interface Sessions {
  /** Of one task. */
  readonly workers: number;
  readonly min_split_bytes: number;
}

/** Where the dictionary knows only rows. */
const likelyRowBytes = 200;
/** How much smaller gzip at its lowest level makes JSON Lines than the blocks of the table, cautiously. */
const likelyCompression = 2;
const mostSplits = 10_000;

/**
 * So many splits that parts come out at about the wanted size, and that every session has its share of a large
 * table; a small one is not worth dividing.
 */
export function splitsWanted(
  { workers, min_split_bytes: least }: Sessions,
  { tasks, target_part_bytes: part }: Pick<TransportOptions, 'tasks' | 'target_part_bytes'>,
  size: Size,
): number {
  const rows = size.countedRows ?? size.estimatedRows ?? 0;
  const bytes = size.estimatedBytes ?? rows * likelyRowBytes;
  const forParts = Math.ceil(bytes / (part * likelyCompression));
  const forSessions = Math.min(tasks * workers, Math.floor(bytes / least));
  return Math.min(Math.max(forParts, forSessions, 1), mostSplits);
}
