import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  type Server,
  ServerCredentials,
  type ServiceError,
  status,
} from '@grpc/grpc-js';

/** A gRPC status as an error: grpc-js sends `code` and `details` to the client. */
export function failure(code: keyof typeof status, details: string): ServiceError {
  return Object.assign(new Error(details), {
    code: status[code],
    details,
    metadata: new Metadata(),
  });
}

/** A unary method from a function of its request; what it throws becomes the call's status. */
export function unary<Request, Response>(
  answer: (request: Request) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    settle(answer, call.request).then(
      (response) => callback(null, response),
      (error) => callback(asFailure(error)),
    );
  };
}

/** A server-streaming method from a function that returns all its messages. */
export function streaming<Request, Response>(
  answer: (request: Request) => Promise<Response[]>,
): handleServerStreamingCall<Request, Response> {
  return (call) => {
    settle(answer, call.request).then(
      (messages) => {
        for (const message of messages) call.write(message);
        call.end();
      },
      (error) => call.emit('error', asFailure(error)),
    );
  };
}

/** The google.rpc.Status of what a function has thrown. */
export function asStatus(error: unknown): { code: number; message: string } {
  const { code, details } = asFailure(error);
  return { code, message: details };
}

/** A promise of the answer, rejected also when the function throws at once. */
const settle = async <Request, Response>(
  answer: (request: Request) => Response | Promise<Response>,
  request: Request,
) => answer(request);

function asFailure(error: unknown): ServiceError {
  if (error instanceof Error && 'details' in error) return error as ServiceError;
  return failure(
    'INTERNAL',
    error instanceof Error ? (error.stack ?? error.message) : String(error),
  );
}

/** Binds a server to a loopback port (0: any free one) and returns the port. */
export const listen = (server: Server, port: number) =>
  new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
