import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Where everything is, for programs: the content of endpoints.json. */
export interface Endpoints {
  /** Without a trailing `/api`. */
  readonly api_url: string;
  readonly api_key: string;
  readonly gcs_url: string;
  readonly bucket: string;
  /** The folder that holds the bucket's objects under their names. */
  readonly bucket_dir: string;
  readonly oracle: {
    readonly connect_string: string;
    readonly user: string;
    readonly password: string;
    /** Null while there is no wallet: Oracle listens without TLS. */
    readonly wallet_dir: string | null;
  };
  readonly pid: number;
}

/** Throws, naming the process, when the file is that of a stack which runs. */
export function refuseSecond(file: string): void {
  const pid = readPid(file);
  if (pid === undefined || pid === process.pid || !isAlive(pid)) return;
  throw new Error(
    [
      `the local stack runs already, as process ${pid}; stop it by Ctrl-C or \`kill ${pid}\`.`,
      `If process ${pid} is something else, remove ${file}.`,
    ].join('\n'),
  );
}

/**
 * Writes the file, which only its owner may read, all at once; one that a dead process left is replaced. Throws
 * when another stack has written its own in the meantime.
 */
export function publish(file: string, endpoints: Endpoints): void {
  mkdirSync(dirname(file), { recursive: true });
  const whole = `${file}.${process.pid}`;
  writeFileSync(whole, `${JSON.stringify(endpoints, undefined, 2)}\n`, { mode: 0o600 });
  try {
    if (!tryLink(whole, file)) {
      refuseSecond(file);
      rmSync(file, { force: true });
      if (!tryLink(whole, file)) refuseSecond(file);
    }
  } finally {
    rmSync(whole, { force: true });
  }
}

/** Removes the file if it is ours. */
export function withdraw(file: string): void {
  if (readPid(file) === process.pid) rmSync(file, { force: true });
}

/** A link, unlike a rename, does not replace what another process has put there. */
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Undefined when there is no file, or none of ours. */
function readPid(file: string): number | undefined {
  try {
    const { pid } = JSON.parse(readFileSync(file, 'utf8'));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
