import type { PanelState } from './panelState';

/** What saving depends on, as text. */
export const savedKey = ({ model, guidance, output }: PanelState): string => {
  const { scale, format, quality, lossless, pixelArt, restore = '', prompt } = output;
  const { pixel, semantic } = guidance;
  return [model, restore, pixel, semantic, scale, format, quality, lossless, pixelArt, prompt].join(
    ' ',
  );
};
