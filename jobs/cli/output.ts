import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { text } from 'node:stream/consumers';
import { manifestName } from '../../shared/domain/layout.ts';
import { OraFerryError } from '../../shared/errors.ts';
import { createObjectReader } from '../../shared/gcs/reader.ts';
import { withRetry } from '../../shared/retry.ts';

/** What a job wrote, wherever it lies. Names are relative to the job's prefix, as in the manifest. */
export interface Output {
  /** Where the manifest is, as the caller wrote it. */
  readonly manifest: string;
  /**
   * The content, of the generation if that can be told apart; undefined when it is not there. Throws GCS_ERROR, and so
   * may the content.
   */
  open(name: string, generation?: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** All that lies there, with its generation if it has one; undefined where nobody can look. */
  list(): Promise<ReadonlyMap<string, string | undefined> | undefined>;
}

const attempts = { attempts: 5, initialDelayMs: 500, maxDelayMs: 10_000 };

/** Reads an object from its beginning to its end, and begins anew when the connection breaks. */
export async function readWhole<T>(
  open: () => Promise<AsyncIterable<Uint8Array> | undefined>,
  read: (content: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T | undefined> {
  return withRetry(attempts, new AbortController().signal, async () => {
    const content = await open();
    return content && read(unbroken(content));
  });
}

/** The text of a small object; undefined when it is not there. */
export function readText(output: Output, name: string): Promise<string | undefined> {
  return readWhole(() => output.open(name), text);
}

async function* unbroken(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* content;
  } catch (cause) {
    throw brokenOff(cause);
  }
}

function brokenOff(cause: unknown): OraFerryError {
  const message = 'The content could not be read to its end.';
  return new OraFerryError('GCS_ERROR', message, { cause, retryable: true });
}

/** The output whose manifest is named by a gs:// or http(s):// URL or a path; undefined when it is none of them. */
export function openOutput(manifest: string, apiEndpoint: string | undefined): Output | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(manifest)?.[1]?.toLowerCase();
  if (scheme === undefined) return openFolder(manifest);
  if (scheme === 'gs') return openBucket(manifest, apiEndpoint);
  return scheme === 'https' || scheme === 'http' ? openSite(manifest) : undefined;
}

function openBucket(manifest: string, apiEndpoint: string | undefined): Output | undefined {
  const [, bucket, prefix] = /^gs:\/\/([^/]+)\/((?:.+\/)?)_manifest\.json$/.exec(manifest) ?? [];
  if (bucket === undefined || prefix === undefined) return undefined;
  const reader = createObjectReader(apiEndpoint);
  return {
    manifest,
    open: (name, generation) => reader.open(bucket, prefix + name, generation),
    async list() {
      const found = new Map<string, string>();
      for await (const { name, generation } of reader.list(bucket, prefix)) {
        found.set(name.slice(prefix.length), generation);
      }
      return found;
    },
  };
}

function openSite(manifest: string): Output | undefined {
  const base = URL.parse(manifest);
  if (!base?.pathname.endsWith(`/${manifestName}`)) return undefined;
  return {
    manifest,
    async open(name) {
      // Names have percent signs of their own. A query, such as a signature of the whole prefix, goes along.
      const path = name.split('/').map(encodeURIComponent).join('/');
      const url = new URL(path, base);
      url.search = base.search;
      const headers = { 'Accept-Encoding': 'identity' };
      const response = await fetch(url, { headers }).catch((cause) =>
        Promise.reject(brokenOff(cause)),
      );
      const { ok, status, body } = response;
      if (ok && body) return body;
      await body?.cancel();
      if (status === 404) return undefined;
      const retryable = status === 429 || status >= 500;
      throw new OraFerryError('GCS_ERROR', `${name}: the server answered ${status}.`, {
        retryable,
      });
    },
    list: async () => undefined,
  };
}

function openFolder(path: string): Output | undefined {
  if (basename(path) !== manifestName) return undefined;
  const folder = resolve(dirname(path));
  return {
    manifest: path,
    async open(name) {
      const file = join(folder, name);
      const isFile = await stat(file).then(
        (found) => found.isFile(),
        () => false,
      );
      return isFile ? createReadStream(file, { highWaterMark: 256 * 1024 }) : undefined;
    },
    async list() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile());
      return new Map(
        files.map((entry) => {
          const name = relative(folder, join(entry.parentPath, entry.name));
          return [name.split(sep).join('/'), undefined];
        }),
      );
    },
  };
}
