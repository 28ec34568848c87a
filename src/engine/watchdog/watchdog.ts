import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { WatchdogData, WatchdogMessage } from './protocol';

/**
 * Ends this process when its parent is gone, also while inference blocks its thread: a message that
 * the connection is closed can't be heard then. It is a thread of its own that loads nothing but
 * what it needs to look and to tidy up.
 */
export class Watchdog {
  private readonly worker: Worker;

  constructor() {
    const data: WatchdogData = { parent: process.ppid };
    this.worker = new Worker(path.join(__dirname, 'watchdog.js'), {
      workerData: data,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 32 },
    });
    this.worker.unref();
    // Without it the parent's end is still heard between tiles.
    this.worker.on('error', (error) => process.emitWarning(`no watchdog: ${error.message}`));
  }

  /** A scratch folder that is to go with the process. */
  hold(scratch: string): void {
    this.post({ hold: scratch });
  }

  release(scratch: string): void {
    this.post({ release: scratch });
  }

  private post(message: WatchdogMessage): void {
    this.worker.postMessage(message);
  }
}
