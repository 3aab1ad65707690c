import { extname } from 'node:path';
import { Duplex } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { type FromGzipThread, inputCredits, type ToGzipThread } from './gzip-messages.ts';

export interface GzipStage {
  /**
   * Write plain bytes, read gzip. Written chunks are given away: their memory moves to the thread. A slow
   * reader stops the thread, a busy thread stops the writer. Destroying the stream ends the thread.
   */
  readonly stream: Duplex;
  readonly counts: { readonly bytesIn: number; readonly bytesOut: number };
}

/**
 * Compresses in a thread of its own, because on the thread that decodes rows zlib's callbacks would wait behind
 * every batch.
 */
export function createGzipStage(level: number): GzipStage {
  const counts = { bytesIn: 0, bytesOut: 0 };
  const thread = new Worker(new URL(`./gzip-thread${extname(import.meta.url)}`, import.meta.url), {
    workerData: { level },
  });
  const post = (message: ToGzipThread, transfer: ArrayBuffer[] = []) =>
    thread.postMessage(message, transfer);
  let credits = inputCredits;
  let resumeWriter: (() => void) | undefined;
  let untaken = 0;
  let finished = false;

  const stream = new Duplex({
    readableHighWaterMark: 1024 * 1024,
    // Any chunk fills the buffer: what may wait is bounded by the credits alone.
    writableHighWaterMark: 1,
    write(chunk: Uint8Array, _encoding, done) {
      counts.bytesIn += chunk.byteLength;
      const bytes = movable(chunk);
      post({ kind: 'chunk', bytes }, [bytes.buffer]);
      credits -= 1;
      if (credits > 0) done();
      else resumeWriter = done;
    },
    final(done) {
      post({ kind: 'end' });
      done();
    },
    read() {
      if (untaken > 0) post({ kind: 'taken', count: untaken });
      untaken = 0;
    },
    destroy(error, done) {
      thread.terminate().then(() => done(error), done);
    },
  });

  thread.on('message', (message: FromGzipThread) => {
    if (message.kind === 'output') return take(message.bytes);
    if (message.kind === 'finished') return finish();
    credits += 1;
    resumeWriter?.();
    resumeWriter = undefined;
  });
  thread.on('error', (error) => stream.destroy(error));
  thread.on('exit', () => {
    if (!finished) stream.destroy(new Error('The gzip thread ended before its work was done.'));
  });

  function take(bytes: Uint8Array): void {
    counts.bytesOut += bytes.byteLength;
    untaken += 1;
    if (!stream.push(bytes)) return;
    post({ kind: 'taken', count: untaken });
    untaken = 0;
  }

  function finish(): void {
    finished = true;
    stream.push(null);
  }

  return { stream, counts };
}

/** Memory that belongs to the chunk alone may move; small Buffers share a pool, which may not. */
function movable(chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = chunk;
  const owned = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  return owned ? new Uint8Array(buffer) : new Uint8Array(chunk);
}
