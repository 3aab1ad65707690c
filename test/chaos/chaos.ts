import { type ChaosOptions, parseArguments, usage } from './arguments.ts';
import { formatReport } from './report.ts';
import { runChaos } from './run.ts';

// Without it the clients look for Google's metadata server.
process.env['METADATA_SERVER_DETECTION'] ??= 'none';
process.exitCode = await main(process.argv.slice(2));
process.exit();

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (!options) return 2;
  const { kills, seed, minutes } = options;
  say(`Chaos with --kills ${kills} --seed ${seed} --minutes ${minutes}`);
  const results = await runChaos(options, say);
  say(formatReport(results));
  return results.isClean() && results.unmet().length === 0 ? 0 : 1;
}

function readOptions(args: readonly string[]): ChaosOptions | undefined {
  try {
    return parseArguments(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    return undefined;
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
