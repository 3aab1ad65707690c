import type { WriteStream } from 'node:tty';
import { parseArguments, usage } from './demo/arguments.ts';
import { type DemoResult, runDemo } from './demo/run.ts';
import { watchInterruption } from './interruption.ts';

const OLDEST_NODE = 24;
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
  const { signal, signalName, stop } = watchInterruption();
  // Nobody reads our output any more.
  process.stdout.on('error', stop);
  const result = await runDemo({ say, complain, signal, terminal: terminalFor(wanted) });
  if (wanted.json) say(JSON.stringify(summaryOf(result)));
  const name = signalName();
  if (name) return INTERRUPTED[name];
  return result.verified ? 0 : 1;
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
