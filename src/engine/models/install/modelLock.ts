import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { onDisk } from '../../download/partFile';
import { engineError, systemCode } from '../../errors';

type Holder = { readonly pid: number; readonly host: string; readonly since: string; readonly token: string };

/** A lock that says nothing is still being written when it is younger than this. */
const WRITING_MS = 5000;

/** Tokens of this process's locks. After a crash another process may have been given the same number. */
const held = new Set<string>();

/**
 * Runs work that changes the model `id` in the store `root` while nothing else does, in this process or another: a file names who is at it.
 * What a process left that is gone is taken over. Rejects with `model-busy`, or as the work does.
 */
export async function whileLocked<T>(root: string, id: string, work: () => Promise<T>): Promise<T> {
  const file = path.join(root, `.${id}.lock`);
  const token = randomUUID();
  const made = await onDisk(file, () => mkdir(root, { recursive: true }));
  held.add(token);
  try {
    if (!(await take(file, token))) {
      await discardAbandoned(file, id);
      if (!(await take(file, token))) throw busy(file, id, await holderOf(file));
    }
    return await work();
  } finally {
    if ((await holderOf(file))?.token === token) await rm(file, { force: true });
    held.delete(token);
    // A folder made for work that came to nothing is not left behind.
    if (made !== undefined) await rmdir(root).catch(() => undefined);
  }
}

/** False when the file is there already. */
function take(file: string, token: string): Promise<boolean> {
  const holder: Holder = { pid: process.pid, host: os.hostname(), since: new Date().toISOString(), token };
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
async function discardAbandoned(file: string, id: string): Promise<void> {
  const holder = await holderOf(file);
  if (holder ? !isGone(holder) : await isYoung(file)) throw busy(file, id, holder);
  // Of several that come this far one may hold the lock by now: what is moved away must be what was judged.
  const aside = `${file}-${randomUUID()}`;
  await rename(file, aside).catch(() => undefined);
  if ((await holderOf(aside))?.token === holder?.token) await rm(aside, { force: true });
  else await rename(aside, file).catch(() => undefined);
}

function isGone({ pid, host, token }: Holder): boolean {
  if (host !== os.hostname()) return false;
  if (pid === process.pid) return !held.has(token);
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return systemCode(error) !== 'EPERM';
  }
}

async function isYoung(file: string): Promise<boolean> {
  const info = await stat(file).catch(() => undefined);
  return info !== undefined && Date.now() - info.mtimeMs < WRITING_MS;
}

/** Who holds a lock; undefined when the file says nothing of use. */
async function holderOf(file: string): Promise<Holder | undefined> {
  try {
    const { pid, host, since, token } = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    return typeof pid === 'number' && typeof host === 'string' && typeof since === 'string' && typeof token === 'string' ? { pid, host, since, token } : undefined;
  } catch {
    return undefined;
  }
}

const busy = (file: string, id: string, holder: Holder | undefined): Error =>
  engineError('model-busy', {
    message: `The model "${id}" is being installed, imported or removed already${holder ? ` (process ${holder.pid} on ${holder.host}, since ${holder.since})` : ''}.`,
    hint: `Wait until that has ended. If nothing is at it any more, delete ${file}.`,
  });
