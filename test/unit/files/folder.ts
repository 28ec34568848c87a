import { lchownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after } from 'node:test';

/** A folder for one test file, removed at its end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'pu-files-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What needs links, pipes and users of POSIX is left out on Windows. */
export const onPosix = {
  skip: process.platform === 'win32' ? 'Windows has neither pipes in folders nor users' : false,
};

/** The number of the user "nobody", in whose name only root can do things. */
export const NOBODY = 65534;
export const asRoot = {
  skip: process.getuid?.() === 0 ? false : 'only root can act as another user',
};

/** Does work as a user whom permissions hold, who owns these folders: root may open anything. */
export async function asNobody(
  folders: readonly string[],
  work: () => Promise<void>,
): Promise<void> {
  if (process.getuid?.() !== 0) return work();
  for (const folder of folders)
    for (const each of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })])
      lchownSync(path.join(folder, each), NOBODY, NOBODY);
  process.seteuid?.(NOBODY);
  try {
    await work();
  } finally {
    process.seteuid?.(0);
  }
}
