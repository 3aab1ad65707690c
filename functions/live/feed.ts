import { formatEvent, type ServerSentEvent } from '../http/sse.ts';

/** Events as they go out, the same to every client. */
export interface Batch {
  /** Of the latest event in it; grows with each event of the feed. */
  readonly version: number;
  /** Bytes, because Node would encode a text, and copy it, for each client anew. */
  readonly frames: Buffer;
  /** Nothing follows. */
  readonly isLast: boolean;
}

/**
 * The latest event of each kind, in the order in which they came up. A client that remembers the version that it
 * was told last finds here what it has missed, so a slow client costs one number and not a queue.
 */
export interface Feed {
  put(key: string, event: ServerSentEvent, kind?: 'standing' | 'last'): void;
  drop(key: string): void;
  /** What came first after a version, of all events or of those that stand for newcomers too. */
  after(version: number, whose?: Whose): Batch | undefined;
  /** What a client gets that knows nothing; what comes after its version completes it. */
  opening(frames: Buffer): Batch;
  readonly version: number;
}

type Whose = 'all' | 'standing';

interface Entry {
  readonly version: number;
  readonly frame: string;
  readonly isLast: boolean;
  /** For newcomers too, whose snapshot does not say it. */
  readonly isStanding: boolean;
}

/** Events go out together up to this length: each write is a system call, and a slow client keeps one. */
const batchLength = 16 * 1024;

export function createFeed(): Feed {
  const entries = new Map<string, Entry>();
  // Clients that keep up all ask the same.
  const batches = new Map<string, Batch | undefined>();
  let version = 0;

  function* since(known: number, whose: Whose): Iterable<Entry> {
    for (const entry of entries.values()) {
      if (entry.version > known && (whose === 'all' || entry.isStanding)) yield entry;
    }
  }

  return {
    put(key, event, kind) {
      version += 1;
      batches.clear();
      // Deleted first, so that the order of the map stays the order of the versions.
      entries.delete(key);
      const isStanding = kind !== undefined;
      const isLast = kind === 'last';
      entries.set(key, { version, frame: formatEvent(event), isLast, isStanding });
    },
    drop(key) {
      batches.clear();
      entries.delete(key);
    },
    after(known, whose = 'all') {
      const key = `${whose} ${known}`;
      if (!batches.has(key)) batches.set(key, collect(since(known, whose)));
      return batches.get(key);
    },
    opening(frames) {
      const [oldest] = since(0, 'standing');
      return { version: oldest ? oldest.version - 1 : version, frames, isLast: false };
    },
    get version() {
      return version;
    },
  };
}

function collect(entries: Iterable<Entry>): Batch | undefined {
  let text = '';
  let latest: Entry | undefined;
  for (const entry of entries) {
    text += entry.frame;
    latest = entry;
    if (text.length >= batchLength) break;
  }
  if (!latest) return undefined;
  const { version, isLast } = latest;
  return { version, isLast, frames: Buffer.from(text) };
}
