import path from 'node:path';
import { isGlob } from '../batch/scan';

/**
 * A glob as it was typed, with "/" between folders: on Windows a backslash stands between them, too;
 * elsewhere it makes the next character one that is meant itself, as in a shell.
 */
export const withSlashes = (text: string, platform = process.platform): string =>
  platform === 'win32' ? text.replaceAll('\\', '/') : text;

/** A glob taken apart: the folder that it begins in, absolute, and what of it is a pattern. */
export function splitGlob(
  text: string,
  platform = process.platform,
): { readonly base: string; readonly glob: string } {
  const segments = withSlashes(text, platform).split('/');
  const first = segments.findIndex(isGlob);
  const folders = segments.slice(0, first).map((segment) => segment.replace(/\\(.)/g, '$1'));
  const paths = platform === 'win32' ? path.win32 : path.posix;
  // Behind "C:" alone stands what is that drive's current folder, and not its top.
  const base = paths.resolve(first > 0 ? `${folders.join('/')}/` : '');
  return { base, glob: segments.slice(first).join('/') };
}
