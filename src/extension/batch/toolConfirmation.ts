import type { OutputFormat, OverwritePolicy } from '../../shared/settings';
import type { Translate } from '../../shared/translate';
import type { MarkdownPart } from '../ui/markdown';

/** One image that a language model wants upscaled. Paths as the person knows them. */
export type ToolStep = {
  readonly input: string;
  /** Where the result goes by the settings; undefined when they can't be used. */
  readonly output: string | undefined;
  readonly overwrite: OverwritePolicy;
};

/**
 * What a person confirms: every image, where its result goes, and whether something is replaced. A
 * language model wrote the paths, so they stand in a code block.
 */
export function toolConfirmation(
  steps: readonly ToolStep[],
  { scale, format }: { readonly scale: number; readonly format: OutputFormat | undefined },
  t: Translate,
): readonly MarkdownPart[] {
  const how = format === undefined ? `×${scale}` : `×${scale}, ${format}`;
  const policies = new Set(steps.map(({ overwrite }) => overwrite));
  return [
    {
      text:
        steps.length === 1
          ? t('Upscale this image ({0})? The arrow points to where the result goes.', how)
          : t(
              'Upscale these {0} images ({1})? The arrows point to where the results go.',
              steps.length,
              how,
            ),
    },
    {
      code: steps.map(
        ({ input, output }) => `${input} → ${output ?? t("(the name pattern can't be used)")}`,
      ),
    },
    ...[...policies].map((policy) => ({ text: consequenceOf(policy, t) })),
  ];
}

function consequenceOf(policy: OverwritePolicy, t: Translate): string {
  switch (policy) {
    case 'overwrite':
      return t('Your settings say so: a result that exists already is replaced.');
    case 'skip':
      return t('Nothing is replaced: an image whose result exists already is left alone.');
    case 'nextFreeName':
      return t('Nothing is replaced: when a name is taken, the result gets the next free one.');
  }
}
