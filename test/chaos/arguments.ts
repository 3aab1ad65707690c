import { parseArgs } from 'node:util';

export interface ChaosOptions {
  readonly kills: number;
  /** How many more processes may be killed while some kind of fault was not met. */
  readonly moreKills: number;
  readonly seed: number;
  /** No job is begun after so many minutes. */
  readonly minutes: number;
}

const moreKills = 200;

export const usage = `Usage: npm run chaos -- [--kills N] [--seed S] [--minutes M]

Runs jobs on the local cloud, two at once, until N processes were killed (default 100) and every kind of fault was met
(else until ${moreKills} more were killed), and compares what each job left in the bucket with the source. Exits with 1
when anything is wrong, or when a kind of fault was never met. The seed (default: random) decides which faults come in which order; when they
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
    moreKills,
    seed: wholeNumber('seed', values.seed ?? String(Math.floor(Math.random() * 2 ** 31))),
    minutes: wholeNumber('minutes', values.minutes ?? '240'),
  };
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new Error(`--${name} must be a whole number`);
}
