import type { status } from '@grpc/grpc-js';
import { failure } from '../grpc.ts';

/** A method of google.firestore.v1.Firestore that can be made to fail. */
export type Method = 'BatchGetDocuments' | 'RunQuery' | 'BeginTransaction' | 'Commit';

export interface Fault {
  readonly on: Method;
  /** The status that a request is refused with; with `lose-answer` it is done as asked, and answered UNAVAILABLE. */
  readonly action: keyof typeof status | 'lose-answer';
  /** Narrows the requests; is asked about each, before it is served, until the fault is used up. */
  readonly matches?: (request: unknown) => boolean;
  /** Requests that meet the fault; one by default. */
  readonly times?: number;
}

export interface InjectedFault {
  /** How many requests have met the fault. */
  readonly consumed: number;
}

export type Faults = ReturnType<typeof createFaults>;

/** Faults wait in the order of injection; a request meets at most one of them. */
export function createFaults() {
  const waiting: { fault: Fault; left: number; consumed: number }[] = [];
  const meet = (method: Method, request: unknown): Fault['action'] | undefined => {
    const met = waiting.find(
      ({ fault }) => fault.on === method && (fault.matches?.(request) ?? true),
    );
    if (!met) return undefined;
    met.left -= 1;
    met.consumed += 1;
    if (met.left === 0) waiting.splice(waiting.indexOf(met), 1);
    return met.fault.action;
  };

  return {
    inject(fault: Fault): InjectedFault {
      const entry = { fault, left: fault.times ?? 1, consumed: 0 };
      waiting.push(entry);
      return entry;
    },

    /** The method, failing where it has met a fault. */
    under<Request, Response>(
      method: Method,
      serve: (request: Request) => Response | Promise<Response>,
    ) {
      return async (request: Request): Promise<Response> => {
        const action = meet(method, request);
        if (action === undefined) return serve(request);
        if (action !== 'lose-answer') throw failure(action, `Injected fault ${action}.`);
        await serve(request);
        throw failure('UNAVAILABLE', 'Injected fault: the answer got lost.');
      };
    },
  };
}
