import {
  Client,
  credentials,
  type Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  type status,
} from '@grpc/grpc-js';
import type { StoreServer } from './stores.ts';

/** Stands before a Firestore server and, when asked, lets a commit succeed but loses its answer. */
export interface ForgetfulFirestore extends StoreServer {
  /** The next commit with writes is carried out, and then answered by this status. */
  loseNextAnswer(code: status): void;
}

const service = '/google.firestore.v1.Firestore/';
const unaryCalls = ['BeginTransaction', 'Commit', 'Rollback'];
const streamingCalls = ['BatchGetDocuments', 'RunQuery'];
const asItIs = (bytes: Buffer) => bytes;

type Unary = ServerUnaryCall<Buffer, Buffer>;
type Streaming = ServerWritableStream<Buffer, Buffer>;

export async function startForgetful(inner: StoreServer): Promise<ForgetfulFirestore> {
  const client = new Client(inner.host, credentials.createInsecure());
  const server = new Server();
  let loss: status | undefined;
  const answer = (path: string, reply: sendUnaryData<Buffer>): sendUnaryData<Buffer> => {
    if (loss === undefined || path !== `${service}Commit`) return reply;
    const code = loss;
    loss = undefined;
    return (error, value) => reply(error ?? { code, details: 'The answer got lost.' }, value);
  };
  for (const path of unaryCalls.map((call) => service + call)) {
    const handle = (call: Unary, reply: sendUnaryData<Buffer>) => {
      const metadata = headersOf(call.metadata);
      client.makeUnaryRequest(path, asItIs, asItIs, call.request, metadata, answer(path, reply));
    };
    server.register(path, handle, asItIs, asItIs, 'unary');
  }
  for (const path of streamingCalls.map((call) => service + call)) {
    const handle = (call: Streaming) => {
      const metadata = headersOf(call.metadata);
      const answers = client.makeServerStreamRequest(path, asItIs, asItIs, call.request, metadata);
      answers.on('error', (error) => call.destroy(error));
      answers.on('data', (bytes: Buffer) => void call.write(bytes));
      answers.on('end', () => void call.end());
    };
    server.register(path, handle, asItIs, asItIs, 'serverStream');
  }
  const port = await listen(server);
  return {
    host: `127.0.0.1:${port}`,
    loseNextAnswer: (code) => {
      loss = code;
    },
    async close() {
      server.forceShutdown();
      client.close();
      await inner.close();
    },
  };
}

/** Those of our call; the connection's own belong to each connection. */
function headersOf(metadata: Metadata): Metadata {
  const headers = metadata.clone();
  for (const name of [
    'user-agent',
    'content-type',
    'te',
    'grpc-accept-encoding',
    'accept-encoding',
  ]) {
    headers.remove(name);
  }
  return headers;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}
