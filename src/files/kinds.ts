import type { Stats } from 'node:fs';
import { phrase, type Phrase, WordedError } from '../shared/phrase';

/** What a path leads to when it is not a file that can be read to its end. */
export type SpecialKind = 'folder' | 'link' | 'named pipe' | 'device' | 'socket' | 'special file';

/** The kind of what is no regular file; undefined for one that is. */
export function specialKind(info: Stats): SpecialKind | undefined {
  if (info.isFile()) return undefined;
  if (info.isDirectory()) return 'folder';
  if (info.isSymbolicLink()) return 'link';
  if (info.isFIFO()) return 'named pipe';
  if (info.isSocket()) return 'socket';
  return info.isCharacterDevice() || info.isBlockDevice() ? 'device' : 'special file';
}

/** The same, or a link that can't be followed. */
export type UnreadableKind = SpecialKind | 'link to itself' | 'link to nothing';

const KINDS: Record<UnreadableKind, Phrase> = {
  'link to itself': phrase`link to itself`,
  'link to nothing': phrase`link to nothing`,
  folder: phrase`folder`,
  link: phrase`link`,
  'named pipe': phrase`named pipe`,
  device: phrase`device`,
  socket: phrase`socket`,
  'special file': phrase`special file`,
};

/** "folder" */
export const kindName = (kind: UnreadableKind): Phrase => KINDS[kind];

/** "it is a folder" */
export const kindWords = (kind: SpecialKind): Phrase => phrase`it is a ${KINDS[kind]}`;

/** Something lies where a file is expected that is none: reading it might never end. */
export class NotAFileError extends WordedError {
  constructor(
    readonly file: string,
    readonly kind: SpecialKind,
  ) {
    super(phrase`${file} is a ${KINDS[kind]}, not a file.`);
    this.name = 'NotAFileError';
  }
}

/** A file is larger than what it is for would ever be. */
export class FileTooLargeError extends WordedError {
  constructor(
    readonly file: string,
    readonly limit: number,
  ) {
    super(phrase`${file} has more than ${limit} bytes, which is too much for what it is for.`);
    this.name = 'FileTooLargeError';
  }
}

/** The `code` of an error of the system, such as ENOENT. */
export const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

/** Whether an error says that there is nothing at a path. */
export const isMissing = (error: unknown): boolean =>
  codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
