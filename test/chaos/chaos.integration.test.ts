import { expect, test } from 'vitest';
import { formatReport } from './report.ts';
import { runChaos } from './run.ts';

/** The short run of `npm run chaos`; the seed is printed, so that a failure can be looked for again. */
const seed = Number(process.env['CHAOS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const kills = 40;
const kindsAtLeast = 12;

test('jobs whose processes are killed and whose services fail lose no row and double none', async () => {
  const told: string[] = [`seed ${seed}`];
  const results = await runChaos({ kills, moreKills: 0, seed, minutes: 20 }, (line) =>
    told.push(line),
  );
  const story = [...told, formatReport(results)].join('\n');
  expect(results.totals, story).toEqual({ lost: 0, doubled: 0, wrong: 0, strays: 0, unended: 0 });
  expect(results.kills(), story).toBeGreaterThanOrEqual(kills);
  const met = results.faults().filter(({ consumed }) => consumed > 0);
  const names = met.map(({ kind }) => kind);
  expect(names, story).toEqual(expect.arrayContaining(['task killed', 'worker killed']));
  expect(names.length, story).toBeGreaterThanOrEqual(kindsAtLeast);
  expect(results.ends.has('SUCCEEDED'), story).toBe(true);
}, 900_000);
