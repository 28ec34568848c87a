import type { ExactRegionRequest } from '../../shared/previewProtocol';
import { requireDraft } from '../models/draftDecoder';
import type { DiffusionModel } from '../models/kinds/diffusion';
import { upscalePisa } from '../pisa/upscalePisa';
import { pisaAttempted } from '../upscale/inferPisa';
import type { UpscaleServices } from '../upscale/services';
import type { OpenSource } from './openSource';
import { writeSamples } from './scratchFile';

/**
 * Decodes a part of the result with PiSA-SR. What the last preview of the same picture computed is
 * used again: then only the decoder runs, on the part and what it sees around it.
 */
export async function exactPisa(
  {
    input,
    restore,
    prompt,
    precision,
    rect,
    guidance,
    colourFix,
    draft = false,
    scale,
  }: ExactRegionRequest,
  services: UpscaleServices,
  signal: AbortSignal,
  { model, device, decoded, notes, folder }: OpenSource & { readonly model: DiffusionModel },
  target: string,
): Promise<void> {
  const { pisa } = services;
  if (draft) requireDraft(model);
  const { processSize } = model.manifest;
  await pisaAttempted(
    services,
    { model, device, notes, input, restore, prompt, scale, signal },
    () => undefined,
    async ({ networks, budgets, identity }) => {
      const { raw, picture } = await upscalePisa({
        rgb: decoded.rgb,
        alpha: undefined,
        scale,
        processSize,
        guidance,
        colourFix,
        draft,
        draftForm: networks.draftsIn8Bits && precision !== 'fp32' ? 'int8' : 'floats',
        roughDraft: 'never',
        region: rect,
        networks,
        budgets,
        pace: pisa.pace,
        known: pisa.known(identity),
        scratch: folder,
        signal,
        onProgress: () => undefined,
      });
      pisa.remember(identity, picture);
      try {
        await writeSamples(raw, target);
      } finally {
        await raw.close();
      }
    },
  );
}
