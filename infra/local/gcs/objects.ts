import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HttpError } from './errors.ts';

/** An object's resource (https://cloud.google.com/storage/docs/json_api/v1/objects#resource). */
export interface ObjectResource {
  readonly kind: 'storage#object';
  readonly bucket: string;
  readonly name: string;
  readonly generation: string;
  readonly metageneration: '1';
  readonly contentType: string;
  readonly size: string;
  readonly crc32c: string;
  readonly timeCreated: string;
  readonly updated: string;
}

export interface NewObject {
  readonly bucket: string;
  readonly name: string;
  readonly contentType: string;
  readonly size: number;
  readonly crc32c: string;
  /** A finished file on the same file system; it is moved into place. */
  readonly file: string;
  /** '0': must not exist. */
  readonly ifGenerationMatch: string | undefined;
}

export type Objects = ReturnType<typeof createObjects>;

/**
 * Buckets as folders: an object is the file `<dir>/<bucket>/<name>`, its resource is kept in memory. All steps
 * are synchronous, so that a check and its effect are one.
 */
export function createObjects(dir: string, buckets: readonly string[]) {
  const contents = new Map(buckets.map((bucket) => [bucket, new Map<string, ObjectResource>()]));
  for (const bucket of buckets) mkdirSync(join(dir, bucket), { recursive: true });
  const scratch = mkdtempSync(join(dir, '.uploads-'));
  let lastGeneration = 0;

  function bucketOf(bucket: string): Map<string, ObjectResource> {
    const found = contents.get(bucket);
    if (!found) throw new HttpError(404, 'The specified bucket does not exist.');
    return found;
  }

  function get(bucket: string, name: string, generation?: string): ObjectResource {
    const found = bucketOf(bucket).get(name);
    if (!found || (generation !== undefined && generation !== found.generation)) {
      throw new HttpError(404, `No such object: ${bucket}/${name}`);
    }
    return found;
  }

  return {
    /** Where unfinished uploads lie, outside of every bucket. */
    scratch,
    bucketOf,
    get,

    path(bucket: string, name: string): string {
      bucketOf(bucket);
      return join(dir, bucket, ...safeSegments(name));
    },

    /** Throws 412 when the live generation is not the expected one; undefined expects nothing. */
    checkGeneration(bucket: string, name: string, expected: string | undefined): void {
      const live = bucketOf(bucket).get(name)?.generation ?? '0';
      if (expected !== undefined && expected !== live) {
        throw new HttpError(412, 'At least one of the pre-conditions you specified did not hold.');
      }
    },

    put(object: NewObject): ObjectResource {
      const { bucket, name } = object;
      this.checkGeneration(bucket, name, object.ifGenerationMatch);
      moveIntoPlace(object.file, this.path(bucket, name));
      lastGeneration = Math.max(lastGeneration + 1, Date.now() * 1000);
      const resource = describe(object, lastGeneration);
      bucketOf(bucket).set(name, resource);
      return resource;
    },

    remove(bucket: string, name: string, generation?: string): void {
      get(bucket, name, generation);
      rmSync(this.path(bucket, name));
      bucketOf(bucket).delete(name);
    },

    /** In the order of names, as Cloud Storage lists them. */
    list(bucket: string, prefix: string): ObjectResource[] {
      const all = [...bucketOf(bucket).values()];
      return all
        .filter(({ name }) => name.startsWith(prefix))
        .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
    },
  };
}

/** Names that are no path below the bucket's folder are refused; all others stand on disk as they are. */
function safeSegments(name: string): string[] {
  const segments = name.split('/');
  const unsafe = segments.some((segment) => ['', '.', '..'].includes(segment));
  if (unsafe || name.includes('\0')) throw new HttpError(400, 'Invalid object name.');
  return segments;
}

function moveIntoPlace(from: string, to: string): void {
  try {
    mkdirSync(dirname(to), { recursive: true });
    renameSync(from, to);
  } catch {
    throw new HttpError(400, 'A folder cannot stand where an object stands, nor the reverse.');
  }
}

function describe(object: NewObject, generation: number): ObjectResource {
  const now = new Date().toISOString();
  return {
    kind: 'storage#object',
    bucket: object.bucket,
    name: object.name,
    generation: String(generation),
    metageneration: '1',
    contentType: object.contentType,
    size: String(object.size),
    crc32c: object.crc32c,
    timeCreated: now,
    updated: now,
  };
}
