import { formatFromName } from '../shared/extensions';
import { FORMATS_WITH, formatNames, isIdleIn, type FormatOption } from '../shared/formatOptions';
import { isOneOf } from '../shared/oneOf';
import { phrase, type Words } from '../shared/phrase';
import { OUTPUT_FORMATS, type OutputFormat } from '../shared/settings';
import type { Reader } from './recipeReader';

type Keys = { readonly [key: string]: unknown };

/** Keys that need others to have an effect. */
const DEPENDENT = ['fit', 'quality', 'lossless'] as const;
type Dependent = (typeof DEPENDENT)[number];

/**
 * Refuses keys of a rule that none of its targets can honor, as the command line refuses such options.
 * What a rule says for all of its targets must have an effect on one of them.
 */
export function refuseIdleKeys(
  reader: Reader,
  at: string,
  common: Keys,
  targets: readonly Keys[] | undefined,
): void {
  const own = targets ?? [];
  for (const key of DEPENDENT) {
    own.forEach((target, i) => {
      if (target[key] === undefined) return;
      const why = whyIdle(key, { ...common, ...target });
      if (why !== undefined) reader.fail(`${at}.targets[${i}].${key}`, why);
    });
    if (common[key] === undefined) continue;
    const heirs = targets ? own.filter((target) => target[key] === undefined) : [{}];
    const reasons = heirs.map((target) => whyIdle(key, { ...common, ...target }));
    const [why] = reasons;
    if (why !== undefined && !reasons.includes(undefined)) reader.fail(`${at}.${key}`, why);
  }
}

/** Completes "must be …". */
function whyIdle(key: Dependent, keys: Keys): Words | undefined {
  if (key === 'fit')
    return keys.width !== undefined && keys.height !== undefined
      ? undefined
      : phrase`left out: it says how width and height make a box, and they are not both given`;
  const format = formatOf(keys);
  const option: FormatOption =
    key === 'quality' ? 'quality' : keys.lossless === true ? 'lossless' : 'lossy';
  // It asks for nothing that such a format would lack; a plan's note tells that it has no effect.
  if (option === 'lossy') return undefined;
  return format === undefined || !isIdleIn(option, [format])
    ? undefined
    : phrase`left out: ${formatNames([format])} can't honor it, only ${formatNames(FORMATS_WITH[option])} can`;
}

/** The format that keys name, whatever the picture; undefined where it is the picture's own. */
function formatOf({ format, output, density }: Keys): OutputFormat | undefined {
  if (isOneOf(OUTPUT_FORMATS, format)) return format;
  return density === undefined && typeof output === 'string' ? formatFromName(output) : undefined;
}
