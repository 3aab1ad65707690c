import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/** From package.json, which lies at different distances from the source and from what is built of it. */
export function packageVersion(): string {
  const path = findPackageJSON('.', import.meta.url);
  if (path === undefined) return 'unknown';
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
  return version;
}
