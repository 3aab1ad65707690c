import type { Results } from './results.ts';

/** The end of a run, for people. */
export function formatReport(results: Results): string {
  const { totals } = results;
  const unmet = results.unmet();
  return [
    '',
    'Faults                                                   injected   met',
    ...results
      .faults()
      .map(({ kind, injected, consumed }) => line(kind, [String(injected), String(consumed)])),
    '',
    'Jobs by end state',
    ...[...results.ends].toSorted().map(([end, count]) => line(end, [String(count)])),
    '',
    line('Processes killed', [String(results.kills())]),
    line('Rows lost', [String(totals.lost)]),
    line('Rows doubled', [String(totals.doubled)]),
    line('Manifests wrong', [String(totals.wrong)]),
    line('Strays', [String(totals.strays)]),
    line('Jobs or tasks that did not end', [String(totals.unended)]),
    line('Seconds', [String(results.seconds())]),
    ...unmet.map((kind) => `Never met: ${kind}`),
    '',
  ].join('\n');
}

function line(name: string, values: readonly string[]): string {
  return `  ${name.padEnd(52)}${values.map((value) => value.padStart(8)).join('')}`;
}
