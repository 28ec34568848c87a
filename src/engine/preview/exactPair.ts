import type { ExactRegionRequest } from '../../shared/previewProtocol';
import { AreaResampler } from '../image/resampleArea';
import { inferPair } from '../upscale/inferPair';
import type { PairMembers } from '../upscale/pairLayers';
import type { UpscaleServices } from '../upscale/services';
import type { OpenSource } from './openSource';
import { writeScratch } from './scratchFile';

/** Computes a part of the result of a pair; its diffusion model needs the whole picture for that. */
export async function exactPair(
  request: ExactRegionRequest,
  services: UpscaleServices,
  signal: AbortSignal,
  { members, ...source }: OpenSource & { readonly members: PairMembers },
  target: string,
): Promise<void> {
  const { sourceSize, size, decoded, device, notes, folder } = source;
  const { rect, guidance } = request;
  const { scale } = members.fidelity.manifest;
  const { raw } = await inferPair(
    { ...request, scratchDirectory: folder },
    services,
    { signal, progress: () => undefined },
    {
      members,
      device,
      decoded: { ...decoded, alpha: undefined },
      size: sourceSize,
      guidance,
      scale,
      region: undefined,
      part: 0,
      notes,
    },
  );
  try {
    const large = { width: sourceSize.width * scale, height: sourceSize.height * scale };
    const resampler = new AreaResampler(large, size, 'lanczos3');
    const area = resampler.neededFor(rect);
    const part = resampler.resample({ rect: area, bands: 3, data: await raw.area(area) }, rect);
    await writeScratch(target, new Uint8Array(Uint8ClampedArray.from(part).buffer));
  } finally {
    await raw.close();
  }
}
