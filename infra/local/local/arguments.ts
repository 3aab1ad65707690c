import { parseArgs } from 'node:util';

export const usage = `Usage: npm run local [-- [--data DIR] [--port PORT]]

Starts Oracle, Cloud Storage, Firestore, Pub/Sub and Cloud Run as local servers, and OraFerry in front of
them; prints where they are and what to try; runs until Ctrl-C. The same is in .local/endpoints.json.

  --data DIR    serve your own tables, and only them: DIR/<OWNER>/<TABLE>.csv with <TABLE>.columns.json
  --port PORT   the port of OraFerry's API; any free one when left out
  --help        this text

Environment:
  ORAFERRY_EMULATORS   embedded (default), or gcloud: Google's own emulators of Firestore and Pub/Sub
  ORAFERRY_LOCAL_DIR   the folder of endpoints.json; .local in the project when unset

Exit codes: 0 stopped by Ctrl-C, SIGTERM or SIGHUP, 1 it could not start or its API ended, 2 wrong arguments.
`;

export interface LocalArguments {
  readonly data?: string;
  readonly port?: number;
  readonly help: boolean;
}

/** Throws an Error that names the argument which is wrong. */
export function parseArguments(args: readonly string[]): LocalArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      port: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { data, port, help } = values;
  if (data === '') throw new Error('--data needs a folder');
  return {
    help,
    ...(data !== undefined && { data }),
    ...(port !== undefined && { port: parsePort(port) }),
  };
}

const HIGHEST_PORT = 65_535;

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= HIGHEST_PORT) return port;
  throw new Error(`--port ${text} is no port; it must be 1 to ${HIGHEST_PORT}`);
}
