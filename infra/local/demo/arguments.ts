import { parseArgs } from 'node:util';

export const usage = `Usage: npm run demo [-- --json]

Starts Oracle, Cloud Storage, Firestore and Cloud Run as local servers, and OraFerry in front of them;
exports real tables; reads every object back; prints a receipt.

  --json   the last line of standard output is one JSON object
  --help   this text

Exit codes: 0 the job succeeded and every part was verified, 1 it did not, 2 wrong arguments.
`;

export interface DemoArguments {
  readonly json: boolean;
  readonly help: boolean;
}

/** Throws a TypeError that names the argument which is not known. */
export function parseArguments(args: readonly string[]): DemoArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return values;
}
