import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import type { SplitHooks } from '../../jobs/export-split.ts';
import { type SplitWorker, startWorker } from '../../jobs/worker-process.ts';
import { OraFerryError } from '../../shared/errors.ts';
import { createNumbered } from '../shared/oracle/fixture.ts';
import { firstPart, useServers } from './fixture.ts';

const servers = useServers();
const live = new AbortController().signal;
const noHooks: SplitHooks = { onUpload: async () => undefined };
const workers: SplitWorker[] = [];

afterAll(() => Promise.all(workers.map((worker) => worker.stop())));

function start(change: NodeJS.ProcessEnv = {}): SplitWorker {
  const worker = startWorker({ ...servers.env(), ...change });
  workers.push(worker);
  return worker;
}

async function taskFor(name: string, rows: number) {
  const oracle = servers.open();
  return servers.taskOf(oracle, createNumbered(servers.database, name, rows));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function pidOf(worker: SplitWorker): number {
  if (worker.pid === undefined) throw new Error('the worker has no process');
  return worker.pid;
}

/** Runs until Oracle has stalled in the middle of the table. */
async function stalledRun(worker: SplitWorker, name: string, signal = live) {
  const task = await taskFor(name, 30_000);
  const fault = servers.server.faults.stallAfterRows(12_500, name);
  const running = worker.run(task, noHooks, signal);
  running.catch(() => undefined);
  await expect.poll(() => fault.consumed, { timeout: 10_000 }).toBe(1);
  return { task, running };
}

describe('a worker', () => {
  it('exports one split after another in one process', async () => {
    const worker = start();
    const pids = new Set<number>();
    const progress: number[] = [];
    for (const rows of [12_000, 3]) {
      const task = await taskFor(`RUN_${rows}`, rows);
      const recorded: string[] = [];
      const hooks: SplitHooks = {
        onUpload: async (name) => {
          recorded.push(name);
          pids.add(pidOf(worker));
        },
        onProgress: (told) => progress.push(told.rows),
      };
      const result = await worker.run(task, hooks, live);
      expect(result).toMatchObject({ rows, parts: [{ name: firstPart(task), rows }] });
      expect(recorded).toEqual([firstPart(task)]);
      expect(servers.linesOf(task)).toHaveLength(rows);
    }
    expect(progress).toEqual([10_000, 12_000, 3]);
    expect(pids.size).toBe(1);
    await worker.stop();
    expect([...pids].filter(isAlive)).toEqual([]);
    expect(worker.pid).toBeUndefined();
  });

  it('sends nothing when the upload could not be recorded, and reports that very error', async () => {
    const task = await taskFor('UNRECORDED', 10);
    const onUpload = () => Promise.reject(new OraFerryError('LEASE_LOST', 'somebody else has it'));
    await expect(start().run(task, { onUpload }, live)).rejects.toMatchObject({
      code: 'LEASE_LOST',
      message: 'somebody else has it',
    });
    expect(servers.linesOf(task)).toBeUndefined();
  });

  it.each([
    [{ ORACLE_PASSWORD: 'wrong' }, { code: 'ORACLE_AUTHENTICATION_ERROR', retryable: false }],
    [
      { ORACLE_CONNECT_STRING: '127.0.0.1:1/NOWHERE' },
      { code: 'ORACLE_CONNECTION_ERROR', retryable: true },
    ],
    [{ ORAFERRY_BUCKETS: '' }, { code: 'VALIDATION_ERROR', retryable: false }],
  ])('with %o reports %o', async (env, error) => {
    const task = await taskFor(`ENV_${error.code}`, 10);
    await expect(start(env).run(task, noHooks, live)).rejects.toMatchObject(error);
  });

  it('lets go when it is told to, and serves the next split', async () => {
    const worker = start();
    const stop = new AbortController();
    const { task, running } = await stalledRun(worker, 'TOLD', stop.signal);
    const pid = pidOf(worker);
    stop.abort(new OraFerryError('CANCELLED', 'enough'));
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED', message: 'enough' });
    expect(servers.linesOf(task)).toBeUndefined();
    expect(await worker.run(task, noHooks, live)).toMatchObject({ rows: 30_000 });
    expect(worker.pid).toBe(pid);
    await worker.stop();
  });

  it('is killed when it does not let go', async () => {
    const worker = start();
    const stop = new AbortController();
    const { task, running } = await stalledRun(worker, 'STUCK', stop.signal);
    const pid = pidOf(worker);
    process.kill(pid, 'SIGSTOP');
    stop.abort(new OraFerryError('CANCELLED', 'enough'));
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(isAlive(pid)).toBe(false);
    expect(await worker.run(task, noHooks, live)).toMatchObject({ rows: 30_000 });
    await worker.stop();
  });

  it('that dies in the middle is a retryable error, and the next split gets a new process', async () => {
    const worker = start();
    const { task, running } = await stalledRun(worker, 'KILLED');
    const pid = pidOf(worker);
    process.kill(pid, 'SIGKILL');
    await expect(running).rejects.toMatchObject({
      code: 'INTERNAL_ERROR',
      retryable: true,
      message: expect.stringContaining('SIGKILL'),
    });
    expect(servers.linesOf(task)).toBeUndefined();
    const again = { ...task, attempt: task.attempt + 1_000 };
    expect(await worker.run(again, noHooks, live)).toMatchObject({ rows: 30_000 });
    expect(servers.linesOf(again)).toHaveLength(30_000);
    await worker.stop();
  });

  it('that cannot be started is a retryable error, and the next split starts one', async () => {
    const { execPath } = process;
    const worker = start();
    const task = await taskFor('UNSTARTED', 3);
    process.execPath = '/no/such/node';
    try {
      await expect(worker.run(task, noHooks, live)).rejects.toMatchObject({
        code: 'INTERNAL_ERROR',
        retryable: true,
      });
    } finally {
      process.execPath = execPath;
    }
    expect(await worker.run(task, noHooks, live)).toMatchObject({ rows: 3 });
    await worker.stop();
  });

  it('leaves SIGTERM and SIGINT to its task', async () => {
    const worker = start();
    const stop = new AbortController();
    const { running } = await stalledRun(worker, 'SIGNALS', stop.signal);
    const pid = pidOf(worker);
    process.kill(pid, 'SIGTERM');
    process.kill(pid, 'SIGINT');
    stop.abort(new OraFerryError('CANCELLED', 'enough'));
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(worker.pid).toBe(pid);
    await worker.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('starts nothing for a run that is aborted already, and stops though it never ran', async () => {
    const worker = start();
    const task = await taskFor('NEVER', 1);
    const aborted = AbortSignal.abort(new Error('too late'));
    await expect(worker.run(task, noHooks, aborted)).rejects.toThrow('too late');
    await worker.stop();
    expect(worker.pid).toBeUndefined();
  });
});

it('a worker ends with its task, even when the task was killed', async () => {
  const task = await taskFor('ORPHAN', 30_000);
  const fault = servers.server.faults.stallAfterRows(12_500, 'ORPHAN');
  const module = new URL('../../jobs/worker-process.ts', import.meta.url).href;
  const script = `
    import { startWorker } from ${JSON.stringify(module)};
    const worker = startWorker();
    worker.run(${JSON.stringify(task)}, {
      onUpload: async () => console.log(worker.pid),
    }, new AbortController().signal);
  `;
  const dir = await mkdtemp(join(tmpdir(), 'oraferry-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  await writeFile(join(dir, 'task.mjs'), script);
  const parent = spawn(process.execPath, [join(dir, 'task.mjs')], {
    env: servers.env(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(parent.stdout), 'line');
  const worker = Number(line);
  await expect.poll(() => fault.consumed, { timeout: 10_000 }).toBe(1);
  expect(isAlive(worker)).toBe(true);
  parent.kill('SIGKILL');
  await expect.poll(() => isAlive(worker), { timeout: 10_000 }).toBe(false);
});
