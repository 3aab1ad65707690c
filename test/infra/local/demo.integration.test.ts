import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectedTables } from '../../support/expected-tables.ts';

const program = fileURLToPath(new URL('../../../infra/local/demo.ts', import.meta.url));
const folderOfRuns = fileURLToPath(new URL('../../../.local/demo/', import.meta.url));

/** Where the demos of a test put their temporary files, so that we see what they leave. */
let temporary: string;

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'demo-test-'));
});

afterEach(() => rmSync(temporary, { recursive: true, force: true }));

describe('the demo', () => {
  it('runs twice at once, each with its own ports, and verifies every table', async () => {
    const demos = [start('--json'), start('--json')];
    const outputs = await Promise.all(demos.map(({ stdout }) => text(stdout)));
    await Promise.all(demos.map(exitOf));
    expect(demos.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const results = outputs.map((output) => JSON.parse(output.trimEnd().split('\n').at(-1) ?? ''));
    for (const result of results) {
      expect(result).toEqual({
        state: 'SUCCEEDED',
        rows: Object.values(expectedTables).reduce((rows, read) => rows + read().length, 0),
        tables: Object.keys(expectedTables).length,
        // Per table a part and a schema; then the manifest and _SUCCESS.
        objects: 3 * Object.keys(expectedTables).length + 2,
        verified: true,
        output_dir: expect.stringContaining(folderOfRuns),
        seconds: expect.any(Number),
      });
      expect(readdirSync(result.output_dir)).toContain('_manifest.json');
    }
    expect(results[0].output_dir).not.toBe(results[1].output_dir);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('tells a pipe in plain lines what the status stream says, then a receipt', async () => {
    const demo = start();
    const output = await text(demo.stdout);
    expect(await exitOf(demo)).toBe(0);
    // Only the stream knows rows under way: the record counts what is committed, and the table is one split.
    const underWay = /^ {2}FERRY\.FLIGHTS: ([\d,]+) rows so far, [\d.]+ %, [\d,]+ rows\/s$/m;
    const [, rows] = underWay.exec(output) ?? [];
    expect(Number(rows?.replaceAll(',', ''))).toBeGreaterThan(0);
    expect(output).toMatch(/^ {2}FERRY\.FLIGHTS: 200,000 rows$/m);
    expect(output).not.toContain('\x1b');
    for (const table of Object.keys(expectedTables)) {
      expect(output).toMatch(new RegExp(`^${table} +[\\d,]+ +[\\d,]+ +1 +[\\d,]+ +yes$`, 'm'));
    }
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('leaves no process and no file when it gets %s mid-run', async (signal, code) => {
    const demo = start('--json');
    const pids = await pidsWhenRunning(demo);
    expect(pids.map(isAlive)).toEqual([true, true]);
    demo.kill(signal);
    expect(await exitOf(demo)).toBe(code);
    expect(pids.map(isAlive)).toEqual([false, false]);
    expect(existsSync(runFolderOf(demo))).toBe(false);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('leaves no process even when it is killed', async () => {
    const demo = start();
    const pids = await pidsWhenRunning(demo);
    demo.kill('SIGKILL');
    while (pids.some(isAlive)) await delay(20);
    rmSync(runFolderOf(demo), { recursive: true });
  });

  it('stops when npm, which started it, is told to stop', async () => {
    const npm = spawn('npm', ['run', 'demo'], {
      cwd: fileURLToPath(new URL('../../../', import.meta.url)),
      env: { PATH: process.env['PATH'], TMPDIR: temporary },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for await (const line of createInterface({ input: npm.stdout })) {
      if (line.startsWith('job RUNNING')) break;
    }
    const rest = text(npm.stdout);
    npm.kill('SIGTERM');
    await exitOf(npm);
    // npm keeps a cache of its own there.
    const ours = () => readdirSync(temporary).filter((name) => name.startsWith('oraferry-'));
    while (ours().length > 0) await delay(20);
    expect(await rest).not.toContain('SUCCEEDED');
  });

  it('stops when nobody reads its output any more', async () => {
    const demo = start();
    await pidsWhenRunning(demo);
    demo.stdout.destroy();
    expect(await exitOf(demo)).toBe(1);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('says why it failed and exits with 1', async () => {
    rmSync(temporary, { recursive: true });
    const demo = start('--json');
    const [output, complaint] = await Promise.all([text(demo.stdout), text(demo.stderr)]);
    expect(await exitOf(demo)).toBe(1);
    expect(complaint).toContain('The demo failed: ENOENT');
    expect(JSON.parse(output)).toMatchObject({ state: 'NOT_STARTED', verified: false });
    rmSync(runFolderOf(demo), { recursive: true });
  });

  it('refuses an unknown argument with its usage and exits with 2', async () => {
    const demo = start('--jsn');
    expect(await text(demo.stderr)).toContain('Usage: npm run demo');
    expect(await exitOf(demo)).toBe(2);
  });
});

function start(...args: string[]) {
  return spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env['PATH'], TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

/** The process ids of the functions and of the task, from their logs, as soon as the job runs. */
async function pidsWhenRunning(demo: ReturnType<typeof start>): Promise<number[]> {
  const lines = createInterface({ input: demo.stdout });
  for await (const line of lines) if (line.startsWith('job RUNNING')) break;
  demo.stdout.resume();
  const log = readFileSync(join(runFolderOf(demo), 'product.log'), 'utf8');
  const entries = log
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return [...new Set(entries.map(({ pid }) => Number(pid)))];
}

function runFolderOf({ pid }: ChildProcess): string {
  const name = readdirSync(folderOfRuns).find((folder) => folder.endsWith(`-${pid}`));
  return join(folderOfRuns, name ?? `none of process ${pid}`);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
