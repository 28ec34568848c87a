import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readSmallText } from '../../../files/readSmall';
import { onDisk } from '../../download/partFile';
import { engineError, systemCode } from '../../errors';

type Holder = {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
  readonly token: string;
};

/** A lock that says nothing is still being written when it is younger than this. */
const WRITING_MS = 5000;

/**
 * Tokens of this process's locks. After a crash another process may have been given the same
 * number.
 */
const held = new Set<string>();

/**
 * Runs work that changes the model `id` in the store `root` while nothing else does, in this
 * process or another: a file names who is at it. What a process left that is gone is taken over.
 * Rejects with `model-busy`, or as the work does.
 */
export async function whileLocked<T>(root: string, id: string, work: () => Promise<T>): Promise<T> {
  const file = path.join(root, `.${id}.lock`);
  const token = randomUUID();
  const made = await onDisk(file, () => mkdir(root, { recursive: true }));
  held.add(token);
  try {
    if (!(await take(file, token))) await takeOver(file, id, token);
    return await work();
  } finally {
    if ((await holderOf(file))?.token === token) {
      await sweepClaims(file);
      await rm(file, { force: true });
    }
    held.delete(token);
    // A folder made for work that came to nothing is not left behind.
    if (made !== undefined) await rmdir(root).catch(() => undefined);
  }
}

/** False when the file is there already. */
function take(file: string, token: string): Promise<boolean> {
  return onDisk(file, () =>
    writeFile(file, holderText(token), { flag: 'wx' }).then(
      () => true,
      (error: unknown) => {
        if (systemCode(error) === 'EEXIST') return false;
        throw error;
      },
    ),
  );
}

/**
 * Makes a lock ours whose process is gone. Rejects with `model-busy` when it is not, when that
 * can't be known, or when another was quicker.
 *
 * Only who holds the claim on a gone process's lock may replace it, and the claim is named after
 * that lock: so the lock that is replaced is the one that was judged, however long ago. A claim is
 * a lock itself, and taken over as one.
 */
async function takeOver(file: string, id: string, token: string): Promise<void> {
  const holder = await abandonedBy(file, id);
  const claim = claimOn(file, holder);
  if (!(await take(claim, token))) await takeOver(claim, id, token);
  try {
    const now = await abandonedBy(file, id);
    if (now?.token !== holder?.token) throw busy(file, id, now);
    const next = `${claim}-next`;
    await onDisk(next, () => writeFile(next, holderText(token)));
    await onDisk(file, () => rename(next, file));
  } finally {
    await rm(claim, { force: true });
  }
}

/**
 * Who left a lock behind; undefined when the file doesn't say. Rejects with `model-busy` unless it
 * is there, and left behind.
 */
async function abandonedBy(file: string, id: string): Promise<Holder | undefined> {
  const holder = await holderOf(file);
  if (holder ? !isGone(holder) : await isYoungOrAway(file)) throw busy(file, id, holder);
  return holder;
}

/** Tokens are hashed: what a file says is nothing to build a path of. */
function claimOn(file: string, holder: Holder | undefined): string {
  const digest = holder && createHash('sha256').update(holder.token).digest('hex').slice(0, 16);
  return `${file}.${digest ?? 'unknown'}`;
}

/**
 * Removes what processes left that ended while they took the lock over. Only for who holds it: its
 * claims are of no use to anyone by now.
 */
async function sweepClaims(file: string): Promise<void> {
  const folder = path.dirname(file);
  const names = await readdir(folder).catch(() => []);
  for (const name of names)
    if (name.startsWith(`${path.basename(file)}.`))
      await rm(path.join(folder, name), { force: true });
}

const holderText = (token: string): string =>
  JSON.stringify({
    pid: process.pid,
    host: os.hostname(),
    since: new Date().toISOString(),
    token,
  } satisfies Holder);

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

async function isYoungOrAway(file: string): Promise<boolean> {
  const info = await stat(file).catch(() => undefined);
  return info === undefined || Date.now() - info.mtimeMs < WRITING_MS;
}

/** Who holds a lock; undefined when the file says nothing of use. */
async function holderOf(file: string): Promise<Holder | undefined> {
  try {
    const { pid, host, since, token } = JSON.parse(
      await readSmallText(file, { limit: 4096 }),
    ) as Record<string, unknown>;
    return typeof pid === 'number' &&
      typeof host === 'string' &&
      typeof since === 'string' &&
      typeof token === 'string'
      ? { pid, host, since, token }
      : undefined;
  } catch {
    return undefined;
  }
}

const busy = (file: string, id: string, holder: Holder | undefined): Error =>
  engineError('model-busy', {
    message:
      `The model "${id}" is being installed, imported or removed ` +
      `already${holder ? ` (process ${holder.pid} on ${holder.host}, since ${holder.since})` : ''}.`,
    hint: `Wait until that has ended. If nothing is at it any more, delete ${file}.`,
  });
