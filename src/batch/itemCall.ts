import type { UpscaleCall } from '../client/engineClient';
import type { ItemSettings } from './types';

/** What is refused as too large. */
export type Limits = Pick<UpscaleCall, 'maxInputMegapixels' | 'maxOutputMegapixels' | 'maxFrames'>;

/** Those of settings, without the rest. */
export const limitsOf = ({
  maxInputMegapixels,
  maxOutputMegapixels,
  maxFrames,
}: Limits): Limits => ({
  maxInputMegapixels,
  ...(maxOutputMegapixels === undefined ? {} : { maxOutputMegapixels }),
  ...(maxFrames === undefined ? {} : { maxFrames }),
});

/**
 * The call that makes an item of a plan, but for its device: the same for whoever judges it before and
 * for the run.
 */
export const callFor = (
  settings: ItemSettings,
  {
    input,
    output,
    allowed,
    limits,
  }: {
    /** Absolute. */
    readonly input: string;
    readonly output: string;
    /** See `Plan`. */
    readonly allowed: string;
    readonly limits: Limits;
  },
): Omit<UpscaleCall, 'device'> => ({
  ...settings,
  // The plan has decided what is left alone.
  asset: { ...settings.asset, again: true },
  input,
  target: { kind: 'file', path: output, within: allowed },
  overwrite: 'overwrite',
  ...limits,
});
