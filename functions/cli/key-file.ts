import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { type ApiKey, parseApiKeys } from '../../shared/config.ts';

/** The keys of a file, none when there is no file. Throws VALIDATION_ERROR for a file that holds no keys. */
export function readKeyFile(path: string): readonly ApiKey[] {
  try {
    return parseApiKeys(readFileSync(path, 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/**
 * Changes the keys of a file that only its owner may read. Whoever reads it meanwhile sees the old keys or the new
 * ones, whole. The new file, until it gets its name, keeps other changes away.
 */
export function changeKeyFile(
  path: string,
  change: (keys: readonly ApiKey[]) => readonly ApiKey[],
): void {
  const draft = `${path}.new`;
  const file = openDraft(draft);
  try {
    const text = JSON.stringify(change(readKeyFile(path)), undefined, 2);
    // Nothing is written that a function would not read.
    parseApiKeys(text);
    writeSync(file, `${text}\n`);
    fsyncSync(file);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

function openDraft(draft: string): number {
  try {
    return openSync(draft, 'wx', 0o600);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    throw new Error(`Another change is under way. If none is, delete ${draft}`, { cause: error });
  }
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code;
}
