import path from 'node:path';
import { isRooted } from '../shared/naming';
import { liesIn } from './paths';

/** Where a name pattern begins for one picture. */
export type PatternPlace = {
  /** Absolute. */
  readonly directory: string;
  /** What `{folder}` stands for, with "/". */
  readonly folder: string;
};

/**
 * A pattern with `{folder}` begins at the root, every other in the picture's folder. `root`: of the
 * tree that is kept; without one, and for a picture outside, the picture's own folder.
 * `outputRoot`: where the tree is made anew, the root unless given.
 */
export function patternPlace(
  pattern: string,
  file: string,
  root: string | undefined,
  outputRoot?: string,
): PatternPlace {
  const own = path.dirname(file);
  if (!isRooted(pattern)) return { directory: outputRoot ?? own, folder: '' };
  const isInside = root !== undefined && liesIn(root, own);
  return {
    directory: outputRoot ?? (isInside ? root : own),
    folder: isInside ? path.relative(root, own).split(path.sep).join('/') : '',
  };
}
