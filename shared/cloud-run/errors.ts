import { OraFerryError } from '../errors.ts';

// https://grpc.github.io/grpc/core/md_doc_statuscodes.html
export const grpcStatus = {
  invalidArgument: 3,
  notFound: 5,
  permissionDenied: 7,
  failedPrecondition: 9,
  unauthenticated: 16,
} as const;

/** Answers that say for sure that nothing was done; any other leaves open whether it was. */
const refusals: ReadonlyMap<unknown, string> = new Map([
  [grpcStatus.invalidArgument, 'Cloud Run found the request invalid.'],
  [grpcStatus.notFound, 'Cloud Run knows no such job in this project and region.'],
  [
    grpcStatus.permissionDenied,
    'Our service account may not run the Cloud Run job with overrides.',
  ],
  [grpcStatus.failedPrecondition, 'The Cloud Run job is in no state to be run.'],
  [grpcStatus.unauthenticated, 'Cloud Run did not accept our credentials.'],
]);

/** Translates what the client threw to JOB_LAUNCH_ERROR; `retryable` means that the outcome is not known. */
export function launchError(cause: unknown): OraFerryError {
  const refusal = refusals.get(codeOf(cause));
  return new OraFerryError('JOB_LAUNCH_ERROR', refusal ?? 'Cloud Run did not answer.', {
    cause,
    retryable: refusal === undefined,
  });
}

/** The gRPC status of a client's error. */
export function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code;
}
