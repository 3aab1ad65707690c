import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Google's emulator comes with gcloud. */
export const hasGcloud = spawnSync('gcloud', ['--version']).status === 0;

/** Starts Google's Firestore emulator on a free port; `host` is `127.0.0.1:PORT`. */
export async function startEmulator(): Promise<{ host: string; close(): Promise<void> }> {
  const host = `127.0.0.1:${await freePort()}`;
  const emulator = spawn('gcloud', ['emulators', 'firestore', 'start', `--host-port=${host}`], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await saying(emulator, 'is now running');
  return { host, close: () => stop(emulator) };
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
