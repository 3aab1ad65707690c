import { OraFerryError } from '../errors.ts';

// https://grpc.github.io/grpc/core/md_doc_statuscodes.html
const permissionDenied = 7;
const notFound = 5;
const failedPrecondition = 9;
const unauthenticated = 16;

/** Runs a call to Firestore; what is not our own error comes out as STORE_ERROR. */
export async function store<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw translate(error);
  }
}

/** True when the document was not as the write's precondition said. */
export function isPreconditionFailure(error: unknown): boolean {
  return codeOf(error) === failedPrecondition;
}

function translate(error: unknown): OraFerryError {
  if (error instanceof OraFerryError) return error;
  const code = codeOf(error);
  const refused = code === permissionDenied || code === unauthenticated || code === notFound;
  return new OraFerryError(
    'STORE_ERROR',
    refused
      ? 'Firestore refused the request: check that the database exists and our service account may use it.'
      : `Firestore did not answer as expected (gRPC status ${code ?? 'unknown'}).`,
    { cause: error, retryable: !refused },
  );
}

function codeOf(error: unknown): number | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'number' ? code : undefined;
}
