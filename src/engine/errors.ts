import os from 'node:os';
import path from 'node:path';
import type { ErrorCode } from '../shared/errorCodes';
import type { ChangeableSetting, Remedy } from '../shared/remedies';
import { RpcError, type RpcErrorValue } from '../shared/rpc';

/**
 * An error as a value with a code, what happened, and what to do. Its words must fit every front
 * end: what is done by a setting, an option or a button is a remedy.
 */
export function engineError(code: ErrorCode, value: Omit<RpcErrorValue, 'code'>): RpcError {
  return new RpcError({ code, ...value });
}

/** The remedy of a value that the person chose. */
export const changeSetting = (setting: ChangeableSetting): Remedy => ({
  kind: 'change-setting',
  setting,
});

export const cancelled = (): RpcError => engineError('cancelled', { message: 'Cancelled.' });

export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled();
}

/** The `code` of a Node system error such as ENOENT, if it has one. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/**
 * What the system says of a disk, a folder or a name, as a person can use it: never as `ENOSPC`.
 * Any other error stays as it is.
 */
export function named(error: unknown): unknown {
  if (error instanceof RpcError || !(error instanceof Error)) return error;
  const file = 'path' in error && typeof error.path === 'string' ? error.path : undefined;
  const folder = file === undefined ? os.tmpdir() : path.dirname(file);
  const detail = error.stack ?? error.message;
  switch (systemCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return engineError('disk-full', {
        message: `No space is left in ${folder}.`,
        remedies: [{ kind: 'free-space', folder }],
        detail,
      });
    case 'ENAMETOOLONG':
      return engineError('name-too-long', {
        message: `The name ${path.basename(file ?? '')} is too long for this disk.`,
        hint: 'Shorten the name of the file or of its folder.',
        remedies: [changeSetting('namePattern')],
        detail,
      });
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return engineError('folder-read-only', {
        message: `Nothing can be written in ${folder}.`,
        hint: 'Check the permissions of the folder, or choose another one.',
        detail,
      });
    case 'EMFILE':
    case 'ENFILE':
      return engineError('internal', {
        message: 'Too many files are open on this machine.',
        hint: 'Close other programs, then try again.',
        detail,
      });
    default:
      return error;
  }
}
