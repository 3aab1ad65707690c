import type { TableSize } from '../data/load.ts';
import type { Endpoints } from './endpoints.ts';

const TABLES_SHOWN = 20;

/** What a person needs who wants to use the stack: addresses, tables, and commands to paste. */
export function greet(
  endpoints: Endpoints,
  tables: readonly TableSize[],
  { file, logFile }: { readonly file: string; readonly logFile: string },
): string {
  const { api_url, api_key, gcs_url, bucket, bucket_dir, oracle } = endpoints;
  return [
    'OraFerry is ready. Ctrl-C stops everything.',
    '',
    `API       ${api_url}/api`,
    `API key   ${api_key}`,
    `GCS       ${gcs_url}, bucket ${bucket}`,
    `objects   ${bucket_dir}, until the stop`,
    `Oracle    ${oracle.connect_string}, user ${oracle.user}; its password is in the file below`,
    `all this  ${file}`,
    `log       ${logFile}`,
    '',
    'Tables:',
    ...describeTables(tables),
    '',
    'To try (copy into another terminal):',
    '',
    ...commandsToTry(endpoints, tables),
    '',
  ].join('\n');
}

function describeTables(tables: readonly TableSize[]): string[] {
  const shown = tables
    .slice(0, TABLES_SHOWN)
    .map(({ owner, name, rows }) => `  ${owner}.${name}: ${rows.toLocaleString('en-US')} rows`);
  const more = tables.length - shown.length;
  return more > 0 ? [...shown, `  and ${more} more`] : shown;
}

/** Lines for a POSIX shell with curl, grep and sed. */
function commandsToTry(
  { api_url, api_key, gcs_url, bucket }: Endpoints,
  [first]: readonly TableSize[],
): string[] {
  const table = first && { owner: first.owner, table: first.name };
  const body = JSON.stringify({
    name: 'try',
    tables: [table],
    destination: { prefix: 'exports' },
  });
  const objects = `"$GCS/storage/v1/b/${bucket}/o`;
  const json = `-H 'Content-Type: application/json'`;
  return [
    `API=${api_url} GCS=${gcs_url} KEY='X-API-Key: ${api_key}'`,
    '',
    '# define a transport, and execute it',
    `ID=$(curl -sS "$API/api/transport" -H "$KEY" ${json} -d ${quoteForShell(body)} | ${valuesOf('id')})`,
    `curl -sS "$API/api/transport/$ID/execute" -H "$KEY" ${json} -d '{}'; echo`,
    '',
    '# watch it, until it ends',
    `curl -sS -N "$API/api/transport/$ID/status" -H "$KEY" -H 'Accept: text/event-stream'; echo`,
    '',
    '# list the objects, and download a part',
    `curl -sS ${objects}?prefix=exports/"; echo`,
    `PART=$(curl -sS ${objects}?prefix=exports/" | ${valuesOf('name')} | grep 'gz$' | head -n 1)`,
    `curl -s ${objects}/$(echo "$PART" | sed 's/%/%25/g; s#/#%2F#g')?alt=media" | gunzip | head -n 5`,
  ];
}

/** Prints the values of a key in compact JSON, one per line. */
function valuesOf(key: string): string {
  return `grep -o '"${key}":"[^"]*"' | cut -d '"' -f 4`;
}

function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
