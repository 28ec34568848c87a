import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { isAlive, processStart } from './processStart';
import { BESIDE_TARGET, isTemporaryName, PALETTE_SUFFIX } from '../shared/temporaryFiles';

const PREFIX = 'pisa-upscale-';

/** A scratch folder's path, by which a later process knows its owner and whether that lives. */
const scratchPath = (id: string): string => path.join(os.tmpdir(), `${PREFIX}${process.pid}-${id}`);

/**
 * Who made a scratch folder: when the process was started, since its number alone may be another's
 * later.
 */
const OWNER = 'owner.txt';

async function makeScratch(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(path.join(directory, OWNER), processStart(process.pid), 'utf8');
}

/** A folder without such a word is as old as its number says. */
async function isOwned(directory: string, pid: number): Promise<boolean> {
  const started = await readFile(path.join(directory, OWNER), 'utf8').catch(() => undefined);
  return isAlive(pid, started ?? processStart(pid));
}

/**
 * The temporary files of one job: its scratch folder, and the file beside the target while it is
 * being encoded.
 */
export class JobFiles {
  readonly jobId = randomUUID();
  readonly scratchDirectory = scratchPath(this.jobId);
  private readonly besideTarget = new Set<string>();

  async create(): Promise<void> {
    await makeScratch(this.scratchDirectory);
  }

  note(file: string): void {
    this.besideTarget.add(file);
  }

  /** Removes whatever is left, however the job ended. */
  async remove(): Promise<void> {
    await rm(this.scratchDirectory, { recursive: true, force: true });
    for (const file of this.besideTarget) await removeTemporary(file);
  }
}

/**
 * A folder for what previews leave for a panel to read. It outlives the calls that write into it.
 */
export type PreviewFolder = {
  readonly directory: string;
  /** Removes it with all its files; not while a call writes into it. */
  remove(): Promise<void>;
};

/** Makes a folder that is swept like any other scratch folder when its owner dies. */
export async function createPreviewFolder(): Promise<PreviewFolder> {
  const directory = scratchPath(randomUUID());
  await makeScratch(directory);
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}

/**
 * Removes scratch folders whose owner is no longer alive, and the files beside a target that they
 * tell of: what a killed editor left behind.
 */
export async function sweepStaleScratch(): Promise<void> {
  const names = await readdir(os.tmpdir()).catch(() => []);
  for (const name of names) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-[0-9a-f-]{36}$`).exec(name)?.[1];
    if (pid === undefined) continue;
    const folder = path.join(os.tmpdir(), name);
    if (!(await isOwned(folder, Number(pid)))) await removeScratch(folder).catch(() => undefined);
  }
}

async function removeScratch(folder: string): Promise<void> {
  const beside = (await readFile(path.join(folder, BESIDE_TARGET), 'utf8').catch(() => '')).trim();
  // Anybody can make a folder of such a name, so the path is not believed.
  if (path.isAbsolute(beside) && isTemporaryName(path.basename(beside)) && (await isOwn(folder)))
    await removeTemporary(beside);
  await rm(folder, { recursive: true, force: true });
}

async function removeTemporary(file: string): Promise<void> {
  for (const each of [file, file + PALETTE_SUFFIX]) await rm(each, { force: true });
}

/**
 * Whether a folder belongs to whoever runs this; on Windows, which has no such numbers, the folder
 * for temporary files is a person's own.
 */
async function isOwn(folder: string): Promise<boolean> {
  return process.getuid === undefined || (await lstat(folder)).uid === process.getuid();
}
