import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Google's emulators come with gcloud. */
export const hasGcloud = spawnSync('gcloud', ['--version']).status === 0;

const emulators = {
  firestore: { command: ['emulators', 'firestore', 'start'], ready: 'is now running' },
  pubsub: { command: ['beta', 'emulators', 'pubsub', 'start'], ready: 'Server started' },
};

/** Starts one of Google's emulators, on a free port unless told; `host` is `127.0.0.1:PORT`. */
export async function startEmulator(
  name: keyof typeof emulators,
  port?: number,
): Promise<{ host: string; port: number; close(): Promise<void> }> {
  const { command, ready } = emulators[name];
  const chosen = port ?? (await freePort());
  const host = `127.0.0.1:${chosen}`;
  const emulator = spawn('gcloud', [...command, `--host-port=${host}`], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await saying(emulator, ready);
  return { host, port: chosen, close: () => stop(emulator) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

function saying(emulator: ChildProcess, text: string) {
  return new Promise<void>((resolve, reject) => {
    let said = '';
    const listen = (chunk: Buffer) => {
      said += chunk;
      if (said.includes(text)) resolve();
    };
    emulator.stdout?.on('data', listen);
    emulator.stderr?.on('data', listen);
    emulator.once('exit', () => reject(new Error(`The emulator ended: ${said}`)));
  });
}

// Java lives on when only gcloud's wrapper is killed: end the whole process group.
async function stop(emulator: ChildProcess) {
  const ended = once(emulator, 'exit');
  if (emulator.pid) process.kill(-emulator.pid, 'SIGKILL');
  await ended;
}
