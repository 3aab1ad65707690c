/** The local Oracle server: a listener on loopback in front of a database in memory. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createVerifier } from './auth.ts';
import type { Account, Instance } from './calls.ts';
import type { Database } from './database.ts';
import { createRowFaults, type Faults } from './faults.ts';
import { createListener, type TlsSettings } from './listener.ts';
import { type LocalUser, rightsOf } from './privileges.ts';
import { RELEASES, type Version } from './release.ts';
import { createRowCache } from './row-cache.ts';
import { serveSession } from './session.ts';

export interface OracleOptions {
  database: Database;
  users: readonly LocalUser[];
  host?: '127.0.0.1';
  /** 0, the default, takes any free port. */
  port?: number;
  serviceName?: string;
  /** Which release the server pretends to be: '19c' makes clients log in the classic way. */
  version?: Version;
  /** Pretends to be a standby that is open for reading only. */
  isStandby?: boolean;
  /** Serves by TLS only, as at a TCPS port. */
  tls?: TlsSettings;
}

export interface OracleServer {
  /** What a client passes as `connectString`: 127.0.0.1:PORT/SERVICE, after tcps:// with TLS. */
  connectString: string;
  port: number;
  faults: Faults;
  /** The texts of all statements that were refused with ORA-00900. */
  statements: readonly string[];
  /** What sessions said that they are for, as V$SESSION.ACTION would show it, in turn. */
  actions: readonly string[];
  /** The same for V$SESSION.CLIENT_IDENTIFIER. */
  clients: readonly string[];
  /** Names of the tasks of DBMS_PARALLEL_EXECUTE that exist now. */
  tasks(): string[];
  /** The number of connections that are open now. */
  sessions(): number;
  close(): Promise<void>;
}

/** Starts a server; rejects with the socket's error when the port is taken. */
export async function startOracle(options: OracleOptions): Promise<OracleServer> {
  const { database, users, host = '127.0.0.1', serviceName = 'FREEPDB1' } = options;
  const rowFaults = createRowFaults();
  const unknown: string[] = [];
  const tasks: Instance['tasks'] = new Map();
  const instance: Instance = {
    database,
    rowCache: createRowCache(),
    service: serviceName,
    accounts: new Map(users.map((user) => [user.user.toUpperCase(), accountOf(user)])),
    faults: rowFaults,
    release: RELEASES[options.version ?? '23ai'],
    unknown,
    tasks,
    isStandby: options.isStandby ?? false,
    actions: [],
    clients: [],
  };
  let started = 0;
  const listener = createListener(host, options.tls, (socket) =>
    serveSession(socket, instance, ++started),
  );
  const port = await listener.listen(options.port ?? 0);

  return {
    connectString: `${options.tls ? 'tcps://' : ''}${host}:${port}/${serviceName}`,
    port,
    faults: {
      ...rowFaults,
      refuse: async (down) => void (down ? listener.stop() : await listener.listen(port)),
    },
    statements: unknown,
    actions: instance.actions,
    clients: instance.clients,
    tasks: () => [...tasks.keys()],
    sessions: () => listener.sockets.size,
    async close() {
      listener.stop();
      await Promise.all([...listener.sockets].map(destroy));
    },
  };
}

function accountOf(user: LocalUser): Account {
  const { password } = user;
  return { password, verifier: createVerifier(password), rights: rightsOf(user) };
}

async function destroy(socket: Socket): Promise<void> {
  if (socket.closed) return;
  socket.destroy();
  await once(socket, 'close');
}
