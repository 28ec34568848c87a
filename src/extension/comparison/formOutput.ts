import { PIXEL_ART_CHOICES } from '../../shared/assetOptions';
import type { UpscaleRequest } from '../../shared/engineProtocol';
import { isOneOf } from '../../shared/oneOf';
import { LOSSLESS_CHOICES } from '../../shared/outputOptions';
import type { PanelOutput } from '../../shared/panelProtocol';
import { LONGEST_PROMPT, OUTPUT_FORMATS, QUALITY_RANGE } from '../../shared/settings';
import { isObject } from '../../shared/json';

/** What a panel's form holds besides the scale. */
export type FormOutput = Omit<PanelOutput, 'scale'>;

/** What was asked for, beyond what a result tells of itself. */
export type Asked = Pick<
  UpscaleRequest,
  'restore' | 'prompt' | 'format' | 'quality' | 'output' | 'asset'
>;

/** The form of what was asked for, or of the settings. */
export const formOf = ({
  format,
  quality,
  output,
  asset,
  prompt = '',
  restore,
}: Asked): FormOutput => ({
  format,
  quality,
  lossless: output?.lossless === undefined ? 'auto' : output.lossless ? 'always' : 'never',
  pixelArt: asset?.pixelArt ?? 'auto',
  prompt,
  ...(restore === undefined ? {} : { restore }),
});

/** Whether a value is what a panel's form can hold, as it was kept or came with a command. */
export function isFormOutput(value: unknown): value is FormOutput {
  if (!isObject(value)) return false;
  const { lossless, pixelArt, prompt } = value;
  return (
    isWritten(value) &&
    isOneOf(LOSSLESS_CHOICES, lossless) &&
    isOneOf(PIXEL_ART_CHOICES, pixelArt) &&
    isPrompt(prompt)
  );
}

/** Whether what came with a command says what was asked for. */
export function isAsked(value: unknown): value is Asked {
  if (!isObject(value) || !isWritten(value)) return false;
  const { prompt, output, asset } = value;
  return (
    (prompt === undefined || isPrompt(prompt)) &&
    (output === undefined || isObject(output)) &&
    (asset === undefined ||
      (isObject(asset) &&
        (asset.pixelArt === undefined || isOneOf(PIXEL_ART_CHOICES, asset.pixelArt))))
  );
}

/** Format, quality and restorer, which both have. */
const isWritten = ({ format, quality, restore }: Record<string, unknown>): boolean =>
  (format === 'source' || isOneOf(OUTPUT_FORMATS, format)) &&
  Number.isInteger(quality) &&
  Number(quality) >= QUALITY_RANGE.minimum &&
  Number(quality) <= QUALITY_RANGE.maximum &&
  (restore === undefined || typeof restore === 'string');

const isPrompt = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= LONGEST_PROMPT;
