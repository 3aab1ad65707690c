import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { exportSplit, type SplitProgress } from '../../jobs/export-split.ts';
import { createBulky, useServers } from './fixture.ts';

const servers = useServers();

it('a bucket that takes nothing stops the reading of rows', async () => {
  const oracle = servers.open();
  const task = await servers.taskOf(oracle, createBulky(servers.database, 'BULKY', 24_000, 2_000));
  const stalled = servers.gcs.faults.inject({ on: 'chunk', action: 'stall' });
  const stop = new AbortController();
  let rows = 0;
  const onProgress = (progress: SplitProgress) => {
    rows = progress.rows;
  };
  const deps = { oracle, objects: servers.objects({ chunkBytes: 256 * 1024 }) };
  const running = exportSplit(
    deps,
    task,
    { onUpload: async () => undefined, onProgress },
    stop.signal,
  );
  running.catch(() => undefined);
  await expect.poll(() => stalled.consumed).toBe(1);
  let before = -1;
  while (rows !== before) {
    before = rows;
    await sleep(400);
  }
  expect(rows).toBeGreaterThan(0);
  expect(rows).toBeLessThanOrEqual(18_000);
  stop.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
});
