import { parseArgs } from 'node:util';
import { toOraFerryError } from '../../shared/errors.ts';
import { checkOutput } from './check-output.ts';
import { openOutput } from './output.ts';
import { summarize } from './summary.ts';

const usage = `Reads all parts of an export again and compares them with its manifest.

  oraferry verify <manifest> [--json]

  <manifest>  gs://bucket/…/_manifest.json   with application-default credentials
              https://…/_manifest.json       parts are fetched from beside it
              path/to/_manifest.json         parts lie beside it
  --json      prints one JSON document instead of text

For each part: its generation (gs://), bytes, CRC32C, gzip up to the trailer, every line a JSON object with exactly
the fields of the schema, and the number of lines. For each table: the sum of its parts, and what Oracle counted.
For the export: nothing is missing, _SUCCESS says the same as the manifest, and nothing lies there besides.
GCS_API_ENDPOINT names another endpoint than Google's.

Exit code: 0 when all is as the manifest says, 1 when something is not or cannot be read, 2 for a wrong call.
`;

/** Runs `verify` and returns its exit code: 0 intact, 1 damaged or not readable, 2 for a wrong call. */
export async function verifyCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const call = parseCall(args);
  if (call === 'help') return print(usage, 0);
  const output = call && openOutput(call.manifest, env['GCS_API_ENDPOINT']);
  if (!output) {
    process.stderr.write(usage);
    return 2;
  }
  try {
    const findings = await checkOutput(output);
    const text = call.json ? `${JSON.stringify(findings, null, 2)}\n` : summarize(findings);
    return print(text, findings.intact ? 0 : 1);
  } catch (error) {
    process.stderr.write(`${output.manifest} could not be verified: ${explain(error)}\n`);
    return 1;
  }
}

function parseCall(
  args: readonly string[],
): { readonly manifest: string; readonly json: boolean } | 'help' | undefined {
  const options = {
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
    });
    const [manifest, ...more] = positionals;
    if (values.help) return 'help';
    return manifest && more.length === 0 ? { manifest, json: values.json } : undefined;
  } catch {
    return undefined;
  }
}

function print(text: string, exitCode: number): number {
  process.stdout.write(text);
  return exitCode;
}

/** A fault of our own is shown with its cause: whoever runs a command has no log to look into. */
function explain(error: unknown): string {
  const { message, cause } = toOraFerryError(error);
  return cause instanceof Error ? `${message} (${cause.message})` : message;
}
