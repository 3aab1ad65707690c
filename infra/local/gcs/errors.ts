/** An answer in Google's error form (https://cloud.google.com/storage/docs/json_api/v1/status-codes). */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'HttpError';
    this.status = status;
  }

  get body(): unknown {
    const reason = reasons[this.status] ?? 'backendError';
    const { status: code, message } = this;
    return { error: { code, message, errors: [{ message, domain: 'global', reason }] } };
  }
}

const reasons: Record<number, string> = {
  400: 'invalid',
  401: 'authError',
  403: 'forbidden',
  404: 'notFound',
  410: 'uploadBrokenConnection',
  412: 'conditionNotMet',
  429: 'rateLimitExceeded',
  499: 'clientClosedRequest',
};
