import { say } from '../shared/phrase';
import { globMatcher, globReach } from './glob/globMatcher';
import type { Recipe } from './recipe';
import type { Unreadable } from './unreadable';

/**
 * Globs of a recipe's rules that none of these paths matches, nor anything that may lie in a folder
 * that can't be read; in order.
 */
export function idleGlobs(
  { rules }: Recipe,
  files: readonly string[],
  unreadable: readonly Unreadable[],
): readonly string[] {
  const globs = new Set(rules.flatMap((rule) => rule.files));
  const places = unreadable.map(({ input }) => input);
  return [...globs].filter(
    (glob) =>
      ![...files, ...places].some(globMatcher([glob], { dot: true })) &&
      !places.some(globReach([glob], { dot: true })),
  );
}

/** Whether nothing at all is named by a recipe. */
export const namesNothing = ({ rules }: Recipe, idle: readonly string[]): boolean =>
  rules.every(({ files }) => files.every((glob) => idle.includes(glob)));

const MOST_TOLD = 20;

/** Tells of such globs, of which a few may be meant for pictures that are yet to come. */
export function idleNote(idle: readonly string[]): string {
  const told = idle.slice(0, MOST_TOLD).join(', ');
  const more = idle.length > MOST_TOLD ? ' …' : '';
  return say`The recipe names what no picture matches: ${told}${more}`;
}
