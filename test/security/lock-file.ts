import { existsSync, readFileSync } from 'node:fs';

/** What the lock file may hold; without asking anybody. https://docs.npmjs.com/cli/configuring-npm/package-lock-json */

interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly license?: string;
  readonly hasInstallScript?: boolean;
}

const permissive = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-3.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'UPL-1.0',
  'Zlib',
];
/** Of tools that are not part of what is deployed. */
const forTools = [...permissive, 'MPL-2.0'];

const { packages } = readJson('package-lock.json') as { packages: Record<string, Locked> };
const { allowScripts } = readJson('package.json') as { allowScripts: Record<string, boolean> };
const entries = Object.entries(packages).filter(([path]) => path !== '');
const problems = entries.flatMap(([path, locked]) =>
  [sourceProblem(locked), licenceProblem(path, locked), scriptProblem(path, locked)]
    .filter((problem) => problem !== undefined)
    .map((problem) => `${path}: ${problem}`),
);
for (const line of problems) process.stdout.write(`${line}\n`);
process.stdout.write(`Lock file: ${entries.length} packages, ${problems.length} problems.\n`);
process.exitCode = problems.length > 0 || entries.length === 0 ? 1 : 0;

/** Everything comes from a registry and is compared with a hash; only what other platforms would need has none. */
function sourceProblem({ resolved, integrity, link, optional, os }: Locked): string | undefined {
  if (link) return 'is a link';
  if (resolved && !resolved.startsWith('https://')) return `comes from ${resolved}`;
  if (integrity?.startsWith('sha512-')) return undefined;
  const isInstalledElsewhere = optional && os && integrity === undefined;
  return isInstalledElsewhere ? undefined : 'has no SHA-512';
}

function licenceProblem(path: string, { license, dev }: Locked): string | undefined {
  if (!existsSync(path)) return undefined;
  const stated = license ?? statedIn(path);
  const allowed = dev ? forTools : permissive;
  return isAllowed(stated, allowed) ? undefined : `has the licence ${stated}`;
}

function statedIn(path: string): string {
  const { license } = readJson(`${path}/package.json`) as { license?: unknown };
  return typeof license === 'string' ? license : 'none';
}

/** Of an SPDX expression: one side of OR is enough, AND needs both. https://spdx.dev/learn/handling-license-info */
function isAllowed(expression: string, allowed: readonly string[]): boolean {
  const choices = expression.replaceAll(/[()]/g, '').split(' OR ');
  return choices.some((choice) => choice.split(' AND ').every((name) => allowed.includes(name)));
}

/** npm runs the scripts of nothing that is not listed: https://docs.npmjs.com/cli/configuring-npm/package-json */
function scriptProblem(path: string, { hasInstallScript }: Locked): string | undefined {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  if (!hasInstallScript || Object.hasOwn(allowScripts, name)) return undefined;
  return 'has install scripts that nobody has decided about';
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
