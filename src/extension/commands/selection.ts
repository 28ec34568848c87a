import path from 'node:path';
import { IMAGE_EXTENSIONS, isImageName } from '../../shared/settings';

/** The part of a `Uri` that this module needs. */
export type Location = { readonly path: string; toString(): string };

/** Splits what was chosen into pictures, each once, and the number of things that are none. */
export function splitSelection<T extends Location>(
  chosen: readonly T[],
): { readonly pictures: readonly T[]; readonly ignored: number } {
  const unique = [...new Map(chosen.map((uri) => [uri.toString(), uri])).values()];
  const pictures = unique.filter((uri) => isImageName(path.posix.basename(uri.path)));
  return { pictures, ignored: unique.length - pictures.length };
}

/**
 * A glob for every picture in a workspace. Globs know no "ignore case", and cameras write `.JPG`.
 */
export function imageGlob(): string {
  const anyCase = (extension: string): string =>
    extension.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
  return `**/*.{${IMAGE_EXTENSIONS.map(anyCase).join(',')}}`;
}

/**
 * What a menu passes: the clicked resource and either the selection or, in an editor's title,
 * something else.
 */
export function chosenUris<T>(
  clicked: unknown,
  selection: unknown,
  isUri: (value: unknown) => value is T,
): readonly T[] {
  const values: readonly unknown[] =
    Array.isArray(selection) && selection.length > 0 ? selection : [clicked];
  return values.filter(isUri);
}

/**
 * Two pictures with the original first: "a.png" before "a@4x.png", whichever was clicked. Others
 * keep their order.
 */
export function inOrderOfOrigin<T>(
  pictures: readonly T[],
  nameOf: (picture: T) => string,
): readonly T[] {
  const [first, second] = pictures;
  if (pictures.length !== 2 || first === undefined || second === undefined) return pictures;
  const stem = (picture: T): string => nameOf(picture).replace(/\.[^.]+$/, '');
  return stem(first) !== stem(second) && stem(first).startsWith(stem(second))
    ? [second, first]
    : pictures;
}
