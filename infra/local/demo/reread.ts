import { gunzipSync } from 'node:zlib';
import { CRC32C } from '@google-cloud/storage';

export interface Manifest {
  readonly scn: string | null;
  readonly tables: readonly ManifestTable[];
}

export interface ManifestTable {
  readonly owner: string;
  readonly table: string;
  readonly rows: number;
  readonly verified_rows: number | null;
  readonly parts: readonly ManifestPart[];
}

export interface ManifestPart {
  /** Relative to the job's prefix. */
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  readonly crc32c: string;
  readonly generation: string;
}

export interface ReadTable extends ManifestTable {
  readonly bytes: number;
  /** What is wrong with the objects, one sentence each; empty when all is as the manifest says. */
  readonly problems: readonly string[];
}

/** Reads a job's output as any consumer would: by the manifest, over Cloud Storage's HTTP API. */
export function createReader(apiEndpoint: string, bucket: string, prefix: string) {
  const objects = `${apiEndpoint}/storage/v1/b/${bucket}/o`;

  /** Downloads a part, checks size and CRC32C, and parses every line of it. */
  const readPart = async (part: ManifestPart): Promise<string[]> => {
    const body = await get(mediaUrl(objects, prefix + part.name, part.generation));
    const crc = new CRC32C();
    crc.update(body);
    const damage = [
      ...differs(part, 'bytes', part.bytes, body.length),
      ...differs(part, 'CRC32C', part.crc32c, crc.toString()),
    ];
    return damage.length > 0 ? damage : differs(part, 'rows', part.rows, countRows(body));
  };

  return {
    async manifest(): Promise<Manifest> {
      const body = await get(mediaUrl(objects, `${prefix}_manifest.json`));
      return JSON.parse(body.toString());
    },
    async readTable(table: ManifestTable): Promise<ReadTable> {
      const problems: string[] = [];
      for (const part of table.parts) problems.push(...(await readPart(part)));
      const counted = sum(table.parts.map((part) => part.rows));
      const name = `${table.owner}.${table.table}`;
      if (counted !== table.rows) problems.push(`${name}: its parts hold ${counted} rows`);
      if (table.verified_rows !== table.rows) {
        problems.push(`${name}: Oracle counted ${table.verified_rows} rows, not ${table.rows}`);
      }
      return { ...table, bytes: sum(table.parts.map((part) => part.bytes)), problems };
    },
    /** How many objects there are under the prefix, manifest and schemas included. */
    async countObjects(): Promise<number> {
      let counted = 0;
      const query = new URLSearchParams({ prefix });
      for (let more: string | undefined = ''; more !== undefined; ) {
        query.set('pageToken', more);
        const page: ObjectPage = JSON.parse((await get(`${objects}?${query}`)).toString());
        counted += page.items?.length ?? 0;
        more = page.nextPageToken;
      }
      return counted;
    },
  };
}

/** https://cloud.google.com/storage/docs/json_api/v1/objects/list#response */
interface ObjectPage {
  readonly items?: readonly unknown[];
  readonly nextPageToken?: string;
}

// https://cloud.google.com/storage/docs/json_api/v1/objects/get
function mediaUrl(objects: string, name: string, generation?: string): string {
  const query = new URLSearchParams({ alt: 'media', ...(generation && { generation }) });
  return `${objects}/${encodeURIComponent(name)}?${query}`;
}

async function get(url: string): Promise<Buffer> {
  const response = await fetch(url);
  const body = Buffer.from(await response.arrayBuffer());
  if (response.ok) return body;
  throw new Error(`GET ${url} answered ${response.status}: ${body}`);
}

/** Counts the lines of a part, each of which must be a JSON object and end in a line feed. */
function countRows(gzip: Buffer): number {
  const lines = gunzipSync(gzip).toString('utf8').split('\n');
  if (lines.pop() !== '') throw new Error('the last line of a part has no line feed');
  for (const line of lines) {
    const row: unknown = JSON.parse(line);
    if (typeof row !== 'object' || row === null) throw new Error(`${line} is no JSON object`);
  }
  return lines.length;
}

function differs<T>(part: ManifestPart, what: string, expected: T, actual: T): string[] {
  return expected === actual ? [] : [`${part.name}: ${what} ${actual}, not ${expected}`];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
