import autocannon from 'autocannon';
import { startStack } from '../../infra/local/stack.ts';

export interface LoadOptions {
  readonly connections: number;
  readonly seconds: number;
  /** Where the API's process leaves a CPU profile when it ends; none when left out. */
  readonly profileDir?: string;
}

export interface LoadReport {
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Answers by call and status. */
  readonly answers: ReadonlyMap<string, number>;
  /** Answers with another status than the call's own, and calls without an answer. */
  readonly unexpected: number;
}

/**
 * Starts the local stack and loads its API: each connection creates a transport, reads it, replaces it, lists a page
 * and deletes it, over and over.
 */
export async function loadApi({
  connections,
  seconds,
  profileDir,
}: LoadOptions): Promise<LoadReport> {
  const stack = await startStack({
    environment: {
      ORAFERRY_REQUESTS_PER_MINUTE: '1000000',
      LOG_LEVEL: 'info',
      ...(profileDir && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profileDir}` }),
    },
  });
  try {
    const answers = new Map<string, number>();
    const result = await autocannon({
      url: stack.apiUrl,
      connections,
      duration: seconds,
      timeout: 30,
      headers: { 'X-API-Key': stack.apiKey, 'Content-Type': 'application/json' },
      requests: callsWith(answers),
    });
    return reportOf(result, answers);
  } finally {
    await stack.close();
  }
}

const ownStatus: Readonly<Record<string, number>> = {
  create: 201,
  get: 200,
  replace: 200,
  list: 200,
  remove: 204,
};

interface Made {
  name?: string;
  id?: string;
}

let made = 0;

function callsWith(answers: Map<string, number>): autocannon.Request[] {
  const count = (call: string) => (status: number, body: string, context: object) => {
    const label = `${call} ${status}`;
    answers.set(label, (answers.get(label) ?? 0) + 1);
    if (call === 'create' && status === 201) (context as Made).id = JSON.parse(body).id;
  };
  const of = (context: object): string => `/api/transport/${(context as Made).id}`;
  const definition = ({ name }: Made, tasks: number) =>
    JSON.stringify({ name, tables: ['HR.EMPLOYEES', 'HR.JOBS'], options: { tasks } });
  return [
    {
      method: 'POST',
      path: '/api/transport',
      setupRequest(request, context) {
        const one: Made = Object.assign(context, { name: `load-${++made}` });
        return { ...request, body: definition(one, 1) };
      },
      onResponse: count('create'),
    },
    {
      method: 'GET',
      setupRequest: (request, context) => ({ ...request, path: of(context) }),
      onResponse: count('get'),
    },
    {
      method: 'PUT',
      setupRequest: (request, context) => ({
        ...request,
        path: of(context),
        body: definition(context, 2),
      }),
      onResponse: count('replace'),
    },
    { method: 'GET', path: '/api/transport?page_size=20', onResponse: count('list') },
    {
      method: 'DELETE',
      setupRequest: (request, context) => ({ ...request, path: of(context) }),
      onResponse: count('remove'),
    },
  ];
}

function reportOf(result: autocannon.Result, answers: ReadonlyMap<string, number>): LoadReport {
  const strange = [...answers].filter(([label]) => {
    const [call = '', status] = label.split(' ');
    return ownStatus[call] !== Number(status);
  });
  const wrong = strange.reduce((total, [, count]) => total + count, 0);
  return {
    requests: result.requests.total,
    requestsPerSecond: result.requests.average,
    p50: result.latency.p50,
    p99: result.latency.p99,
    answers,
    unexpected: wrong + result.errors + result.timeouts,
  };
}
