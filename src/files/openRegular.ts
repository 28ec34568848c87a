import { constants } from 'node:fs';
import { lstat, open, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { isDeviceName } from '../shared/deviceNames';
import { codeOf, NotAFileError, specialKind } from './kinds';

export type OpenOptions = {
  /** Whether the path itself may be a link; links among its folders are followed anyway. */
  readonly followLinks: boolean;
  /** The system whose names count, as `process.platform`; that of this machine. */
  readonly platform?: NodeJS.Platform;
};

// Windows has neither; there the values are missing.
const optional = (name: 'O_NONBLOCK' | 'O_NOFOLLOW'): number =>
  (constants as Partial<typeof constants>)[name] ?? 0;

/**
 * Opens a regular file for reading; everything else is refused before a byte of it is read. Rejects
 * with `NotAFileError`, or as the system does.
 *
 * Opening alone can have effects (a pipe waits for a writer, /dev/ptmx makes a terminal), so the
 * kind is asked first; and again once it is open, since the path may have changed in between.
 */
export async function openRegular(
  file: string,
  { followLinks, platform = process.platform }: OpenOptions,
): Promise<{ readonly handle: FileHandle; readonly size: number }> {
  // Windows opens a device of that name in every folder, and says nothing of its kind.
  if (platform === 'win32' && isDeviceName(path.basename(file)))
    throw new NotAFileError(file, 'device');
  refuseSpecial(file, await (followLinks ? stat(file) : lstat(file)));
  const flags =
    constants.O_RDONLY | optional('O_NONBLOCK') | (followLinks ? 0 : optional('O_NOFOLLOW'));
  const handle = await open(file, flags).catch((error: unknown) => {
    if (codeOf(error) === 'ELOOP' && !followLinks) throw new NotAFileError(file, 'link');
    throw error;
  });
  try {
    const info = await handle.stat();
    refuseSpecial(file, info);
    return { handle, size: info.size };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function refuseSpecial(file: string, info: Parameters<typeof specialKind>[0]): void {
  const kind = specialKind(info);
  if (kind !== undefined) throw new NotAFileError(file, kind);
}
