import { mkdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { onDisk } from '../../download/partFile';
import { engineError, systemCode } from '../../errors';

type Holder = { readonly pid: number; readonly host: string; readonly since: string };

/** Locks of this process. After a crash another process may have been given the same number. */
const held = new Set<string>();

/**
 * Runs work that changes the model `id` in the store `root` while nothing else does, in this process or another: a file names who is at it.
 * What a process left that is gone is taken over. Rejects with `model-busy`, or as the work does.
 */
export async function whileLocked<T>(root: string, id: string, work: () => Promise<T>): Promise<T> {
  const file = path.join(root, `.${id}.lock`);
  await onDisk(file, () => mkdir(root, { recursive: true }));
  if (!(await take(file))) {
    await takeOver(file, id);
    if (!(await take(file))) throw busy(file, id, await holderOf(file));
  }
  held.add(file);
  try {
    return await work();
  } finally {
    held.delete(file);
    await rm(file, { force: true });
    // Nothing is left behind by work that came to nothing.
    await rmdir(root).catch(() => undefined);
  }
}

/** False when the file is there already. */
function take(file: string): Promise<boolean> {
  const holder: Holder = { pid: process.pid, host: os.hostname(), since: new Date().toISOString() };
  return onDisk(file, () =>
    writeFile(file, JSON.stringify(holder), { flag: 'wx' }).then(
      () => true,
      (error: unknown) => {
        if (systemCode(error) === 'EEXIST') return false;
        throw error;
      },
    ),
  );
}

/** Removes a lock whose process is gone. Rejects with `model-busy` when it is not, or when that can't be known. */
async function takeOver(file: string, id: string): Promise<void> {
  const holder = await holderOf(file);
  if (holder && (holder.host !== os.hostname() || isAlive(holder, file))) throw busy(file, id, holder);
  // Moved before it is removed: of two that take over, one finds nothing to move.
  const gone = `${file}-${process.pid}`;
  await rename(file, gone).then(
    () => rm(gone, { force: true }),
    () => undefined,
  );
}

function isAlive({ pid }: Holder, file: string): boolean {
  if (pid === process.pid) return held.has(file);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** Who holds a lock; undefined when the file says nothing of use. */
async function holderOf(file: string): Promise<Holder | undefined> {
  try {
    const { pid, host, since } = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    return typeof pid === 'number' && typeof host === 'string' && typeof since === 'string' ? { pid, host, since } : undefined;
  } catch {
    return undefined;
  }
}

const busy = (file: string, id: string, holder: Holder | undefined): Error =>
  engineError('model-busy', {
    message: `The model "${id}" is being installed, imported or removed already${holder ? ` (process ${holder.pid} on ${holder.host}, since ${holder.since})` : ''}.`,
    hint: `Wait until that has ended. If nothing is at it any more, delete ${file}.`,
  });
