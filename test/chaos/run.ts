import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChaosOptions } from './arguments.ts';
import { startCloud } from './cloud.ts';
import { judgeJob, judgeLatest, strayObjects } from './judge.ts';
import { createRandom } from './random.ts';
import { startReconciler } from './reconciler.ts';
import { createResults, type Results } from './results.ts';
import { createTransport, runOneJob, type Stage } from './run-job.ts';
import { createStorm } from './storm.ts';
import { watchWrites } from './watch.ts';

const slots = ['A', 'B'];

/**
 * Runs jobs, two at once, under faults until enough processes were killed, and judges what each left behind. What
 * the tasks logged is kept, in a folder that the last line names, when anything is wrong.
 */
export async function runChaos(
  options: ChaosOptions,
  say: (line: string) => void,
): Promise<Results> {
  const began = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'oraferry-chaos-'));
  const resources = new AsyncDisposableStack();
  const random = createRandom(options.seed);
  try {
    const cloud = await startCloud({ folder, slots }, resources);
    const watch = watchWrites(cloud);
    const storm = createStorm(cloud, random.fork(), options);
    const reconciler = startReconciler(cloud.api);
    resources.defer(() => reconciler.stop());
    const results = createResults(say, storm);
    const until = began + options.minutes * 60_000;
    const mayGoOn = () => !storm.isOver() && performance.now() < until;
    await Promise.all(
      slots.map((slot) =>
        perform({ cloud, watch, storm, slot, random: random.fork() }, results, mayGoOn),
      ),
    );
    for (const job of results.ended()) results.addLate(job, await strayObjects(cloud, job));
    await resources.disposeAsync();
    const isClean = results.isClean();
    if (isClean) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    else say(`What the tasks wrote and logged is kept in ${folder}`);
    return results;
  } finally {
    await resources.disposeAsync();
  }
}

/** Jobs one after the other, some of them of the same transport. */
async function perform(stage: Stage, results: Results, mayGoOn: () => boolean): Promise<void> {
  const { cloud, random } = stage;
  while (mayGoOn()) {
    const { transport, tables } = await createTransport(stage);
    const versions = random.int(1, 3);
    let highest = 0;
    for (let version = 1; version <= versions && mayGoOn(); version++) {
      const ended = await runOneJob(stage, transport, tables);
      const { job, span } = ended;
      if (job.state === 'SUCCEEDED') highest = job.version;
      const findings = await judgeJob(cloud, job, span);
      const latest = await judgeLatest(cloud, job, highest);
      results.add(ended, { ...findings, wrong: [...findings.wrong, ...latest] });
      if (ended.unended.length > 0) break;
    }
  }
}
