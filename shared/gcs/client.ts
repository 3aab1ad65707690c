import { Storage } from '@google-cloud/storage';

/**
 * The client of Cloud Storage, with the application's default credentials. All retries are ours. The client's would
 * multiply them, and one call without a precondition switches the client's off for all others
 * (`disableAutoRetryConditionallyIdempotent_` in its file.js).
 */
export function createClient(apiEndpoint: string | undefined, projectId?: string): Storage {
  return new Storage({
    ...(projectId && { projectId }),
    ...(apiEndpoint && { apiEndpoint }),
    retryOptions: { autoRetry: false },
  });
}
