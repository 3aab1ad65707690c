import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { CRC32C } from '@google-cloud/storage';

export interface Manifest {
  readonly state: string;
  readonly scn: string | null;
  readonly consistency: string;
  readonly tables: readonly ManifestTable[];
  readonly failed: readonly { readonly owner: string; readonly table: string }[];
}

export interface ManifestTable {
  readonly owner: string;
  readonly table: string;
  readonly scn: string | null;
  readonly consistency: string;
  readonly rows: number;
  readonly verified_rows: number | null;
  readonly schema: string;
  readonly load?: string;
  readonly parts: readonly ManifestPart[];
}

interface ManifestPart {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  readonly crc32c: string;
  readonly generation: string;
}

export type Row = Readonly<Record<string, unknown>>;

export type Bucket = ReturnType<typeof openBucket>;

/** A bucket as a consumer sees it, over Cloud Storage's HTTP API and without a line of the product. */
export function openBucket(apiEndpoint: string, bucket: string) {
  const objects = `${apiEndpoint}/storage/v1/b/${bucket}/o`;
  const read = (name: string, generation?: string) => {
    const query = new URLSearchParams({ alt: 'media', ...(generation && { generation }) });
    return get(`${objects}/${encodeURIComponent(name)}?${query}`);
  };

  return {
    /** Parsed JSON; undefined when it is not there. */
    async json(name: string): Promise<unknown> {
      const body = await read(name);
      return body && JSON.parse(body.toString());
    },

    /** The rows of a table by its manifest, and what is not as the manifest says. */
    async rows(prefix: string, { parts }: ManifestTable): Promise<PartContent> {
      const found: PartContent[] = [];
      for (const part of parts) {
        found.push(contentOf(part, await read(prefix + part.name, part.generation)));
      }
      return {
        rows: found.flatMap(({ rows }) => rows),
        problems: found.flatMap(({ problems }) => problems),
      };
    },

    /** Names of all objects under the prefix, relative to it. */
    async names(prefix: string): Promise<string[]> {
      const names: string[] = [];
      const query = new URLSearchParams({ prefix });
      for (let token: string | undefined = ''; token !== undefined; ) {
        query.set('pageToken', token);
        const body: Buffer | undefined = await get(`${objects}?${query}`);
        const page: Page = JSON.parse(String(body));
        names.push(...(page.items ?? []).map(({ name }) => name.slice(prefix.length)));
        token = page.nextPageToken;
      }
      return names;
    },
  };
}

interface PartContent {
  readonly rows: readonly Row[];
  readonly problems: readonly string[];
}

/** https://cloud.google.com/storage/docs/json_api/v1/objects/list#response */
interface Page {
  readonly items?: readonly { readonly name: string }[];
  readonly nextPageToken?: string;
}

const attempts = 8;

/** Undefined for what is not there; the faults that are about may befall us too. */
async function get(url: string): Promise<Buffer | undefined> {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(url);
    const body = Buffer.from(await response.arrayBuffer());
    if (response.ok) return body;
    if (response.status === 404) return undefined;
    if (attempt === attempts) throw new Error(`GET ${url} answered ${response.status}: ${body}`);
    await sleep(100);
  }
}

function contentOf(part: ManifestPart, body: Buffer | undefined): PartContent {
  if (!body) return { rows: [], problems: [`${part.name} is missing`] };
  if (!isIntact(body, part)) return { rows: [], problems: [`${part.name} is damaged`] };
  const rows = parseLines(body);
  const isWhole = rows.length === part.rows;
  return { rows, problems: isWhole ? [] : [`${part.name} has ${rows.length} rows`] };
}

function isIntact(body: Buffer, part: ManifestPart): boolean {
  const crc = new CRC32C();
  crc.update(body);
  return body.length === part.bytes && crc.toString() === part.crc32c;
}

function parseLines(gzip: Buffer): Row[] {
  const lines = gunzipSync(gzip).toString('utf8').split('\n');
  if (lines.pop() !== '') throw new Error('the last line of a part has no line feed');
  return lines.map((line) => JSON.parse(line));
}
