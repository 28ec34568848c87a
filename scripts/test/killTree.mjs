import { execFileSync } from 'node:child_process';
import { childrenOf } from '../../test/harness/processes.mjs';

/**
 * Ends a process and all that it has started, also what lies in process groups of its own. Each is
 * stopped before it is asked for its children, so that none can start another meanwhile.
 * @param {number} pid
 */
export function killTree(pid) {
  if (process.platform === 'win32') {
    tried(() => execFileSync('taskkill', ['/PID', String(pid), '/T', '/F'], { stdio: 'ignore' }));
    return;
  }
  const found = new Set([pid]);
  for (const one of found) {
    tried(() => process.kill(one, 'SIGSTOP'));
    for (const child of startedBy(one)) found.add(child);
  }
  for (const one of found) tried(() => process.kill(one, 'SIGKILL'));
}

/** Linux tells without a program, which small containers lack. */
const startedBy = (parent) =>
  process.platform === 'linux'
    ? childrenOf(parent).map(({ pid }) => Number(pid))
    : execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
        .split('\n')
        .map((line) => line.trim().split(/\s+/).map(Number))
        .filter(([, ppid]) => ppid === parent)
        .map(([pid]) => pid);

/** What has ended by itself needs no more. */
function tried(act) {
  try {
    act();
  } catch {
    // It is gone.
  }
}
