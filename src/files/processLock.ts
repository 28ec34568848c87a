import { createHash, randomUUID } from 'node:crypto';
import { readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { holdAs, holderFrom, isGone, release, type Holder } from './holder';
import { codeOf } from './kinds';
import { readSmallText } from './readSmall';
import { phrase, WordedError } from '../shared/phrase';

/** A lock that says nothing is still being written when it is younger than this. */
const WRITING_MS = 5000;
const RETRY_MS = 50;

/** Somebody else has the lock. */
export class LockBusyError extends WordedError {
  constructor(
    /** The lock, or the claim on it. */
    readonly file: string,
    /** Undefined when the file doesn't say. */
    readonly holder: Holder | undefined,
  ) {
    super(
      holder
        ? phrase`${file} is held by process ${holder.pid} on ${holder.host}.`
        : phrase`${file} is held.`,
    );
  }
}

/**
 * Takes a lock, a file that names the process that is at something; its folder exists. What a
 * process left that is gone is taken over, and so is what `forgotten` holders have, by their tokens.
 * Resolves with what gives it back. Rejects with `LockBusyError`, or as the disk does.
 */
export async function takeLock(
  file: string,
  forgotten: ReadonlySet<string> = new Set(),
): Promise<() => Promise<void>> {
  const token = randomUUID();
  const holder = holdAs(token);
  try {
    if (!(await take(file, holder))) await takeOver(file, holder, forgotten);
  } catch (error) {
    release(token);
    throw error;
  }
  return async () => {
    try {
      if ((await holderOf(file))?.token === token) {
        await sweepClaims(file);
        await rm(file, { force: true });
      }
    } finally {
      release(token);
    }
  };
}

/**
 * Runs a short piece of work under a lock, and waits for others who are at the same, some seconds.
 * Who is on another machine and holds it all that time has ended there, or has another name by now,
 * as containers do: no such work takes so long. Rejects with `LockBusyError`, or as the disk or the
 * work does.
 */
export async function whileLocked<T>(
  file: string,
  work: () => Promise<T>,
  seconds = 10,
): Promise<T> {
  const giveBack = await patiently(file, seconds);
  try {
    return await work();
  } finally {
    await giveBack();
  }
}

async function patiently(file: string, seconds: number): Promise<() => Promise<void>> {
  const tries = Math.ceil((1000 * seconds) / RETRY_MS);
  const forgotten = new Set<string>();
  let [left, token, seen] = [tries, '', 0];
  for (;;) {
    try {
      return await takeLock(file, forgotten);
    } catch (error) {
      if (!(error instanceof LockBusyError)) throw error;
      const { holder } = error;
      seen = holder?.token === token ? seen + 1 : 0;
      token = holder?.token ?? '';
      if (holder && holder.host !== os.hostname() && seen >= tries) {
        forgotten.add(token);
        left = tries;
        continue;
      }
      if (left-- <= 0) throw error;
      await delay(RETRY_MS);
    }
  }
}

/** False when the file is there already. */
const take = (file: string, holder: Holder): Promise<boolean> =>
  writeFile(file, JSON.stringify(holder), { flag: 'wx' }).then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    },
  );

/**
 * Makes a lock ours whose process is gone. Rejects with `LockBusyError` when it is not, when that
 * can't be known, or when another was quicker.
 *
 * Only who holds the claim on a gone process's lock may replace it, and the claim is named after
 * that lock: so the lock that is replaced is the one that was judged, however long ago. A claim is
 * a lock itself, and taken over as one.
 */
async function takeOver(file: string, ours: Holder, forgotten: ReadonlySet<string>): Promise<void> {
  const left = await abandonedBy(file, forgotten);
  const claim = claimOn(file, left);
  if (!(await take(claim, ours))) await takeOver(claim, ours, forgotten);
  try {
    const now = await abandonedBy(file, forgotten);
    if (now?.token !== left?.token) throw new LockBusyError(file, now);
    const next = `${claim}-next`;
    await writeFile(next, JSON.stringify(ours));
    await rename(next, file);
  } finally {
    await rm(claim, { force: true });
  }
}

/**
 * Who left a lock behind; undefined when the file doesn't say. Rejects with `LockBusyError` unless
 * it is there, and left behind.
 */
async function abandonedBy(
  file: string,
  forgotten: ReadonlySet<string>,
): Promise<Holder | undefined> {
  const holder = await holderOf(file);
  if (holder && forgotten.has(holder.token)) return holder;
  if (holder ? !(await isGone(holder)) : await isYoungOrAway(file))
    throw new LockBusyError(file, holder);
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

async function isYoungOrAway(file: string): Promise<boolean> {
  const info = await stat(file).catch(() => undefined);
  return info === undefined || Date.now() - info.mtimeMs < WRITING_MS;
}

/** Who holds a lock; undefined when the file says nothing of use. */
async function holderOf(file: string): Promise<Holder | undefined> {
  try {
    return holderFrom(JSON.parse(await readSmallText(file, { limit: 4096 })));
  } catch {
    return undefined;
  }
}
