import { lstat, mkdir, mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from './kinds';

/** Names that are tried before a random one is taken. */
const NAMES = 8;
const OTHERS = 0o077;

/**
 * A folder in `parent`, which everybody may write to, that only this user can read or write. One
 * that somebody else made, that others may enter, or that is a link is never used; another name is
 * taken then. Checked at every call, since a cleaner of temporary files may remove it.
 */
export async function privateFolder(parent: string, name: string): Promise<string> {
  for (let n = 1; n <= NAMES; n++) {
    const folder = path.join(parent, n === 1 ? name : `${name}-${n}`);
    await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
    if (await isPrivate(folder)) return folder;
  }
  return mkdtemp(path.join(parent, `${name}-`));
}

/** All private folders of a name that are there; makes none. */
export async function privateFolders(parent: string, name: string): Promise<readonly string[]> {
  const folders: string[] = [];
  for (let n = 1; n <= NAMES; n++) {
    const folder = path.join(parent, n === 1 ? name : `${name}-${n}`);
    if (await isPrivate(folder).catch(() => false)) folders.push(folder);
  }
  return folders;
}

/**
 * Whether a path is a real folder of this user that nobody else may enter. Windows has no such
 * numbers; there the folder for temporary files is a person's own.
 */
async function isPrivate(folder: string): Promise<boolean> {
  const info = await lstat(folder);
  if (!info.isDirectory()) return false;
  return process.getuid === undefined
    ? true
    : info.uid === process.getuid() && (info.mode & OTHERS) === 0;
}
