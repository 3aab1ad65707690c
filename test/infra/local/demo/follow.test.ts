import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ExtractionView, JobView } from '../../../../infra/local/demo/api.ts';
import { type Following, followJob } from '../../../../infra/local/demo/follow.ts';
import { createLines } from '../../../../infra/local/demo/lines.ts';
import type { StatusEvent } from '../../../../infra/local/demo/picture.ts';
import { hearStatus } from '../../../../infra/local/demo/status-stream.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

describe('followJob', () => {
  it('tells each change once and returns the job at its end', async () => {
    const said: string[] = [];
    const running = job('RUNNING', { scn: '42', extractions: [table('RUNNING', 0, 0)] });
    const look = answering([
      job('QUEUED'),
      running,
      running,
      job('VERIFYING', { extractions: [table('RUNNING', 1)] }),
      job('SUCCEEDED', { extractions: [table('SUCCEEDED', 1)] }),
    ]);
    const { job: last, durations } = await followJob(following(said, { look }));
    expect(said).toEqual([
      'job QUEUED',
      'job RUNNING at SCN 42',
      '  A.T: 1,234 rows',
      'job VERIFYING',
      'job SUCCEEDED',
    ]);
    expect(last.state).toBe('SUCCEEDED');
    expect(durations.get('A.T')).toBeGreaterThan(0);
  });

  it('tells a table that failed', async () => {
    const said: string[] = [];
    const look = answering([job('FAILED', { extractions: [table('FAILED', 0)] })]);
    await followJob(following(said, { look }));
    expect(said).toEqual(['  A.T: failed', 'job FAILED']);
  });

  it('shows what the stream says between looks at the record', async () => {
    const said: string[] = [];
    let looks = 0;
    let tell: (event: StatusEvent) => void = () => undefined;
    const word = { name: 'A.T', done: false, failed: false, rowsPerSecond: 10, percent: 5 };
    const look = async () => {
      if (looks++ > 0) return job('SUCCEEDED', { extractions: [table('SUCCEEDED', 1)] });
      setImmediate(() => tell({ tables: [{ ...word, rows: 62 }], terminal: false }));
      return job('RUNNING', { extractions: [table('RUNNING', 0, 0)] });
    };
    const hear: Following['hear'] = (listener) => {
      tell = listener;
      return silence;
    };
    await followJob(following(said, { look, hear }));
    expect(said).toEqual([
      'job RUNNING',
      '  A.T: 62 rows so far, 5.0 %, 10 rows/s',
      '  A.T: 1,234 rows',
      'job SUCCEEDED',
    ]);
  });

  it('still looks at the record while the stream is live, for only the record is the truth', async () => {
    const look = answering([job('RUNNING'), job('CANCELLED')]);
    const hear = () => ({ ...silence, isLive: () => true });
    const { job: last } = await followJob(following([], { look, hear }));
    expect(last.state).toBe('CANCELLED');
  });

  it.each<[string, RequestListener]>([
    ['is refused', (_, response) => response.writeHead(503).end()],
    ['is cut', (_, response) => begin(response).end(': ping\n\n')],
    ['says nothing', (_, response) => begin(response).write(': ping\n\n')],
    ['breaks the connection', (request) => request.socket.destroy()],
  ])('falls back to the record when the stream %s', async (_, listener) => {
    const said: string[] = [];
    const url = await serve(listener);
    const hear: Following['hear'] = (tell) => hearStatus({ url, apiKey: 'id.secret' }, tell);
    const look = answering([
      job('RUNNING'),
      job('RUNNING', { extractions: [table('RUNNING', 1)] }),
      job('SUCCEEDED', { extractions: [table('SUCCEEDED', 1)] }),
    ]);
    await followJob(following(said, { look, hear }));
    expect(said).toEqual(['job RUNNING', '  A.T: 1,234 rows', 'job SUCCEEDED']);
  });

  it('closes stream and display at an abort', async () => {
    const stop = new AbortController();
    const closed: string[] = [];
    const failing = followJob({
      look: answering([job('RUNNING')]),
      hear: () => ({ isLive: () => false, close: () => closed.push('stream') }),
      display: { show: () => stop.abort(), close: () => closed.push('display') },
      signal: stop.signal,
    });
    await expect(failing).rejects.toThrow('abort');
    expect(closed).toEqual(['stream', 'display']);
  });
});

const silence = { isLive: () => false, close: () => undefined };

function following(said: string[], more: Pick<Following, 'look'> & Partial<Following>): Following {
  return {
    hear: () => silence,
    display: createLines((line) => said.push(line)),
    signal: new AbortController().signal,
    ...more,
  };
}

/** Answers one job after the other, the last one for ever. */
function answering(jobs: JobView[]) {
  return async () => {
    const [first, ...rest] = jobs;
    if (rest.length > 0) jobs = rest;
    if (!first) throw new Error('there is no job');
    return first;
  };
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function begin(response: Parameters<RequestListener>[1]) {
  return response.writeHead(200, { 'Content-Type': 'text/event-stream' });
}

function job(state: string, more: Partial<JobView> = {}): JobView {
  return { id: 'j', version: 1, state, output: { bucket: 'b', prefix: 'p/' }, ...more };
}

function table(state: string, splits_done: number, rows = 1_234): ExtractionView {
  return { owner: 'A', table: 'T', state, rows, splits_done, splits_total: 1 };
}
