import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startEmulator } from '../../../../infra/local/gcloud/emulator.ts';

/** Programs named gcloud that behave in a way that Google's hardly would on demand. */
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gcloud-'));
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it('says what gcloud wrote when the emulator does not start', async () => {
  gcloud('echo "the component is not installed" >&2; exit 1');
  await expect(startEmulator('pubsub')).rejects.toThrow(
    "Google's pubsub emulator did not start:\nthe component is not installed",
  );
});

it('ends the whole group of processes that gcloud began', async () => {
  gcloud('sleep 600 & echo $! > "$0.pid"; echo "$@" > "$0.args"; echo Server started; wait');
  const emulator = await startEmulator('pubsub', { port: 4711 });
  expect(emulator).toMatchObject({ host: '127.0.0.1:4711', port: 4711 });
  const said = readFileSync(join(folder, 'gcloud.args'), 'utf8');
  expect(said).toBe('beta emulators pubsub start --host-port=127.0.0.1:4711\n');
  await emulator.close();
  const pid = Number(readFileSync(join(folder, 'gcloud.pid'), 'utf8'));
  while (isAlive(pid)) await delay(20);
});

it('gives up at an abort', async () => {
  gcloud('echo starting; exec sleep 600');
  const stop = new AbortController();
  const starting = startEmulator('firestore', { signal: stop.signal });
  setImmediate(() => stop.abort());
  await expect(starting).rejects.toThrow('abort');
  await expect(startEmulator('firestore', { signal: stop.signal })).rejects.toThrow('abort');
});

function gcloud(script: string): void {
  writeFileSync(join(folder, 'gcloud'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
