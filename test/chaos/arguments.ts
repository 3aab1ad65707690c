import { parseArgs } from 'node:util';

export interface ChaosOptions {
  readonly kills: number;
  readonly seed: number;
  /** No job is begun after so many minutes. */
  readonly minutes: number;
}

export const usage = `Usage: npm run chaos -- [--kills N] [--seed S] [--minutes M]

Runs jobs on the local cloud, two at once, until N processes were killed (default 100), and compares what each job
left in the bucket with the source. The seed (default: random) decides which faults come in which order; when they
come depends on the machine too.
`;

/** Throws for what is not as the usage says. */
export function parseArguments(args: readonly string[]): ChaosOptions {
  const option = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { kills: option, seed: option, minutes: option },
  });
  return {
    kills: wholeNumber('kills', values.kills ?? '100'),
    seed: wholeNumber('seed', values.seed ?? String(Math.floor(Math.random() * 2 ** 31))),
    minutes: wholeNumber('minutes', values.minutes ?? '240'),
  };
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new Error(`--${name} must be a whole number`);
}
