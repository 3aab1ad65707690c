import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port of loopback that nobody listens on now; somebody else may take it before it is used. */
export async function freePort(): Promise<number> {
  return tryPort(0);
}

/** Throws, in words for people, when the port cannot be listened on. */
export async function requireFreePort(port: number): Promise<void> {
  try {
    await tryPort(port);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      EADDRINUSE: 'somebody listens on it already',
      EACCES: 'this user may not listen on it',
    };
    const reason = reasons[code ?? ''] ?? message;
    throw new Error(`port ${port} cannot be used: ${reason}`, { cause });
  }
}

async function tryPort(port: number): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || !address) throw new Error('there is no free port');
  return address.port;
}
