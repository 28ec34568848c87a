import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { isAlive, processStart } from '../client/processStart';
import { byName } from './scan';
import type { OutputRecord, Records } from './types';

export const LOCK_NAME = '.pisa-upscale.lock.json';
const VERSION = 1;

/** A share of the work: the first is 1 of n. */
export type Shard = { readonly index: number; readonly count: number };

export const lockPartName = ({ index, count }: Shard): string =>
  `.pisa-upscale.lock.${index}-of-${count}.json`;

/** A lock or state file that can't be used; the message says what to do. */
export class RecordsError extends Error {}

/**
 * Reads a lock or a state file; nothing where there is none. Throws `RecordsError` when it is
 * damaged, as after a merge with conflicts.
 */
export async function readRecords(file: string): Promise<Records> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value) && value.version === VERSION && isObject(value.outputs)) {
      const entries = Object.entries(value.outputs);
      if (entries.every((entry): entry is [string, OutputRecord] => isRecord(entry[1])))
        return Object.fromEntries(entries);
    }
  } catch {
    // The same as a value of another shape.
  }
  throw new RecordsError(
    `${file} is damaged or of another version. Resolve conflicts in it, or remove it: then ` +
      'every output is made again.',
  );
}

const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isRecord = (value: unknown): value is OutputRecord =>
  isObject(value) &&
  ['input', 'inputHash', 'settings', 'outputHash'].every((key) => typeof value[key] === 'string') &&
  ['width', 'height'].every((key) => typeof value[key] === 'number');

/**
 * Writes a lock or a state file in one step: outputs in order, nothing that depends on time or
 * machine.
 */
export async function writeRecords(file: string, records: Records): Promise<void> {
  const outputs = Object.fromEntries(
    Object.entries(records)
      .sort(([a], [b]) => byName(a, b))
      .map(([output, { input, inputHash, settings, outputHash, width, height }]) => [
        output,
        { input, inputHash, settings, outputHash, width, height },
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
  for (const name of await leftBeside(file)) await rm(path.join(folder, name), { force: true });
  if ((await readFile(file, 'utf8').catch(() => undefined)) === text) return;
  const temporary = `${file}.${process.pid}-${processStart(process.pid)}-${++written}.tmp`;
  try {
    const handle = await open(temporary, 'wx');
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

let written = 0;

/** Temporary files of processes that are gone. */
async function leftBeside(file: string): Promise<string[]> {
  const prefix = `${path.basename(file)}.`;
  return (await readdir(path.dirname(file))).filter((name) => {
    const [, pid, started] =
      (name.startsWith(prefix) && /^(\d+)-(\d*)-\d+\.tmp$/.exec(name.slice(prefix.length))) || [];
    return pid !== undefined && started !== undefined && !isAlive(Number(pid), started);
  });
}

export type Merged = {
  readonly parts: number;
  readonly outputs: number;
  readonly missing: readonly number[];
};

/**
 * Joins the locks of all shards in a folder into the one lock, and removes them. Tells which are
 * missing; then nothing is changed.
 */
export async function mergeLocks(folder: string): Promise<Merged> {
  const parts = (await readdir(folder)).flatMap((name) => {
    const [, index, count] = /^\.pisa-upscale\.lock\.(\d+)-of-(\d+)\.json$/.exec(name) ?? [];
    return index === undefined ? [] : [{ name, index: Number(index), count: Number(count) }];
  });
  const counts = new Set(parts.map(({ count }) => count));
  if (counts.size > 1)
    throw new RecordsError(
      `${folder} has lock files of different partitions ` +
        `(${[...counts].sort((a, b) => a - b).join(' and ')} shards). Remove those of the ` +
        'older run.',
    );
  const count = parts[0]?.count ?? 0;
  if (count === 0)
    throw new RecordsError(
      `${folder} has no lock files of shards (${lockPartName({ index: 1, count: 3 })} and ` +
        'so on). Collect them here first.',
    );
  const missing = Array.from({ length: count }, (_, i) => i + 1).filter(
    (index) => !parts.some((part) => part.index === index),
  );
  if (missing.length > 0) return { parts: parts.length, outputs: 0, missing };
  let records: Records = {};
  for (const { name } of parts)
    records = { ...records, ...(await readRecords(path.join(folder, name))) };
  await writeRecords(path.join(folder, LOCK_NAME), records);
  for (const { name } of parts) await rm(path.join(folder, name));
  return { parts: parts.length, outputs: Object.keys(records).length, missing };
}
