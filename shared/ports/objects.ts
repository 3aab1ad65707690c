/** What we ask of Cloud Storage. */

/** An object as it lies in the bucket. */
export interface StoredObject {
  readonly name: string;
  readonly bytes: number;
  readonly crc32c: string;
  readonly generation: string;
}

export interface ObjectStore {
  /** Throws GCS_ERROR when the bucket does not exist or may not be used. */
  checkBucket(bucket: string): Promise<void>;
  /** Begins a resumable upload that can only create the object, and returns its session URI. No byte is sent. */
  beginUpload(bucket: string, name: string, contentType: string): Promise<string>;
  /**
   * Sends the bytes through the session in bounded memory. Settles its own ambiguities (lost final response,
   * 412) by comparing CRC32C. Throws GCS_UPLOAD_ERROR.
   */
  upload(
    target: { readonly bucket: string; readonly name: string; readonly uri: string },
    source: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<StoredObject>;
  /** Ends a session so that it can never create its object. Idempotent. */
  cancelUpload(uri: string): Promise<void>;
  /** Creates a small object; when it exists already with the same bytes, that counts as success. */
  create(bucket: string, name: string, body: string, contentType: string): Promise<StoredObject>;
  /** Replaces an object only if it is still of `generation` ('0': does not exist). Throws PRECONDITION_FAILED. */
  replace(
    bucket: string,
    name: string,
    body: string,
    contentType: string,
    generation: string,
  ): Promise<StoredObject>;
  read(bucket: string, name: string): Promise<{ body: string; generation: string } | undefined>;
  /**
   * The same content as it arrives, in bounded memory. It fails before its last piece when it breaks off, was damaged
   * or is not taken for a minute. Whoever does not read it to its end aborts the signal.
   */
  open(
    bucket: string,
    name: string,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array> | undefined>;
  list(bucket: string, prefix: string): AsyncIterable<StoredObject>;
  /** Deletes exactly this generation. An object that is gone already is no error. */
  remove(bucket: string, name: string, generation: string): Promise<void>;
}
