import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

let tree: string;
beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'security-'));
});
afterEach(() => rmSync(tree, { recursive: true }));

function write(file: string, content: string | object): void {
  mkdirSync(dirname(join(tree, file)), { recursive: true });
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  writeFileSync(join(tree, file), text);
}

function run(script: string) {
  const program = fileURLToPath(new URL(script, import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [program], {
    cwd: tree,
    encoding: 'utf8',
  });
  return { status, lines: stdout.trimEnd().split('\n') };
}

it('a credential anywhere in the tree is found, committed or not', () => {
  // In pieces, because this file is searched as well.
  write('docs/deploy.md', `line\nexport KEY=AKIA${'ABCD'.repeat(4)}`);
  write('harmless', 'AKIA is how such a key begins');
  write('.gitignore', 'ignored/\n');
  write('ignored/file', `AIza${'x'.repeat(35)}`);
  const { status, lines } = run('./secrets.ts');
  expect(status).toBe(1);
  expect(lines.slice(0, -1)).toEqual(['docs/deploy.md:2: a AWS access key']);
  expect(lines.at(-1)).toBe('Secrets: 3 files read, 1 findings.');
});

it('a lock file is refused for its sources, licences and scripts', () => {
  const integrity = 'sha512-x';
  write('package.json', { allowScripts: { known: true, refused: false } });
  write('package-lock.json', {
    packages: {
      '': {},
      'node_modules/good': { integrity, license: '(GPL-3.0 OR MIT)' },
      'node_modules/known': { integrity, license: 'MIT', hasInstallScript: true },
      'node_modules/refused': { integrity, license: 'MIT', hasInstallScript: true },
      'node_modules/elsewhere': { optional: true, os: ['darwin'] },
      'node_modules/tool': { integrity, license: 'MPL-2.0', dev: true },
      'node_modules/git': { resolved: 'git+ssh://git@example.com/x.git', license: 'MIT' },
      'node_modules/unhashed': { license: 'MIT' },
      'node_modules/weak': { integrity: 'sha1-x', license: 'MIT' },
      'node_modules/copyleft': { integrity, license: 'MIT AND GPL-3.0' },
      'node_modules/mpl': { integrity, license: 'MPL-2.0' },
      'node_modules/unstated': { integrity },
      'node_modules/a/node_modules/script': { integrity, license: 'MIT', hasInstallScript: true },
    },
  });
  const names = ['good', 'known', 'refused', 'tool', 'git', 'unhashed', 'weak', 'copyleft', 'mpl'];
  for (const name of [...names, 'unstated']) write(`node_modules/${name}/package.json`, {});
  const { status, lines } = run('./lock-file.ts');
  expect(status).toBe(1);
  expect(lines).toEqual([
    'node_modules/git: comes from git+ssh://git@example.com/x.git',
    'node_modules/unhashed: has no SHA-512',
    'node_modules/weak: has no SHA-512',
    'node_modules/copyleft: has the licence MIT AND GPL-3.0',
    'node_modules/mpl: has the licence MPL-2.0',
    'node_modules/unstated: has the licence none',
    'node_modules/a/node_modules/script: has install scripts that nobody has decided about',
    'Lock file: 12 packages, 7 problems.',
  ]);
});
