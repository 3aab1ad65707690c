import type { Findings } from './check-output.ts';
import type { TableFindings } from './check-table.ts';

/** What was found, for people: a line per table, what is wrong, and the verdict last. */
export function summarize(findings: Findings): string {
  const { manifest, transport, version, job_id, state, tables, problems } = findings;
  return [
    manifest,
    `${transport}, version ${version}, job ${job_id}: ${state}`,
    '',
    ...tables.flatMap(describeTable),
    ...problems.map((problem) => `  ✗ ${problem}`),
    ...findings.failed.map(
      (name) => `  – ${name}: failed in the job itself; there is no output of it`,
    ),
    ...(findings.listed
      ? []
      : ['  – strays and generations were not looked for: a web server lists no objects']),
    '',
    verdict(findings),
    '',
  ].join('\n');
}

function describeTable(table: TableFindings): string[] {
  const { owner, table: name, rows, verified_rows, parts, bytes, problems } = table;
  const counted = verified_rows === null ? ', not counted by Oracle' : '';
  const mark = problems.length === 0 ? '✓' : '✗';
  const sizes = `${number(rows)} rows${counted}, ${number(parts)} parts, ${number(bytes)} bytes`;
  return [`${mark} ${owner}.${name}: ${sizes}`, ...problems.map((problem) => `    ${problem}`)];
}

function verdict({ intact, tables, problems }: Findings): string {
  const rows = tables.reduce((total, table) => total + table.rows, 0);
  if (intact) return `Intact: ${number(rows)} rows in ${number(tables.length)} tables.`;
  const wrong = tables.reduce((total, table) => total + table.problems.length, problems.length);
  return `Not intact: ${number(wrong)} ${wrong === 1 ? 'problem' : 'problems'}.`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
