import path from 'node:path';
import { liesIn } from '../../files/paths';
import { fixedPart } from '../glob/fixedPart';

/**
 * What is watched for inputs as a plan takes them: folders and files themselves, of globs the
 * folder that all of their matches lie in; and the recipe. None that lies in another.
 */
export function watchedPlaces(
  root: string,
  inputs: readonly string[],
  recipe: string | undefined,
): readonly string[] {
  const named = inputs.map((input) =>
    path.isAbsolute(input) ? input : path.join(root, fixedPart(input)),
  );
  const all = [...new Set([...named, ...(recipe === undefined ? [] : [recipe])])];
  return all.filter((place) => !all.some((other) => other !== place && liesIn(other, place)));
}
