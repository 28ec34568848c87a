import { NotAFileError } from '../../files/kinds';
import { notAFolderIn } from '../../files/paths';
import { missingWords } from '../../files/systemError';
import { RpcError } from '../../shared/rpc';
import { engineError, messageOf, named, systemCode } from '../errors';
import { FileView } from './containers/fileView';
import { phrase } from '../../shared/phrase';

const HEAD_BYTES = 4096;

/**
 * Opens a picture's file once for all that is asked of its structure; `head` are its first bytes, up
 * to 4096. What the system refuses is told as it concerns a picture.
 */
export async function withSource<T>(
  file: string,
  work: (view: FileView, head: Buffer) => Promise<T>,
): Promise<T> {
  try {
    return await FileView.use(file, async (view) => work(view, await view.bytes(0, HEAD_BYTES)));
  } catch (error) {
    if (error instanceof RpcError) throw error;
    if (error instanceof NotAFileError || systemCode(error) !== undefined)
      throw unreadable(file, error);
    throw error;
  }
}

function unreadable(file: string, error: unknown): Error {
  const detail = messageOf(error);
  if (error instanceof NotAFileError)
    return engineError('input-not-an-image', {
      message: error.kind === 'folder' ? phrase`${file} is a folder.` : error.words,
      hint: phrase`Name a picture.`,
    });
  switch (systemCode(error)) {
    case 'ENOTDIR':
      return engineError('input-missing', {
        message: phrase`${notAFolderIn(file) ?? file} is not a folder, so nothing can lie in it.`,
        hint: phrase`Check the path; the file may have been moved or renamed.`,
        detail,
      });
    case 'ENOENT':
    // What no disk could have is not there.
    case 'ENAMETOOLONG':
      return engineError('input-missing', {
        message: missingWords(file),
        hint: phrase`Check the path; the file may have been moved or renamed.`,
        detail,
      });
    case 'EACCES':
    case 'EPERM':
      return engineError('input-unreadable', {
        message: phrase`${file} can't be read.`,
        hint: phrase`Check the permissions of the file and its folder.`,
        detail,
      });
    default: {
      const words = named(error, file);
      return words instanceof Error ? words : new Error(detail);
    }
  }
}
