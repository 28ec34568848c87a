import { NotAFileError } from '../../files/kinds';
import { openRegular } from '../../files/openRegular';
import { engineError, messageOf, systemCode } from '../errors';

const HEAD_BYTES = 4096;

/** The first bytes of a regular file; rejects with what is there instead. */
export async function readHead(file: string): Promise<Buffer> {
  try {
    const { handle } = await openRegular(file, { followLinks: true });
    try {
      const buffer = Buffer.alloc(HEAD_BYTES);
      const { bytesRead } = await handle.read(buffer, 0, HEAD_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): Error {
  const detail = messageOf(error);
  if (error instanceof NotAFileError)
    return engineError('input-not-an-image', {
      message: error.kind === 'folder' ? `${file} is a folder.` : error.message,
      hint: 'Name a picture.',
    });
  switch (systemCode(error)) {
    case 'ENOENT':
      return engineError('input-missing', {
        message: `${file} does not exist.`,
        hint: 'Check the path; the file may have been moved or renamed.',
        detail,
      });
    default:
      return engineError('input-unreadable', {
        message: `${file} can't be read.`,
        hint: 'Check the permissions of the file and its folder.',
        detail,
      });
  }
}
