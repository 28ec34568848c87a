import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { getSystemErrorMap } from 'node:util';
import { RpcError } from '../shared/rpc';
import { phrase, type Phrase } from '../shared/phrase';
import { notAFolderIn } from './paths';

/** An error of the system: Node names the call, its number and mostly the path. */
type SystemError = Error & {
  readonly code: string;
  readonly syscall: string;
  readonly path?: string;
};

/** Calls that ask the network, of which the code that asked knows more. */
const NETWORK = /^(?:connect|getaddrinfo|listen|bind|accept|sendto|recv|queryA)/;

/**
 * What the system says of a disk, a folder or a name, as a person can use it: never as `ENOSPC`.
 * `place` is what it is about where the system does not say. Any other error stays as it is.
 */
export function named(error: unknown, place?: string): unknown {
  if (!isOfFiles(error)) return error;
  const file = error.path ?? place;
  const folder = file === undefined ? os.tmpdir() : path.dirname(file);
  const name = path.basename(file ?? '');
  const detail = error.stack ?? error.message;
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new RpcError({
        code: 'disk-full',
        message: phrase`No space is left in ${folder}.`,
        remedies: [{ kind: 'free-space', folder }],
        detail,
      });
    case 'EFBIG':
      return new RpcError({
        code: 'disk-full',
        message: phrase`${file ?? phrase`The file`} is larger than a file may be in ${folder}.`,
        hint: phrase`Choose a folder on another disk, or a smaller size.`,
        detail,
      });
    case 'ENAMETOOLONG':
      return new RpcError({
        code: 'name-too-long',
        message: phrase`The name ${name} is too long for this disk.`,
        hint: phrase`Shorten the name of the file or of its folder.`,
        remedies: [{ kind: 'change-setting', setting: 'namePattern' }],
        detail,
      });
    case 'EROFS':
      return readOnlyDisk(folder, detail);
    case 'ELOOP':
      return isWriting(error)
        ? new RpcError({
            code: 'output-unwritable',
            message: phrase`${file ?? folder} is a link that leads to itself, so nothing is written there.`,
            hint: phrase`Remove the link, or choose another folder.`,
            detail,
          })
        : new RpcError({
            code: 'input-missing',
            message: phrase`${file ?? phrase`A file`} is a link that leads to itself.`,
            hint: phrase`Make the link anew, or name the picture itself.`,
            detail,
          });
    case 'EACCES':
    case 'EPERM':
      return isWriting(error)
        ? new RpcError({
            code: 'folder-read-only',
            message: phrase`Nothing can be written in ${folder}.`,
            hint: phrase`Check the permissions of the folder, or choose another one.`,
            detail,
          })
        : new RpcError({
            code: 'input-unreadable',
            message: phrase`${file ?? phrase`A file`} must not be opened.`,
            hint: phrase`Check its permissions and those of its folder.`,
            detail,
          });
    case 'ENOENT':
    case 'ENOTDIR': {
      const inTheWay = file === undefined ? undefined : notAFolderIn(file);
      if (inTheWay !== undefined)
        return new RpcError({
          code: isWriting(error) ? 'output-unwritable' : 'input-missing',
          message: phrase`${inTheWay} is not a folder, so nothing can lie in it.`,
          hint: phrase`Check the path, or choose another folder.`,
          detail,
        });
      return isWriting(error)
        ? new RpcError({
            code: 'folder-read-only',
            // Node says so, too, where a folder is to be made on a disk that is read-only.
            message: existsSync(folder)
              ? phrase`Nothing can be written in ${folder}.`
              : phrase`The folder ${folder} does not exist, so nothing can be written in it.`,
            hint: phrase`Check the folder and its permissions, or choose another one.`,
            detail,
          })
        : new RpcError({
            code: 'input-missing',
            message: missingWords(file),
            hint: phrase`Check the path; the file may have been moved or renamed.`,
            detail,
          });
    }
    case 'EMFILE':
    case 'ENFILE':
      return new RpcError({
        code: 'internal',
        message: phrase`Too many files are open on this machine.`,
        hint: phrase`Close other programs, then try again.`,
        detail,
      });
    default:
      return new RpcError({
        code: 'internal',
        message: phrase`The system could not use ${file ?? phrase`a file`}: ${wordsOf(error)}.`,
        hint: phrase`Check that the disk is there and works, then try again.`,
        detail,
      });
  }
}

/** Of a folder on a disk to which nobody may write, whatever the permissions. */
export const readOnlyDisk = (folder: string, detail?: string): RpcError =>
  new RpcError({
    code: 'folder-read-only',
    message: phrase`The disk of ${folder} is read-only, so nothing can be written there.`,
    hint: phrase`Choose a folder on another disk.`,
    ...(detail === undefined ? {} : { detail }),
  });

/**
 * What is said of a file that is not found. A name's bytes that are no text stand as other letters, by
 * which it can't be found: the file may well be there.
 */
export const missingWords = (file: string | undefined): Phrase =>
  file?.includes('\ufffd') === true
    ? phrase`${file} can't be opened: its name has bytes that are not text (UTF-8). Rename it.`
    : phrase`${file ?? phrase`A file`} does not exist.`;

function isOfFiles(error: unknown): error is SystemError {
  if (error instanceof RpcError || !(error instanceof Error)) return false;
  const { code, syscall } = error as Partial<SystemError>;
  return (
    typeof code === 'string' &&
    typeof syscall === 'string' &&
    /^E[A-Z0-9]+$/.test(code) &&
    !NETWORK.test(syscall)
  );
}

/** Whether the call was to make or change something; opening may be either. */
const isWriting = ({ syscall }: SystemError): boolean =>
  /^(?:write|mk|rename|link|symlink|unlink|rmdir|copyfile|f?truncate|fsync|fdatasync|chmod)/.test(
    syscall,
  );

/** "resource busy or locked", as the system's own words are. */
function wordsOf({ code, message }: SystemError): string {
  for (const [known, words] of getSystemErrorMap().values()) if (known === code) return words;
  return message.replace(/^[A-Z0-9]+: /, '').replace(/, \w+ .*$/, '');
}
