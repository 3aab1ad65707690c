export interface Chunk {
  readonly bytes: Buffer;
  /** Position of the first byte in the object. */
  readonly start: number;
  /** Size of the object, known with the last chunk. */
  readonly total: number | undefined;
}

/**
 * Cuts a stream of bytes into chunks of exactly `size`, the last one of 1 … `size`; an empty source gives none.
 * While the consumer works on a chunk the next one is gathered, and no more: the source is not pulled while both
 * are full. On an abort it throws the signal's reason at once. However it ends, the source is told to end, but
 * not waited for.
 */
export async function* chunksOf(
  source: AsyncIterable<Uint8Array>,
  size: number,
  signal: AbortSignal,
): AsyncGenerator<Chunk> {
  const reader = createReader(source, size);
  try {
    let start = 0;
    let bytes = await unlessAborted(reader.fill(), signal);
    while (bytes.length > 0) {
      // One byte of the next chunk must be seen before this one can be called the last.
      const more = await unlessAborted(reader.hasMore(), signal);
      const next = more ? reader.fill() : Promise.resolve(Buffer.alloc(0));
      next.catch(() => 'is thrown when it is awaited below');
      yield { bytes, start, total: more ? undefined : start + bytes.length };
      start += bytes.length;
      bytes = await unlessAborted(next, signal);
    }
  } finally {
    reader.end();
  }
}

function createReader(source: AsyncIterable<Uint8Array>, size: number) {
  const pieces = source[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array();
  let ended = false;

  async function hasMore(): Promise<boolean> {
    while (rest.length === 0 && !ended) {
      const piece = await pieces.next();
      if (piece.done) ended = true;
      else rest = piece.value;
    }
    return rest.length > 0;
  }

  return {
    hasMore,

    /** The next chunk, shorter than `size` only at the end of the source. */
    async fill(): Promise<Buffer> {
      const chunk = Buffer.allocUnsafeSlow(size);
      let used = 0;
      while (used < size && (await hasMore())) {
        const taken = rest.subarray(0, size - used);
        chunk.set(taken, used);
        used += taken.length;
        rest = rest.subarray(taken.length);
      }
      return chunk.subarray(0, used);
    },

    end(): void {
      ended = true;
      pieces.return?.().catch(() => 'the source ended with an error that nobody waits for');
    },
  };
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
