/** The part of OraFerry's HTTP API that the demo uses. */
export interface Api {
  createTransport(body: unknown): Promise<{ readonly id: string }>;
  execute(transportId: string): Promise<JobView>;
  job(id: string): Promise<JobView>;
}

export interface JobView {
  readonly id: string;
  readonly version: number;
  readonly state: string;
  readonly scn?: string | null;
  readonly started_at?: string | null;
  readonly finished_at?: string | null;
  readonly extractions?: readonly ExtractionView[];
  readonly output: { readonly bucket: string; readonly prefix: string };
  readonly error?: ErrorView | null;
}

export interface ExtractionView {
  readonly owner: string;
  readonly table: string;
  readonly state: string;
  readonly rows: number;
  readonly splits_done: number;
  readonly splits_total: number;
  readonly error?: ErrorView | null;
}

export interface ErrorView {
  readonly code: string;
  readonly message: string;
}

/** A client whose calls throw, with the API's own code and message, for anything but a success. */
export function createApi(url: string, apiKey: string, signal: AbortSignal): Api {
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${url}/api/${path}`, {
      method,
      signal,
      headers: { 'X-API-Key': apiKey, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (response.ok) return answer as T;
    const { code, message } = answer as ErrorView;
    throw new Error(`${method} /api/${path} answered ${response.status} ${code}: ${message}`);
  };
  return {
    createTransport: (body) => call('POST', 'transport', body),
    execute: async (id) => {
      const { job } = await call<{ job: JobView }>('POST', `transport/${id}/execute`, {});
      return job;
    },
    job: (id) => call('GET', `jobs/${id}`),
  };
}
