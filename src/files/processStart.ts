import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const ASK_MS = 10_000;
/** A dead process that its parent has not taken note of yet. */
const DEAD_STATES = ['Z', 'X'];

/**
 * When a process was started, in the system's own terms; empty where that can't be read. Linux
 * gives the number of a dead process to a new one, or to a thread, soon.
 */
export function processStart(pid: number): string {
  // The start is the 22nd field, the 20th behind the name.
  return statOf(pid)?.[19] ?? '';
}

/**
 * Whether a process lives that was started then; `started` is what `processStart` said while it
 * lived.
 */
export function isAlive(pid: number, started: string): boolean {
  return exists(pid) && processStart(pid) === started;
}

/** Whether a living process has this number, whoever it is. */
export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const [state] = statOf(pid) ?? [];
  return state === undefined || !DEAD_STATES.includes(state);
}

/** Names this start of the machine; empty where the system has no name for it. */
export function bootName(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

/**
 * When a process was started, in milliseconds since 1970; undefined where the system does not tell.
 * Asks another program, which takes up to a second: for systems without /proc.
 */
export async function startedAt(pid: number): Promise<number | undefined> {
  const { SystemRoot: windows = 'C:\\Windows' } = process.env;
  const [program, args] =
    process.platform === 'win32'
      ? [
          path.join(windows, 'System32\\WindowsPowerShell\\v1.0\\powershell.exe'),
          [
            '-NoProfile',
            '-NonInteractive',
            '-Command',
            `(Get-Process -Id ${pid}).StartTime.ToUniversalTime().ToString('o')`,
          ],
        ]
      : ['/bin/ps', ['-o', 'lstart=', '-p', String(pid)]];
  try {
    const { stdout } = await promisify(execFile)(program, args, {
      timeout: ASK_MS,
      windowsHide: true,
      env: { ...process.env, LC_ALL: 'C' },
    });
    const time = Date.parse(stdout.trim());
    return Number.isNaN(time) ? undefined : time;
  } catch {
    return undefined;
  }
}

/** The fields of a process behind its name, the state first; undefined where there is no /proc. */
function statOf(pid: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
