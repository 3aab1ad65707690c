import { createInterface } from 'node:readline';

/**
 * A program that outlives its parent by a moment: it is told process groups on standard input (`+PID`, `-PID`),
 * and when the input ends, however the parent died, kills those that are left.
 */
const groups = new Set<number>();

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const pid = Number(line.slice(1));
    if (line.startsWith('+')) groups.add(pid);
    else groups.delete(pid);
  })
  .on('close', () => groups.forEach(killGroup));

function killGroup(pid: number) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
