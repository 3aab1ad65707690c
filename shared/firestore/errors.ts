import { setTimeout as sleep } from 'node:timers/promises';
import { OraFerryError } from '../errors.ts';

// https://grpc.github.io/grpc/core/md_doc_statuscodes.html
const invalidArgument = 3;
const notFound = 5;
const permissionDenied = 7;
const failedPrecondition = 9;
const aborted = 10;
const unauthenticated = 16;

const forbidden =
  'Firestore refused the request: check that the database exists and our service account may use it.';

/** Answers that stay the same until somebody changes something. */
const refusals: ReadonlyMap<unknown, string> = new Map([
  [
    invalidArgument,
    'Firestore found the request invalid; a document may exceed its limit of 1 MiB.',
  ],
  [notFound, forbidden],
  [permissionDenied, forbidden],
  [
    failedPrecondition,
    'Firestore refused the request; an index that the query needs may be missing.',
  ],
  [unauthenticated, forbidden],
]);

const contention = { attempts: 6, delayMs: 100 };

/**
 * Runs a call to Firestore; what is not our own error comes out as STORE_ERROR. What was not carried out because
 * others wrote to the same documents is tried again, which the client does for transactions alone, and not often.
 */
export async function store<T>(operation: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await operation();
    } catch (error) {
      if (codeOf(error) !== aborted || attempt >= contention.attempts) throw translate(error);
      await sleep(Math.random() * contention.delayMs * 2 ** attempt);
    }
  }
}

/** True when the document was not as the write's precondition said, or not there. */
export function isPreconditionFailure(error: unknown): boolean {
  const code = codeOf(error);
  return code === failedPrecondition || code === notFound;
}

function translate(error: unknown): OraFerryError {
  if (error instanceof OraFerryError) return error;
  const code = codeOf(error);
  const refusal = refusals.get(code);
  const unknown = `Firestore did not answer as expected (gRPC status ${code ?? 'unknown'}).`;
  return new OraFerryError('STORE_ERROR', refusal ?? unknown, {
    cause: error,
    retryable: refusal === undefined,
  });
}

function codeOf(error: unknown): number | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'number' ? code : undefined;
}
