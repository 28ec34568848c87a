import path from 'node:path';
import { IMAGE_EXTENSIONS, isImageName } from '../../shared/settings';

/** The part of a `Uri` that this module needs. */
export type Location = { readonly path: string; toString(): string };

/** Splits what was chosen into pictures, each once, and the number of things that are none. */
export function splitSelection<T extends Location>(chosen: readonly T[]): { readonly pictures: readonly T[]; readonly ignored: number } {
  const unique = [...new Map(chosen.map((uri) => [uri.toString(), uri])).values()];
  const pictures = unique.filter((uri) => isImageName(path.posix.basename(uri.path)));
  return { pictures, ignored: unique.length - pictures.length };
}

/** A glob for every picture in a workspace. Globs know no "ignore case", and cameras write `.JPG`. */
export function imageGlob(): string {
  const anyCase = (extension: string): string => extension.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
  return `**/*.{${IMAGE_EXTENSIONS.map(anyCase).join(',')}}`;
}
