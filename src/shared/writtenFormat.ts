import { formatFromName } from './extensions';
import { phrase, type Words } from './phrase';
import type { OutputFormat, OutputFormatChoice } from './settings';

/**
 * The format that is written: as it is asked for; else as the result's name or the end of its pattern
 * says; else the source's; else PNG.
 */
export const writtenFormat = (
  asked: OutputFormatChoice,
  name: string,
  source: OutputFormat | undefined,
): OutputFormat => (asked === 'source' ? (formatFromName(name) ?? source ?? 'png') : asked);

/** Why a result of this format can't have that name; undefined when it can, or the name says nothing. */
export function nameFormatProblem(name: string, format: OutputFormat): Words | undefined {
  const named = formatFromName(name);
  return named === undefined || named === format
    ? undefined
    : phrase`${name} names a picture of the format ${named.toUpperCase()}, and what is to be written is ${format.toUpperCase()}.`;
}

/** What can be done about that. */
export const NAME_FORMAT_HINT = phrase`Name both the same, or give only one of them; a pattern can end in .{ext}.`;
