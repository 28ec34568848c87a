import { readFileSync } from 'node:fs';

/**
 * When a process was started, in the system's own terms; empty where that can't be read. Linux
 * gives the number of a dead process to a new one, or to a thread, soon.
 */
export function processStart(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything; the start is the 22nd field, the 20th behind it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/**
 * Whether a process lives that was started then; `started` is what `processStart` said while it
 * lived.
 */
export function isAlive(pid: number, started: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return processStart(pid) === started;
}
