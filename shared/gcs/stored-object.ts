import { CRC32C, type FileMetadata } from '@google-cloud/storage';
import type { StoredObject } from '../ports/objects.ts';

/** Size and checksum of content, in the form in which Cloud Storage tells its own. */
export interface Digest {
  readonly bytes: number;
  readonly crc32c: string;
}

/** Reads an object resource (https://cloud.google.com/storage/docs/json_api/v1/objects#resource). */
export function toStoredObject(resource: FileMetadata): StoredObject {
  return {
    name: String(resource.name),
    bytes: Number(resource.size),
    crc32c: String(resource.crc32c),
    generation: String(resource.generation),
  };
}

export function digestOf(body: Buffer): Digest {
  const crc32c = new CRC32C();
  crc32c.update(body);
  return { bytes: body.length, crc32c: crc32c.toString() };
}

/** https://cloud.google.com/storage/docs/data-validation */
export function sameContent(a: Digest, b: Digest): boolean {
  return a.bytes === b.bytes && a.crc32c === b.crc32c;
}
