/** One entry of the error catalogue: what a caller gets, what it means, and what to do about it. */
interface CatalogueEntry {
  readonly status: number;
  /** True when the same request may succeed later without anybody changing anything. */
  readonly retryable: boolean;
  readonly meaning: string;
  readonly action: string;
}

/** Every error that OraFerry reports, over HTTP, in a job's record and in logs. */
export const errorCatalogue = {
  VALIDATION_ERROR: {
    status: 400,
    retryable: false,
    meaning: 'The request or the configuration does not have the documented form.',
    action: 'Correct the fields that the details name.',
  },
  AUTHENTICATION_ERROR: {
    status: 401,
    retryable: false,
    meaning: 'No valid API key, Google token or ticket came with the request.',
    action:
      'Send X-API-Key: <id>.<secret> with an active key, or Authorization: Bearer with a Google ID token of a listed account.',
  },
  AUTHENTICATION_UNAVAILABLE: {
    status: 503,
    retryable: true,
    meaning: 'The certificates of Google by which a token is checked could not be read.',
    action: 'Try again; if it stays, check that the function may reach googleapis.com.',
  },
  PERMISSION_DENIED: {
    status: 403,
    retryable: false,
    meaning: 'The caller, or the database user, lacks a right that the call needs.',
    action: 'Grant the right that the message names.',
  },
  NOT_FOUND: {
    status: 404,
    retryable: false,
    meaning: 'No such path.',
    action: 'Compare the path with the documented routes.',
  },
  TRANSPORT_NOT_FOUND: {
    status: 404,
    retryable: false,
    meaning: 'No transport has this id.',
    action: 'List the transports with GET /api/transport.',
  },
  JOB_NOT_FOUND: {
    status: 404,
    retryable: false,
    meaning: 'No job has this id.',
    action: 'List the jobs with GET /api/jobs.',
  },
  TABLE_NOT_FOUND: {
    status: 404,
    retryable: false,
    meaning: 'Oracle shows no such table or column to our user.',
    action: 'Check the spelling and case of owner, table and column, and that SELECT is granted.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    retryable: false,
    meaning: 'The path exists, but not with this method.',
    action: 'Use a method of the Allow header.',
  },
  REQUEST_TIMEOUT: {
    status: 408,
    retryable: true,
    meaning: 'The request did not arrive in time.',
    action: 'Send the whole request without a pause.',
  },
  CONFLICT: {
    status: 409,
    retryable: false,
    meaning: 'The request contradicts the present state.',
    action: 'Read the state that the details name, then decide.',
  },
  PRECONDITION_FAILED: {
    status: 412,
    retryable: false,
    meaning: 'The document changed since the caller read it.',
    action: 'Read it again and repeat the change with the new etag.',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    retryable: false,
    meaning: 'The request body is larger than 1 MiB.',
    action: 'Send a smaller body.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    retryable: false,
    meaning: 'The request body is not JSON.',
    action: 'Send Content-Type: application/json.',
  },
  RATE_LIMITED: {
    status: 429,
    retryable: true,
    meaning: 'The caller made more calls, or holds more streams, than are allowed at a time.',
    action: 'Try again after the seconds of Retry-After.',
  },
  QUOTA_EXCEEDED: {
    status: 429,
    retryable: true,
    meaning: 'The unfinished jobs leave no room for another one.',
    action: 'Wait until a job has ended, or raise the limit that the details name.',
  },
  UNSUPPORTED_TYPE: {
    status: 422,
    retryable: false,
    meaning: 'A column has a type that cannot be exported exactly.',
    action: 'Leave the column out with exclude_columns.',
  },
  VALUE_ERROR: {
    status: 422,
    retryable: false,
    meaning: 'A stored value has no exact form in the export.',
    action: 'Correct the value in the column that the message names, or exclude the column.',
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    retryable: false,
    meaning: 'The URL and the headers together are larger than 16 KiB.',
    action: 'Send a shorter URL and fewer or shorter headers.',
  },
  ORACLE_AUTHENTICATION_ERROR: {
    status: 502,
    retryable: false,
    meaning: 'Oracle refused the configured user (ORA-01017, ORA-28000, ORA-28001).',
    action: 'Check ORACLE_USER and ORACLE_PASSWORD, and that the account is open.',
  },
  ORACLE_CONNECTION_ERROR: {
    status: 503,
    retryable: true,
    meaning: 'Oracle could not be reached, or the connection was lost.',
    action: 'Check ORACLE_CONNECT_STRING, the listener, and the network between them.',
  },
  ORACLE_TLS_ERROR: {
    status: 502,
    retryable: false,
    meaning:
      'Oracle and OraFerry do not accept each other’s certificates, or the wallet is not usable.',
    action: 'Check the wallet, its password, and what the message says of the certificates.',
  },
  ORACLE_CLIENT_ERROR: {
    status: 500,
    retryable: false,
    meaning: 'The Oracle driver cannot work in its present mode.',
    action: 'Check ORACLE_DRIVER and ORACLE_CLIENT_LIB_DIR as the message says.',
  },
  ORACLE_CIRCUIT_OPEN: {
    status: 503,
    retryable: true,
    meaning: 'Oracle could not be reached several times in a row, so it is left alone for a while.',
    action: 'Try again after the seconds of Retry-After.',
  },
  ORACLE_ERROR: {
    status: 502,
    retryable: false,
    meaning: 'Oracle refused a statement.',
    action: 'Look up the ORA code that the message names.',
  },
  SNAPSHOT_TOO_OLD: {
    status: 503,
    retryable: false,
    meaning: 'Oracle no longer holds the undo that the snapshot needs (ORA-01555).',
    action: 'Raise UNDO_RETENTION above the duration of the export, or export at a quieter time.',
  },
  TABLE_CHANGED: {
    status: 503,
    retryable: false,
    meaning: 'The definition of the table, or where its rows lie, changed while it was exported.',
    action: 'Export it when nobody alters, moves, shrinks or truncates it.',
  },
  GCS_UPLOAD_ERROR: {
    status: 503,
    retryable: true,
    meaning: 'Cloud Storage did not take an object.',
    action: 'Try again; if it stays, check the state of Cloud Storage and the network.',
  },
  GCS_ERROR: {
    status: 502,
    retryable: false,
    meaning: 'Cloud Storage refused a request.',
    action: 'Check that the bucket exists and that the service account may write to it.',
  },
  STORE_ERROR: {
    status: 503,
    retryable: true,
    meaning: 'Firestore did not answer as expected.',
    action: 'Try again; if it stays, check the database and the rights of the service account.',
  },
  PROGRESS_ERROR: {
    status: 503,
    retryable: true,
    meaning: 'Pub/Sub did not take or deliver a message; the record in Firestore goes on.',
    action: 'Check that the topic exists and that the service account may use it.',
  },
  VERIFICATION_FAILED: {
    status: 500,
    retryable: false,
    meaning: 'The exported rows are not as many as Oracle counted at the same SCN.',
    action: 'Do not use the output. Report both numbers of the details.',
  },
  JOB_LAUNCH_ERROR: {
    status: 502,
    retryable: true,
    meaning: 'Cloud Run did not start the job.',
    action: 'Check that the Cloud Run job exists and that the caller may run it with overrides.',
  },
  TASKS_LOST: {
    status: 500,
    retryable: false,
    meaning: 'The tasks of the job ended before the job did, each time they were started.',
    action: 'Look for the cause in the log of the execution, then execute the transport again.',
  },
  DEADLINE_EXCEEDED: {
    status: 504,
    retryable: true,
    meaning: 'The request took longer than it may, and nobody knows whether it took effect.',
    action: 'Read the present state, then repeat; execute with the same Idempotency-Key.',
  },
  LEASE_LOST: {
    status: 503,
    retryable: false,
    meaning: 'This task was not heard of for too long, so another one owns its work.',
    action: 'Nothing: the work goes on in another task.',
  },
  CANCELLED: {
    status: 409,
    retryable: false,
    meaning: 'The job was cancelled.',
    action: 'Execute the transport again when wanted.',
  },
  INTERNAL_ERROR: {
    status: 500,
    retryable: false,
    meaning: 'A fault in OraFerry.',
    action: 'Report the trace id.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

interface ErrorOptions {
  /** Safe for callers: no secret, no host, no raw vendor text. */
  readonly details?: unknown;
  readonly cause?: unknown;
  /** Overrides the catalogue where one code covers both cases. */
  readonly retryable?: boolean;
}

/** The one error class. `message`, `code` and `details` are safe to show to a caller; `cause` is for logs. */
export class OraFerryError extends Error {
  readonly code: ErrorCode;
  readonly details: unknown;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'OraFerryError';
    this.code = code;
    this.details = options.details;
    this.retryable = options.retryable ?? errorCatalogue[code].retryable;
  }

  /** HTTP status of the answer that reports this error. */
  get status(): number {
    return errorCatalogue[this.code].status;
  }
}

/** What an error looks like in a record, a message between processes, or an answer. */
export interface ErrorReport {
  readonly code: ErrorCode;
  readonly message: string;
  /** What to do about it. */
  readonly action?: string;
  readonly details?: unknown;
}

/** Reduces anything thrown to its safe report: an unknown error becomes INTERNAL_ERROR without its text. */
export function reportError(error: unknown): ErrorReport {
  const { code, message, details } = toOraFerryError(error);
  const { action } = errorCatalogue[code];
  return { code, message, action, ...(details !== undefined && { details }) };
}

/** Wraps what is not ours, so that everything above the boundary knows one class. */
export function toOraFerryError(error: unknown): OraFerryError {
  if (error instanceof OraFerryError) return error;
  return new OraFerryError('INTERNAL_ERROR', errorCatalogue.INTERNAL_ERROR.meaning, {
    cause: error,
  });
}
