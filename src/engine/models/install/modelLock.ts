import { mkdir, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { LockBusyError, takeLock } from '../../../files/processLock';
import { onDisk } from '../../download/partFile';
import { engineError } from '../../errors';
import { phrase } from '../../../shared/phrase';

/**
 * Runs work that changes the model `id` in the store `root` while nothing else does, in this
 * process or another: a file names who is at it. What a process left that is gone is taken over.
 * Rejects with `model-busy`, or as the work does.
 */
export async function whileLocked<T>(root: string, id: string, work: () => Promise<T>): Promise<T> {
  const file = path.join(root, `.${id}.lock`);
  const made = await onDisk(file, () => mkdir(root, { recursive: true }));
  try {
    const giveBack = await lock(file, id);
    try {
      return await work();
    } finally {
      await giveBack();
    }
  } finally {
    // A folder made for work that came to nothing is not left behind.
    if (made !== undefined) await rmdir(root).catch(() => undefined);
  }
}

const lock = (file: string, id: string): Promise<() => Promise<void>> =>
  onDisk(file, () =>
    takeLock(file).catch((error: unknown) => {
      throw error instanceof LockBusyError ? busy(id, error) : error;
    }),
  );

const busy = (id: string, { file, holder }: LockBusyError): Error =>
  engineError('model-busy', {
    message: holder
      ? phrase`The model "${id}" is being installed, imported or removed already (process ${holder.pid} on ${holder.host}, since ${holder.since}).`
      : phrase`The model "${id}" is being installed, imported or removed already.`,
    hint: phrase`Wait until that has ended. If nothing is working on it any more, delete ${file}.`,
  });
