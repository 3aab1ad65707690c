import { type Api, createApi, type JobView } from '../../infra/local/demo/api.ts';
import { followJob } from '../../infra/local/demo/follow.ts';
import type { Stack } from '../../infra/local/stack.ts';

/** The API of a stack, for a test that drives it as a caller would. */
export function apiOf({ apiUrl, apiKey }: Stack): Api {
  return createApi(apiUrl, apiKey, AbortSignal.timeout(110_000));
}

/** Creates a transport of the tables, executes it, and follows the job to its end. */
export async function runJobOf(stack: Stack, name: string, tables: string[]): Promise<JobView> {
  const api = apiOf(stack);
  const transport = await api.createTransport({ name, tables, destination: { prefix: 'exports' } });
  const { id } = await api.execute(transport.id);
  const { job } = await followJob({
    look: () => api.job(id),
    hear: () => ({ isLive: () => false, close() {} }),
    display: { show() {}, close() {} },
    signal: new AbortController().signal,
  });
  return job;
}
