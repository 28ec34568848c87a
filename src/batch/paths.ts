import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';

/** A path relative to `root` with "/" between folders. */
export const relativePath = (root: string, file: string): string =>
  path.relative(root, file).split(path.sep).join('/');

/** Whether an absolute path is a folder or lies in it, by its name alone. */
export function liesIn(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return (
    relative === '' ||
    (!relative.startsWith(`..${path.sep}`) && relative !== '..' && !path.isAbsolute(relative))
  );
}

/** Where a path leads to when every link in its existing part is followed. */
export async function realTarget(file: string): Promise<string> {
  const missing: string[] = [];
  for (let at = file; ;) {
    try {
      return path.join(await realpath(at), ...missing);
    } catch {
      // A link that leads nowhere would be written through.
      const isLink = (await lstat(at).catch(() => undefined))?.isSymbolicLink() ?? false;
      const parent = path.dirname(at);
      if (isLink || parent === at) return at;
      missing.unshift(path.basename(at));
      at = parent;
    }
  }
}

/** Whether a path, with every link followed, lies in a folder. */
export async function reallyLiesIn(folder: string, file: string): Promise<boolean> {
  if (!liesIn(folder, file)) return false;
  if (
    (await lstat(file).catch(() => undefined))?.isSymbolicLink() &&
    (await realpath(file).catch(() => undefined)) === undefined
  )
    return false;
  return liesIn(await realTarget(folder), await realTarget(file));
}
