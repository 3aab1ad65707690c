import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { chooseEmulators } from '../../../infra/local/emulators.ts';

const folders: string[] = [];

afterEach(() => {
  vi.unstubAllEnvs();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

it('takes the embedded servers unless told', () => {
  expect(chooseEmulators(undefined)).toBe('embedded');
  expect(chooseEmulators('')).toBe('embedded');
  expect(chooseEmulators('embedded')).toBe('embedded');
});

it("takes Google's when PATH has what they need", () => {
  vi.stubEnv('PATH', pathWith('gcloud', 'java'));
  expect(chooseEmulators('gcloud')).toBe('gcloud');
});

it.each([
  [['gcloud'], 'PATH has no java.'],
  [['java'], 'PATH has no gcloud.'],
  [[], 'PATH has no gcloud and no java.'],
])("says what Google's need beside %j", (programs, message) => {
  vi.stubEnv('PATH', pathWith(...programs));
  expect(() => chooseEmulators('gcloud')).toThrow(message);
});

it('refuses another value', () => {
  expect(() => chooseEmulators('google')).toThrow('"google"; it must be embedded or gcloud');
});

/** A file that nobody may execute is no program. */
function pathWith(...programs: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'path-'));
  folders.push(folder);
  for (const name of ['gcloud', 'java']) writeFileSync(join(folder, name), '');
  for (const name of programs) chmodSync(join(folder, name), 0o755);
  return folder;
}
