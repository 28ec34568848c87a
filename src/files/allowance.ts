import path from 'node:path';
import { RpcError } from '../shared/rpc';
import { liesIn, realTarget } from './paths';
import { phrase } from '../shared/phrase';

export type PictureInEditor = {
  /** Absolute. */
  readonly file: string;
  /** Absolute: the folder that its results go to or below. */
  readonly results: string;
  /** Absolute: the folders that are open. */
  readonly openFolders: readonly string[];
  /** Whether the person trusts what is open. */
  readonly isTrusted: boolean;
};

/**
 * The folder that results of a picture may go to, with no link in it: the open folder in which it
 * really lies. A picture elsewhere, which the person opened by itself or whose folder is a link that
 * they trust, keeps its results beside it.
 *
 * While nothing is trusted, a picture that an open folder only links to is refused: a repository
 * could have any picture of the machine copied into itself.
 */
export async function allowedFolder({
  file,
  results,
  openFolders,
  isTrusted,
}: PictureInEditor): Promise<string> {
  const [realFile, realFolder] = await Promise.all([realTarget(file), realTarget(results)]);
  const roots: string[] = [];
  for (const open of openFolders) {
    const real = await realTarget(open);
    if (real !== undefined) roots.push(real);
  }
  const isNamedInside = openFolders.some((open) => liesIn(open, file));
  const isInside =
    realFile !== undefined &&
    realFolder !== undefined &&
    [realFile, realFolder].every((real) => roots.some((root) => liesIn(root, real)));
  if (!isTrusted && isNamedInside && !isInside)
    throw new RpcError({
      code: 'input-outside',
      message: phrase`${path.basename(file)} is reached by a link that leads out of the open folder, which is not trusted.`,
      hint: phrase`Trust the folder, or open the picture where it really lies.`,
    });
  // A link that leads nowhere: the engine refuses it in its own words.
  if (realFolder === undefined) return results;
  // The innermost of nested open folders would forbid what the outer one allows.
  return roots.filter((root) => liesIn(root, realFolder)).sort(byLength)[0] ?? realFolder;
}

const byLength = (a: string, b: string): number => a.length - b.length;
