import { existsSync, readFileSync } from 'node:fs';

const ERRORS_SHOWN = 5;
const severe = ['ERROR', 'CRITICAL', 'ALERT', 'EMERGENCY'];

/** The newest errors of a file of structured log entries; lines that are none count as errors, too. */
export function lastErrors(file: string): string[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines
    .map(errorOf)
    .filter((text) => text !== undefined)
    .slice(-ERRORS_SHOWN);
}

function errorOf(line: string): string | undefined {
  try {
    const { severity, message } = JSON.parse(line);
    return severe.includes(severity) ? `${severity} ${message}` : undefined;
  } catch {
    return line;
  }
}
