import { statSync } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';

/** Whether an absolute path is a folder or lies in it, by its name alone. */
export function liesIn(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return (
    relative === '' ||
    (!relative.startsWith(`..${path.sep}`) && relative !== '..' && !path.isAbsolute(relative))
  );
}

/** A path taken apart at the point from which on nothing exists yet. */
export type RealPath = {
  /** What exists, with every link followed. */
  readonly existing: string;
  /** Names of what does not. */
  readonly missing: readonly string[];
};

/**
 * Follows every link of a path as far as it exists. Undefined where a link leads nowhere: what is
 * written to it would appear wherever that is.
 */
export async function followLinks(file: string): Promise<RealPath | undefined> {
  const missing: string[] = [];
  for (let at = path.resolve(file); ; at = path.dirname(at)) {
    const existing = await realpath(at).catch(() => undefined);
    if (existing !== undefined) return { existing, missing };
    const info = await lstat(at).catch(() => undefined);
    if (info?.isSymbolicLink() || path.dirname(at) === at) return undefined;
    missing.unshift(path.basename(at));
  }
}

/**
 * The nearest thing that a path wants as a folder, and that is none, as `picture.png` in
 * `picture.png/x.png`; undefined where nothing stands in its way. Links are followed.
 */
export function notAFolderIn(file: string): string | undefined {
  for (let at = path.dirname(path.resolve(file)); ; at = path.dirname(at)) {
    try {
      return statSync(at).isDirectory() ? undefined : at;
    } catch {
      if (path.dirname(at) === at) return undefined;
    }
  }
}

/** Where a path leads to when every link is followed; undefined as in `followLinks`. */
export async function realTarget(file: string): Promise<string | undefined> {
  const real = await followLinks(file);
  return real && path.join(real.existing, ...real.missing);
}

/** Whether a path, with every link followed, lies in a folder. */
export async function reallyLiesIn(folder: string, file: string): Promise<boolean> {
  if (!liesIn(folder, file)) return false;
  const [realFolder, real] = await Promise.all([realTarget(folder), realTarget(file)]);
  return realFolder !== undefined && real !== undefined && liesIn(realFolder, real);
}
