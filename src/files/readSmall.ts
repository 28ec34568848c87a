import type { FileHandle } from 'node:fs/promises';
import { FileTooLargeError, isMissing } from './kinds';
import { openRegular } from './openRegular';
import { phrase, WordedError } from '../shared/phrase';

export type SmallOptions = {
  /** Most bytes that such a file has. */
  readonly limit: number;
  /** Whether the path itself may be a link. Not unless told. */
  readonly followLinks?: boolean;
  readonly signal?: AbortSignal;
  /** Longest that reading may take, as from a network drive that is gone. */
  readonly seconds?: number;
};

const DEFAULT_SECONDS = 5;
const CHUNK = 2 ** 16;

/**
 * Reads a small file whole: a regular file of at most so many bytes, within some seconds. Rejects
 * with `NotAFileError`, `FileTooLargeError`, the signal's reason, or as the system does.
 */
export async function readSmallFile(
  file: string,
  { limit, followLinks = false, signal, seconds = DEFAULT_SECONDS }: SmallOptions,
): Promise<Buffer> {
  signal?.throwIfAborted();
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(new WordedError(phrase`${file} could not be read within ${seconds} seconds.`)),
    seconds * 1000,
  );
  const stop = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
  try {
    return await unlessAborted(stop, readAll(file, limit, followLinks, stop));
  } finally {
    clearTimeout(timer);
  }
}

/** The same as text in UTF-8. */
export const readSmallText = async (file: string, options: SmallOptions): Promise<string> =>
  (await readSmallFile(file, options)).toString('utf8');

/** The same; undefined where there is nothing. */
export const readSmallTextIfAny = async (
  file: string,
  options: SmallOptions,
): Promise<string | undefined> => (await readSmallFileIfAny(file, options))?.toString('utf8');

/** Its bytes; undefined where there is nothing. */
export const readSmallFileIfAny = (
  file: string,
  options: SmallOptions,
): Promise<Buffer | undefined> =>
  readSmallFile(file, options).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });

async function readAll(
  file: string,
  limit: number,
  followLinks: boolean,
  stop: AbortSignal,
): Promise<Buffer> {
  const { handle, size } = await openRegular(file, { followLinks });
  try {
    if (size > limit) throw new FileTooLargeError(file, limit);
    return await readUpTo(handle, file, Math.min(CHUNK, size + 1), limit, stop);
  } finally {
    await handle.close();
  }
}

/** What the size says is not believed: files of /proc have none and may still never end. */
async function readUpTo(
  handle: FileHandle,
  file: string,
  chunk: number,
  limit: number,
  stop: AbortSignal,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let total = 0; ;) {
    stop.throwIfAborted();
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(chunk), 0, chunk, total);
    if (bytesRead === 0) return Buffer.concat(chunks);
    total += bytesRead;
    if (total > limit) throw new FileTooLargeError(file, limit);
    chunks.push(buffer.subarray(0, bytesRead));
  }
}

/** A call to the system can't be taken back, but nobody has to wait for it. */
function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
