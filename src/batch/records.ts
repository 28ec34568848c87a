import { mkdir, open, readdir, rename, rm, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { isAlive, processStart } from '../files/processStart';
import { isModestJson } from '../files/jsonShape';
import { codeOf, FileTooLargeError, isMissing, NotAFileError } from '../files/kinds';
import { readSmallText, readSmallTextIfAny } from '../files/readSmall';
import { named } from '../files/systemError';
import { agreedRecords } from './agreedRecords';
import { isInnerPath, isRecord } from './recordShape';
import { byName } from './scan';
import type { OutputRecord, Records } from './types';
import { phrase, WordedError, type Words } from '../shared/phrase';
import { RpcError, wordsOf } from '../shared/rpc';
import { isObject } from '../shared/json';

export const LOCK_NAME = '.pisa-upscale.lock.json';
const VERSION = 1;

/** A share of the work: the first is 1 of n. */
export type Shard = { readonly index: number; readonly count: number };

export const lockPartName = ({ index, count }: Shard): string =>
  `.pisa-upscale.lock.${index}-of-${count}.json`;

/** A lock or state file that can't be used; the message says what to do. */
export class RecordsError extends WordedError {
  constructor(
    words: Words,
    /**
     * Whether the message says to remove it. Then results that are there are nobody's, and stay as
     * they are until somebody says otherwise: how, each front end knows.
     */
    readonly isRemovable = false,
  ) {
    super(words);
  }
}

/** A real lock has some 300 bytes a result. */
const LIMIT = 64 * 2 ** 20;
/** The lock, its outputs, a record; and nine values a record. */
const SHAPE = { levels: 4, values: 2_000_000 };

/**
 * Reads a lock or a state file; nothing where there is none. Every path in it lies below its folder
 * by its name; whether it really does is for whoever opens it. Throws `RecordsError` when it is
 * damaged, as after a merge with conflicts.
 */
export async function readRecords(file: string, signal?: AbortSignal): Promise<Records> {
  let text: string | undefined;
  try {
    text = await readSmallTextIfAny(file, {
      limit: LIMIT,
      seconds: 60,
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof NotAFileError || error instanceof FileTooLargeError)
      throw new RecordsError(phrase`${wordsOf(error)} Remove it.`, true);
    throw named(error, file);
  }
  return text === undefined ? {} : parseRecords(text, file);
}

/** Reads the text of a lock or a state file; `file` is named when it can't be used. */
export function parseRecords(text: string, file: string): Records {
  const value = isModestJson(text, SHAPE) ? jsonFrom(text) : undefined;
  if (!isObject(value) || value.version !== VERSION || !isObject(value.outputs))
    throw new RecordsError(
      phrase`${file} is damaged or of another version. Resolve conflicts in it, or remove it.`,
      true,
    );
  const entries = Object.entries(value.outputs);
  const wrong = entries.find(([output, record]) => !isInnerPath(output) || !isRecord(record));
  if (wrong)
    throw new RecordsError(
      phrase`${file}: the record of "${wrong[0].slice(0, 200)}" is damaged, or names a place outside of its folder. Restore the file from version control, or remove it.`,
      true,
    );
  return Object.fromEntries(entries as [string, OutputRecord][]);
}

function jsonFrom(text: string): unknown {
  try {
    // Some editors put a mark of its encoding before a text.
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}

/**
 * Writes a lock or a state file in one step: outputs in order, nothing that depends on time or
 * machine.
 */
export async function writeRecords(file: string, records: Records): Promise<void> {
  const outputs = Object.fromEntries(
    Object.entries(records)
      .sort(([a], [b]) => byName(a, b))
      .map(([output, record]) => [
        output,
        {
          input: record.input,
          inputHash: record.inputHash,
          settings: record.settings,
          outputHash: record.outputHash,
          width: record.width,
          height: record.height,
          ...(record.sourceWidth === undefined ? {} : { sourceWidth: record.sourceWidth }),
          ...(record.sourceHeight === undefined ? {} : { sourceHeight: record.sourceHeight }),
          ...(record.unverified === true ? { unverified: true } : {}),
          ...(record.precision === undefined ? {} : { precision: record.precision }),
        },
      ]),
  );
  await writeAtomically(file, `${JSON.stringify({ version: VERSION, outputs }, undefined, 2)}\n`);
}

/**
 * Writes a file in one step, unless it says so already. What an earlier process left beside it that
 * was killed in the middle goes.
 */
export async function writeAtomically(file: string, text: string): Promise<void> {
  const folder = path.dirname(file);
  await mkdir(folder, { recursive: true });
  for (const name of await leftBeside(file)) await unlink(path.join(folder, name));
  const before = await readSmallText(file, { limit: LIMIT }).catch(() => undefined);
  if (before === text) return;
  const { temporary, handle } = await openTemporary(file);
  try {
    try {
      await handle.writeFile(text, 'utf8');
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Something else may have the name already, a folder perhaps; then the next one is taken. */
async function openTemporary(
  file: string,
): Promise<{ readonly temporary: string; readonly handle: FileHandle }> {
  for (let tries = 1; ; tries++) {
    const temporary = `${file}.${process.pid}-${processStart(process.pid)}-${++written}.tmp`;
    try {
      return { temporary, handle: await open(temporary, 'wx') };
    } catch (error) {
      const code = codeOf(error);
      // What is told names the file, not the one beside it that nobody knows.
      if (READ_ONLY.some((each) => each === code)) throw notWritable(file, error);
      if (code !== 'EEXIST' || tries >= MOST_TRIES) throw error;
    }
  }
}

const READ_ONLY = ['EACCES', 'EPERM', 'EROFS'];

const notWritable = (file: string, cause: unknown): RpcError =>
  new RpcError({
    code: 'folder-read-only',
    message: phrase`${file} can't be written: its folder, or the file, is read-only.`,
    hint: phrase`Check the permissions of the folder, or choose another one.`,
    detail: String(cause),
  });

let written = 0;
const MOST_TRIES = 100;

/** Temporary files of processes that are gone. */
async function leftBeside(file: string): Promise<string[]> {
  const prefix = `${path.basename(file)}.`;
  const entries = await readdir(path.dirname(file), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const { name } = entry;
    const [, pid, started] =
      (name.startsWith(prefix) &&
        /^(\d{1,10})-(\d{0,20})-\d{1,10}\.tmp$/.exec(name.slice(prefix.length))) ||
      [];
    const isLeft =
      entry.isFile() &&
      pid !== undefined &&
      started !== undefined &&
      !isAlive(Number(pid), started);
    return isLeft ? [name] : [];
  });
}

export type Merged = {
  readonly parts: number;
  readonly outputs: number;
  readonly missing: readonly number[];
};

/** The locks of shards in a folder. */
export async function lockParts(folder: string): Promise<readonly (Shard & { name: string })[]> {
  const names = await readdir(folder).catch((error: unknown): string[] => {
    if (isMissing(error)) return [];
    throw named(error, folder);
  });
  return names.sort(byName).flatMap((name) => {
    const [, index, count] =
      /^\.pisa-upscale\.lock\.(\d{1,4})-of-(\d{1,4})\.json$/.exec(name) ?? [];
    const part = { name, index: Number(index), count: Number(count) };
    return part.index >= 1 && part.index <= part.count ? [part] : [];
  });
}

/**
 * Joins the locks of all shards in a folder into the one lock, and removes them. Tells which are
 * missing; then nothing is changed. Where the lock that is there knows better what lies at an output,
 * as after a run of the whole, that is kept.
 */
export async function mergeLocks(folder: string, outputRoot = folder): Promise<Merged> {
  const parts = await lockParts(folder);
  const counts = new Set(parts.map(({ count }) => count));
  if (counts.size > 1)
    throw new RecordsError(
      phrase`${folder} has lock files of different partitions (${[...counts].sort((a, b) => a - b).join(' and ')} shards). Remove those of the older run.`,
    );
  const count = parts[0]?.count ?? 0;
  if (count === 0)
    throw new RecordsError(
      phrase`${folder} has no lock files of shards (${lockPartName({ index: 1, count: 3 })} and so on). Collect them here first.`,
    );
  const missing = Array.from({ length: count }, (_, i) => i + 1).filter(
    (index) => !parts.some((part) => part.index === index),
  );
  if (missing.length > 0) return { parts: parts.length, outputs: 0, missing };
  const all: [string, OutputRecord][] = [];
  for (const { name } of parts)
    for (const entry of Object.entries(await readRecords(path.join(folder, name)))) all.push(entry);
  const whole = await readRecords(path.join(folder, LOCK_NAME)).catch((error: unknown): Records => {
    // One that is damaged knows nothing better; one that can't be read may.
    if (error instanceof RecordsError) return {};
    throw named(error, path.join(folder, LOCK_NAME));
  });
  const joined = Object.fromEntries(all);
  const known = Object.entries(whole).filter(([output]) => Object.hasOwn(joined, output));
  const records = await agreedRecords([joined, Object.fromEntries(known)], outputRoot);
  const chained = all.find(([, { input }]) => Object.hasOwn(records, input));
  if (chained)
    throw new RecordsError(
      phrase`${folder}: a shard took ${chained[1].input}, which is a result, for a source of ${chained[0]}. Remove that result and the lock files of the shards, and run them again.`,
    );
  await writeRecords(path.join(folder, LOCK_NAME), records);
  for (const { name } of parts) await rm(path.join(folder, name));
  return { parts: parts.length, outputs: Object.keys(records).length, missing };
}
