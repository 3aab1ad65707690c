import { formatEvent, type ServerSentEvent } from '../http/sse.ts';

/** An event as it goes out, the same to every client. */
export interface FeedEntry {
  /** Grows with each entry. */
  readonly version: number;
  readonly frame: string;
  /** Nothing follows. */
  readonly isLast: boolean;
  /** For newcomers too, whose snapshot does not say it. */
  readonly isStanding: boolean;
}

/**
 * The latest event of each kind, in the order in which they came up. A client that remembers the version that it
 * was told last finds here what it has missed, so a slow client costs one number and not a queue.
 */
export interface Feed {
  put(key: string, event: ServerSentEvent, kind?: 'standing' | 'last'): void;
  drop(key: string): void;
  /** Of all entries, or of those for newcomers, what came after a version. */
  since(version: number, whose?: 'all' | 'standing'): Iterable<FeedEntry>;
  /** The entry for a client that knows nothing; what `since` gives after its version completes it. */
  opening(frame: string): FeedEntry;
  readonly version: number;
}

export function createFeed(): Feed {
  const entries = new Map<string, FeedEntry>();
  let version = 0;

  function* since(known: number, whose: 'all' | 'standing' = 'all'): Iterable<FeedEntry> {
    for (const entry of entries.values()) {
      if (entry.version > known && (whose === 'all' || entry.isStanding)) yield entry;
    }
  }

  return {
    put(key, event, kind) {
      version += 1;
      const isLast = kind === 'last';
      const isStanding = kind !== undefined;
      // Deleted first, so that the order of the map stays the order of the versions.
      entries.delete(key);
      entries.set(key, { version, frame: formatEvent(event), isLast, isStanding });
    },
    drop: (key) => void entries.delete(key),
    since,
    opening(frame) {
      const [oldest] = since(0, 'standing');
      const before = oldest ? oldest.version - 1 : version;
      return { version: before, frame, isLast: false, isStanding: false };
    },
    get version() {
      return version;
    },
  };
}
