/** What a request does. `chunk` carries bytes of a resumable upload, `query` asks for its state. */
export type RequestKind =
  | 'bucket'
  | 'list'
  | 'get'
  | 'media'
  | 'delete'
  | 'insert'
  | 'session'
  | 'chunk'
  | 'query'
  | 'cancel';

export type FaultAction =
  /** Answered with this status, without any effect. */
  | { readonly status: number }
  /** The connection is reset when so many bytes of the body have come; those in whole 256 KiB are kept. */
  | { readonly resetAfter: number }
  /** Of a chunk only so many bytes are kept, and acknowledged. */
  | { readonly keepOnly: number }
  /** Never answered, and the body is never read. */
  | 'stall'
  /** Done as asked, but the connection is reset before the answer. */
  | 'lose-answer'
  /** A bit of the chunk is flipped before it is stored. */
  | 'corrupt';

export interface Fault {
  readonly on: RequestKind;
  readonly action: FaultAction;
  /** Narrows the requests by their target, query included. */
  readonly matches?: (url: string) => boolean;
  /** Matching requests that are served well before the first fault. */
  readonly after?: number;
  /** Matching requests that fail from then on; one by default. */
  readonly times?: number;
}

export interface InjectedFault {
  /** How many requests have met the fault. */
  readonly consumed: number;
}

export type Faults = ReturnType<typeof createFaults>;

/** Faults wait in the order of injection; a request meets at most one of them. */
export function createFaults() {
  const waiting: { fault: Fault; toSkip: number; left: number; consumed: number }[] = [];

  return {
    inject(fault: Fault): InjectedFault {
      const entry = { fault, toSkip: fault.after ?? 0, left: fault.times ?? 1, consumed: 0 };
      waiting.push(entry);
      return entry;
    },

    /** The action for this request, which is consumed by asking. */
    meet(kind: RequestKind, url: string): FaultAction | undefined {
      for (const entry of waiting) {
        const { on, matches, action } = entry.fault;
        if (on !== kind || entry.left === 0 || matches?.(url) === false) continue;
        if (entry.toSkip > 0) {
          entry.toSkip -= 1;
          continue;
        }
        entry.left -= 1;
        entry.consumed += 1;
        return action;
      }
      return undefined;
    },
  };
}
