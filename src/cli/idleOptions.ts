import type { EngineClient } from '../client/engineClient';
import { formatFromName } from '../shared/extensions';
import {
  FORMATS_WITH,
  formatNames,
  formatOptionsOf,
  isIdleIn,
  type FormatOption,
} from '../shared/formatOptions';
import { DEFAULT_MODEL } from '../shared/settings';
import type { UpscaleOptions } from './callSettings';
import { OPTION_MODES } from './optionModes';

const FLAGS: Readonly<Record<FormatOption, string>> = {
  quality: OPTION_MODES['quality']?.flag ?? '',
  lossless: '--lossless',
  lossy: '--no-lossless',
};

/** Those that were written. */
const writtenOptions = (
  given: ReadonlySet<string>,
  { lossless }: Pick<UpscaleOptions, 'lossless'>,
): readonly FormatOption[] =>
  formatOptionsOf({
    quality: given.has('quality') ? 1 : undefined,
    lossless: given.has('lossless') ? lossless : undefined,
  });

/** Whether an option was written that some formats can't honour, so that these must be known. */
export const dependsOnFormat = (given: ReadonlySet<string>): boolean =>
  given.has('quality') || given.has('lossless');

/**
 * Why an option that was written can't be honoured by any of the results, whose names are known;
 * undefined where each is by some of them, or where there are none.
 */
export function formatProblem(
  given: ReadonlySet<string>,
  options: Pick<UpscaleOptions, 'lossless'>,
  outputs: readonly string[],
): string | undefined {
  const named = new Set(outputs.map(formatFromName));
  const formats = [...named].filter((format) => format !== undefined);
  if (formats.length === 0 || formats.length < named.size) return undefined;
  const idle = writtenOptions(given, options).find((option) => isIdleIn(option, formats));
  return idle === undefined
    ? undefined
    : `${FLAGS[idle]} can't be honoured in ${formatNames(formats)}, only in ${formatNames(FORMATS_WITH[idle])}.`;
}

/** What is said of a color fix for a model that leaves colors as they are; undefined for no word. */
export async function colourFixNote(
  client: Pick<EngineClient, 'models'>,
  { model, colourFix }: Pick<UpscaleOptions, 'model' | 'colourFix'>,
  given: ReadonlySet<string>,
): Promise<string | undefined> {
  if (!given.has('colourFix') || colourFix === 'none') return undefined;
  const known = model === DEFAULT_MODEL ? { prompts: undefined } : await found(client, model);
  // Those that take words are the diffusion models, whose colors drift.
  return known && known.prompts === undefined
    ? `--colour-fix has no effect on ${model}: its colors are the source's already.`
    : undefined;
}

const found = async (
  client: Pick<EngineClient, 'models'>,
  model: string,
): Promise<{ readonly prompts?: unknown } | undefined> =>
  (await client.models()).find(({ id }) => id === model);
