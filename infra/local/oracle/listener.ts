/** What accepts the connections of clients, plainly or by TLS (the protocol TCPS of Oracle Net). */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type SecureVersion } from 'node:tls';
import { resendPacket } from './connect.ts';

export interface TlsSettings {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
  /** When given, clients need a certificate that this authority issued. */
  readonly ca?: string | undefined;
  readonly maxVersion?: SecureVersion;
  /**
   * As a listener that hands connections over to another process, which knows nothing of the keys: it answers
   * CONNECT with RESEND, and both sides begin TLS anew on the same connection.
   */
  readonly handsOver?: boolean;
}

export interface Listener {
  /** All open connections, those within a handshake included. */
  readonly sockets: ReadonlySet<Socket>;
  /** Resolves with the port. Does nothing while it listens. */
  listen(port: number): Promise<number>;
  /** Stops accepting at once; open connections live on. */
  stop(): void;
}

export function createListener(
  host: string,
  tls: TlsSettings | undefined,
  serve: (socket: Socket) => void,
): Listener {
  const sockets = new Set<Socket>();
  const begin = tls ? createHandshakes(tls, serve) : serve;
  let opening: Promise<Server> | undefined;

  async function open(port: number): Promise<Server> {
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      begin(socket);
    });
    server.listen(port, host);
    await once(server, 'listening');
    return server;
  }

  return {
    sockets,
    async listen(port) {
      // Two calls at once must not meet at the port.
      opening ??= open(port).catch((error) => {
        opening = undefined;
        throw error;
      });
      const address = (await opening).address();
      return typeof address === 'object' && address ? address.port : port;
    },
    stop() {
      opening?.then(
        (server) => server.close(),
        () => undefined,
      );
      opening = undefined;
    },
  };
}

/** TLS begins with the first byte, as it does at a TCPS port of Oracle. */
function createHandshakes(
  { handsOver = false, ca, ...settings }: TlsSettings,
  serve: (socket: Socket) => void,
): (socket: Socket) => void {
  const secured = createTlsServer({
    ...settings,
    ...(ca !== undefined && { ca, requestCert: true, rejectUnauthorized: true }),
  });
  const toHandOver = new Map<number | undefined, Socket>();
  secured.on('secureConnection', (socket) => {
    const plain = toHandOver.get(socket.remotePort);
    if (!plain) return serve(socket);
    toHandOver.delete(socket.remotePort);
    socket.on('error', () => plain.destroy());
    socket.once('data', () => {
      socket.write(resendPacket({ beginTlsAnew: true }));
      secured.emit('connection', plain);
    });
  });

  return (socket) => {
    socket.on('error', () => socket.destroy());
    if (handsOver) toHandOver.set(socket.remotePort, socket);
    secured.emit('connection', socket);
  };
}
