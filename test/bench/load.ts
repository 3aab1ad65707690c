import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { summarizeProfiles } from './cpu-profile.ts';
import { loadApi } from './crud-load.ts';

/** Loads the API on this machine, says how fast it answered, and where its process spent the time. */
const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '60' },
    profile: { type: 'boolean', default: false },
  },
});

const profileDir = mkdtempSync(join(tmpdir(), 'oraferry-profile-'));
const report = await loadApi({
  connections: Number(values.connections),
  seconds: Number(values.seconds),
  ...(values.profile && { profileDir }),
});
const say = (line: string) => process.stdout.write(`${line}\n`);
say(`${report.requests} requests, ${report.requestsPerSecond.toFixed(0)}/s`);
say(`latency p50 ${report.p50} ms, p99 ${report.p99} ms`);
for (const [answer, count] of [...report.answers].toSorted()) say(`  ${answer}: ${count}`);
say(`unexpected: ${report.unexpected}`);
if (values.profile) {
  const { busy, shares } = summarizeProfiles(profileDir);
  say(`The process of the API was busy for ${busy.toFixed(0)} % of the time:`);
  for (const [name, share] of shares.slice(0, 20)) {
    say(`  ${share.toFixed(1).padStart(5)} %  ${name}`);
  }
}
rmSync(profileDir, { recursive: true });
process.exitCode = report.unexpected === 0 ? 0 : 1;
