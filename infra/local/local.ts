import { watchInterruption } from './interruption.ts';
import { type LocalArguments, parseArguments, usage } from './local/arguments.ts';
import { runLocal } from './local/run.ts';

const OLDEST_NODE = 24;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const wanted = readArguments(args);
  if (typeof wanted === 'number') return wanted;
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    complain(
      `This is Node ${process.versions.node}; the stack needs Node ${OLDEST_NODE} or newer.`,
    );
    complain('npm brings it: run `npm ci`, then `npm run local`.');
    return 1;
  }
  ignoreClosedOutput();
  const { signal } = watchInterruption();
  try {
    await runLocal({ ...wanted, say, signal });
  } catch (error) {
    if (!isStop(error, signal)) {
      complain(error instanceof Error ? error.message : String(error));
      return 1;
    }
  }
  complain('Stopped; nothing is left running.');
  return 0;
}

function readArguments(args: readonly string[]): LocalArguments | number {
  try {
    const wanted = parseArguments(args);
    if (!wanted.help) return wanted;
    say(usage);
    return 0;
  } catch (error) {
    complain(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
}

function isStop(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError');
}

/** The stack serves on when nobody reads what it prints, as behind a pipe to `head`. */
function ignoreClosedOutput(): void {
  for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}
