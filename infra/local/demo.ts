import type { WriteStream } from 'node:tty';
import { parseArguments, usage } from './demo/arguments.ts';
import { type DemoResult, runDemo } from './demo/run.ts';

const OLDEST_NODE = 24;
const PARENT_CHECK_MS = 500;
const INTERRUPTED = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const wanted = readArguments(args);
  if (typeof wanted === 'number') return wanted;
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    complain(`This is Node ${process.versions.node}; the demo needs Node ${OLDEST_NODE} or newer.`);
    complain('npm brings it: run `npm ci`, then `npm run demo`.');
    return 1;
  }
  const interruption = watchSignals();
  const { signal } = interruption;
  const result = await runDemo({ say, complain, signal, terminal: terminalFor(wanted) });
  if (wanted.json) say(JSON.stringify(summaryOf(result)));
  return interruption.exitCode() ?? (result.verified ? 0 : 1);
}

function readArguments(args: readonly string[]): { readonly json: boolean } | number {
  try {
    const { json, help } = parseArguments(args);
    if (!help) return { json };
    say(usage);
    return 0;
  } catch (error) {
    complain(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
}

/**
 * Aborts at the first signal, when npm is gone that started us, or when nobody reads our output any more.
 * Later signals change nothing: the stop is under way.
 */
function watchSignals() {
  const stop = new AbortController();
  let exitCode: number | undefined;
  for (const [name, code] of Object.entries(INTERRUPTED)) {
    process.on(name, () => {
      exitCode ??= code;
      stop.abort(new Error(`stopped by ${name}`));
    });
  }
  process.stdout.on('error', (error) => stop.abort(error));
  if (process.env['npm_lifecycle_event']) watchParent(() => stop.abort(new Error('npm is gone')));
  return { signal: stop.signal, exitCode: () => exitCode };
}

/** A signal to npm ends the shell between npm and us without a word to us; then we have another parent. */
function watchParent(whenGone: () => void): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    whenGone();
  }, PARENT_CHECK_MS);
  watch.unref();
}

/** Where bars may be drawn. With --json, standard output is for a program even when it is a terminal. */
function terminalFor({ json }: { readonly json: boolean }): WriteStream | undefined {
  if (!process.stdout.isTTY) return undefined;
  const stream = json ? process.stderr : process.stdout;
  return stream.isTTY ? stream : undefined;
}

function summaryOf({ state, rows, tables, objects, verified, outputDir, seconds }: DemoResult) {
  return { state, rows, tables, objects, verified, output_dir: outputDir, seconds };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}
