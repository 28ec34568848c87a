import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { makeScratch } from '../../client/scratch';
import { removeScratch } from '../../files/scratchFolder';
import { RpcError } from '../../shared/rpc';
import { baseName, revisionName } from '../comparison/comparison';
import { repositoryOf, type Repository } from './gitApi';

/** A picture as Git has it, in a file of its own for as long as it is shown. */
export type Revision = {
  readonly file: vscode.Uri;
  readonly bytes: number;
  /** "HEAD, a1b2c3d". */
  readonly name: string;
  readonly dispose: () => void;
};

/** Letters of a picture's name that its version's keeps; each has up to three bytes of 255. */
const LONGEST_NAME = 50;

/** A file that Git LFS stands in for begins so. */
const LFS = 'version https://git-lfs.github.com/spec/';

/**
 * Writes what a commit has of a picture into a file of the same type beside nothing else, named
 * after both. Rejects with a sentence where there is nothing.
 */
export async function openRevision(picture: vscode.Uri, ref: string): Promise<Revision> {
  const repository = await repositoryOf(picture);
  if (!repository) throw notInGit(picture);
  const { hash } = await repository.getCommit(ref).catch(() => {
    throw withoutCommit(picture, ref);
  });
  const content = await contentAt(repository, picture, hash);
  if (!content || content.length === 0) throw notThere(picture, ref);
  if (content.toString('latin1', 0, LFS.length) === LFS) throw notFetched(picture, ref);
  // What a window leaves that is killed goes with the next one's first run.
  const folder = await makeScratch();
  const remove = (): Promise<void> => removeScratch(folder).catch(() => undefined);
  const { name, ext } = path.parse(baseName(picture));
  // The longest name that a disk takes would be too long with the commit's.
  const shortened = name.slice(0, LONGEST_NAME);
  const file = path.join(folder, `${shortened} (${revisionName(ref)})${ext}`);
  try {
    await writeFile(file, content, { mode: 0o600 });
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    file: vscode.Uri.file(file),
    bytes: content.length,
    name: ref === 'HEAD' ? `HEAD, ${hash.slice(0, 7)}` : hash.slice(0, 7),
    dispose: () => void remove(),
  };
}

/** Under the file's name, else under the one it had before it was renamed. */
async function contentAt(
  repository: Repository,
  picture: vscode.Uri,
  hash: string,
): Promise<Buffer | undefined> {
  const before = repository.renamed.get(picture.fsPath);
  for (const file of [picture.fsPath, ...(before === undefined ? [] : [before])]) {
    const content = await repository.buffer(hash, file).catch(() => undefined);
    if (content) return content;
  }
  return undefined;
}

export const notInGit = (picture: vscode.Uri): RpcError =>
  new RpcError({
    code: 'no-revision',
    message: vscode.l10n.t('{0} does not lie in a Git repository.', baseName(picture)),
    hint: vscode.l10n.t('Open a folder of the repository, and see that Git is switched on.'),
  });

const withoutCommit = (picture: vscode.Uri, ref: string): RpcError =>
  new RpcError({
    code: 'no-revision',
    message: vscode.l10n.t(
      'The repository of {0} has no commit {1}.',
      baseName(picture),
      revisionName(ref),
    ),
    hint: vscode.l10n.t('Commit something first, or choose another revision.'),
  });

const notThere = (picture: vscode.Uri, ref: string): RpcError =>
  new RpcError({
    code: 'no-revision',
    message: vscode.l10n.t('{0} has no version of {1}.', revisionName(ref), baseName(picture)),
    hint: vscode.l10n.t('It was added later, or had another name.'),
  });

const notFetched = (picture: vscode.Uri, ref: string): RpcError =>
  new RpcError({
    code: 'no-revision',
    message: vscode.l10n.t(
      'Of {0} at {1}, Git has a Git LFS pointer, not the picture.',
      baseName(picture),
      revisionName(ref),
    ),
    hint: vscode.l10n.t('Fetch it with "git lfs fetch" and try again.'),
  });
