import type { EngineClient } from '../client/engineClient';
import { formatFromName } from '../shared/extensions';
import { FORMAT_LABELS } from '../shared/formatLabels';
import { DEFAULT_MODEL, type OutputFormat } from '../shared/settings';
import type { UpscaleOptions } from './callSettings';
import { OPTION_MODES } from './optionModes';

/** An option that only some formats have, and which. */
type Rule = {
  readonly name: string;
  readonly applies: (options: Pick<UpscaleOptions, 'lossless'>) => boolean;
  readonly flag: string;
  readonly formats: readonly OutputFormat[];
};

const RULES: readonly Rule[] = [
  {
    name: 'quality',
    applies: () => true,
    flag: OPTION_MODES['quality']?.flag ?? '',
    formats: ['jpeg', 'webp', 'avif'],
  },
  {
    name: 'lossless',
    applies: ({ lossless }) => lossless === true,
    flag: '--lossless',
    formats: ['png', 'tiff', 'webp', 'avif'],
  },
  {
    name: 'lossless',
    applies: ({ lossless }) => lossless === false,
    flag: '--no-lossless',
    formats: ['jpeg', 'webp', 'avif'],
  },
];

/** Whether an option was written that some formats can't honour, so that these must be known. */
export const dependsOnFormat = (given: ReadonlySet<string>): boolean =>
  RULES.some(({ name }) => given.has(name));

/**
 * Why an option that was written can't be honoured by any of the results, whose names are known;
 * undefined where each is by some of them, or where there are none.
 */
export function formatProblem(
  given: ReadonlySet<string>,
  options: Pick<UpscaleOptions, 'lossless'>,
  outputs: readonly string[],
): string | undefined {
  const formats = new Set(outputs.map(formatFromName));
  if (formats.size === 0 || formats.has(undefined)) return undefined;
  const named = [...formats].map((format) => FORMAT_LABELS[format ?? 'png']).join(', ');
  for (const { name, applies, flag, formats: having } of RULES)
    if (given.has(name) && applies(options) && !having.some((format) => formats.has(format)))
      return `${flag} can't be honoured in ${named}, only in ${having.map((format) => FORMAT_LABELS[format]).join(', ')}.`;
  return undefined;
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
