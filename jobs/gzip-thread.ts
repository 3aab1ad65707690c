import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { createGzip } from 'node:zlib';
import { type FromGzipThread, outputCredits, type ToGzipThread } from './gzip-messages.ts';

/** Entry of the thread that compresses. It ends by itself when the last byte is out. */
if (parentPort) await compress(parentPort, workerData.level);

async function compress(port: MessagePort, level: number): Promise<void> {
  const gzip = createGzip({ level, chunkSize: 256 * 1024 });
  let credits = outputCredits;
  let wake = () => {};

  port.on('message', (message: ToGzipThread) => {
    if (message.kind === 'chunk') {
      gzip.write(message.bytes, () => post(port, { kind: 'consumed' }));
    } else if (message.kind === 'end') {
      gzip.end();
    } else {
      credits += message.count;
      wake();
    }
  });

  for await (const output of gzip) {
    // A copy, because zlib goes on writing into the memory behind its output.
    const bytes = new Uint8Array(output);
    post(port, { kind: 'output', bytes }, [bytes.buffer]);
    credits -= 1;
    while (credits === 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      await promise;
    }
  }
  post(port, { kind: 'finished' });
  port.close();
}

function post(port: MessagePort, message: FromGzipThread, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}
