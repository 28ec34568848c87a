import { formatFromName } from '../shared/extensions';
import {
  FORMATS_WITH,
  formatNames,
  formatOptionsOf,
  isIdleIn,
  type FormatOption,
} from '../shared/formatOptions';
import { say } from '../shared/phrase';
import type { OutputFormat } from '../shared/settings';
import { ruleFor, type Recipe, type Rule, type Target } from './recipe';
import type { PlanItem } from './types';

/** The recipe's key for both of its wishes. */
const LOSSLESS = 'lossless';

/** Tells of keys that none of the pictures here lets a rule honor, whose formats are the sources' own. */
export function idleKeyNotes(recipe: Recipe, items: readonly PlanItem[]): readonly string[] {
  const ruleOf = ruleFor(recipe);
  const formats = new Map<Rule, Set<OutputFormat>>();
  for (const { input, output } of items) {
    const rule = ruleOf(input);
    const format = formatFromName(output);
    if (!rule || format === undefined) continue;
    formats.set(rule, (formats.get(rule) ?? new Set()).add(format));
  }
  return recipe.rules.flatMap((rule, i) => {
    const made = [...(formats.get(rule) ?? [])];
    if (made.length === 0) return [];
    const options = new Set(rule.targets.flatMap(optionsOf));
    return [...options]
      .filter((option) => isIdleIn(option, made))
      .map((option) => {
        const key = option === 'quality' ? option : LOSSLESS;
        return say`rules[${i}].${key} has no effect: the results are ${formatNames(made)}, and only ${formatNames(FORMATS_WITH[option])} can honor it.`;
      });
  });
}

const optionsOf = ({ quality, file }: Target): readonly FormatOption[] =>
  formatOptionsOf({ quality, lossless: file?.lossless });
