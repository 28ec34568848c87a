import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { removeScratch } from '../../files/scratchFolder';
import type { WatchdogData, WatchdogMessage } from './protocol';

const LOOK_EVERY_MS = 200;
/** The engine's own thread, when it is free, hears of it too and ends cleanly. */
const GRACE_MS = 1000;
const TIDY_MS = 400;

const { parent } = workerData as WatchdogData;
const held = new Set<string>();

parentPort?.on('message', (message: WatchdogMessage) => {
  if ('hold' in message) held.add(message.hold);
  else held.delete(message.release);
});

/**
 * Where a process goes on without its parent it is given another one; Windows keeps the number,
 * which nobody has then.
 */
function isParentGone(): boolean {
  if (process.ppid !== parent) return true;
  try {
    process.kill(parent, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

async function watch(): Promise<void> {
  while (!isParentGone()) await delay(LOOK_EVERY_MS);
  await delay(GRACE_MS);
  const tidied = Promise.all(
    [...held].map((folder) => removeScratch(folder).catch(() => undefined)),
  );
  await Promise.race([tidied, delay(TIDY_MS)]);
  process.kill(process.pid, 'SIGKILL');
}

void watch();
