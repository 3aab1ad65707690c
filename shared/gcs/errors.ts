import { type ErrorCode, OraFerryError } from '../errors.ts';

/** What was tried, for messages: `write to` and `exports` give "write to the bucket exports". */
export interface Attempt {
  readonly action: string;
  readonly bucket: string;
  /** Reported when the same request may succeed later. */
  readonly transient: Extract<ErrorCode, 'GCS_UPLOAD_ERROR' | 'GCS_ERROR'>;
}

/** A response that is no success, as our own requester saw it. */
export class HttpStatusError extends Error {
  readonly status: number;

  constructor({ status, body }: { readonly status: number; readonly body: Buffer }) {
    super(`HTTP ${status}: ${body.toString('utf8', 0, 500)}`);
    this.name = 'HttpStatusError';
    this.status = status;
  }
}

/**
 * HTTP status of an error, wherever its sender put it: ApiError and HttpStatusError have a number, GaxiosError
 * has a response. Undefined when there was no answer.
 */
export function statusOf(error: unknown): number | undefined {
  if (error instanceof OraFerryError) return statusOf(error.cause);
  const { status, code, response } = (error ?? {}) as {
    status?: unknown;
    code?: unknown;
    response?: { status?: unknown };
  };
  return [status, response?.status, code].map(Number).find((number) => number >= 100);
}

/** True for an error that leaves open whether the request was carried out, or that may vanish by itself. */
function isTransient(error: unknown, status: number | undefined): boolean {
  if (isMissingCredentials(error)) return false;
  // https://cloud.google.com/storage/docs/retry-strategy#client-libraries
  return status === undefined || status === 408 || status === 429 || status >= 500;
}

/** Translates what the client or the network threw. `cause` is kept; the message names neither host nor token. */
export function translateError(error: unknown, attempt: Attempt): OraFerryError {
  if (error instanceof OraFerryError) return error;
  const status = statusOf(error);
  if (isTransient(error, status)) {
    const reason =
      status === undefined ? 'the connection failed or stalled' : `it answered ${status}`;
    return new OraFerryError(
      attempt.transient,
      `Cloud Storage did not ${attempt.action} the bucket ${attempt.bucket}: ${reason}.`,
      { cause: error, retryable: true },
    );
  }
  return new OraFerryError('GCS_ERROR', refusal(error, status, attempt), {
    cause: error,
    details: { bucket: attempt.bucket, ...(status !== undefined && { status }) },
  });
}

function refusal(error: unknown, status: number | undefined, { action, bucket }: Attempt): string {
  if (status === 404) {
    return `The bucket ${bucket} does not exist. Create it, or correct ORAFERRY_BUCKETS.`;
  }
  if (status === 403) {
    return `Our service account may not ${action} the bucket ${bucket}: grant it roles/storage.objectAdmin there.`;
  }
  if (status === 401 || isMissingCredentials(error)) {
    return `Cloud Storage did not ${action} the bucket ${bucket}, because there are no valid credentials. Check the service account or the application-default credentials.`;
  }
  return `Cloud Storage refused to ${action} the bucket ${bucket} (HTTP ${status}).`;
}

/** https://cloud.google.com/docs/authentication/application-default-credentials */
function isMissingCredentials(error: unknown): boolean {
  return /default credentials|invalid_grant/i.test(error instanceof Error ? error.message : '');
}
