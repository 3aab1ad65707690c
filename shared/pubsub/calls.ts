import { OraFerryError } from '../errors.ts';

/** No call is repeated: the next message comes in a second and says more. */
export const callOptions = { timeout: 4_000, retry: null };

/** The deadline of a call does not count what comes before it, such as the search for credentials. */
const limitMs = 5_000;

// https://grpc.github.io/grpc/core/md_doc_statuscodes.html
const refusals: ReadonlyMap<unknown, string> = new Map([
  [3, 'Pub/Sub found the request invalid.'],
  [5, 'Pub/Sub has no such topic: create it, or name another in the configuration.'],
  [7, 'Our service account lacks a right on the Pub/Sub topic or its subscriptions.'],
  [16, 'Pub/Sub did not accept our credentials.'],
]);

/** Runs one call to Pub/Sub for five seconds at most; whatever goes wrong comes out as PROGRESS_ERROR. */
export async function call<T>(operation: () => Promise<T>): Promise<T> {
  const { promise: limit, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`No answer within ${limitMs} ms`)), limitMs);
  try {
    return await Promise.race([operation(), limit]);
  } catch (error) {
    throw translate(error);
  } finally {
    clearTimeout(timer);
  }
}

function translate(cause: unknown): OraFerryError {
  const code = (cause as { code?: unknown } | undefined)?.code;
  const refusal = refusals.get(code);
  const status = code === undefined ? '' : ` (gRPC status ${code})`;
  return new OraFerryError('PROGRESS_ERROR', refusal ?? `Pub/Sub did not answer${status}.`, {
    cause,
    retryable: refusal === undefined,
  });
}
