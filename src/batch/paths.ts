import path from 'node:path';

/** A path relative to `root` with "/" between folders. */
export const relativePath = (root: string, file: string): string =>
  path.relative(root, file).split(path.sep).join('/');
