import { rename } from 'node:fs/promises';
import path from 'node:path';
import { PixelFile, type PixelFileInfo } from '../image/pixelFile';
import { modelKey } from '../models/modelKey';
import type { Model } from '../models/model';
import type { PlaceChoice } from '../upscale/placeModel';
import { restorerChoice, runRestorer, type RestoreInput } from '../upscale/restored';
import type { InferRequest, UpscaleContext, UpscaleServices } from '../upscale/services';

/** Rows copied at a time. */
const BAND = 64;

/** Tells what a restorer makes on a device from what others make. */
export const restoredKey = (restorer: Model, choice: PlaceChoice): string => {
  const { device, precision = 'auto' } = restorerChoice(choice, restorer);
  return `${modelKey(restorer)}-${device}-${precision}`;
};

/**
 * The colours of a kept picture as a restorer leaves them, computed into its folder the first time.
 * `request.scratchDirectory` is for what is needed meanwhile. The caller closes the result.
 */
export async function keptRestored(
  request: InferRequest,
  services: UpscaleServices,
  context: UpscaleContext,
  restorer: Model,
  input: RestoreInput,
  folder: string,
): Promise<PixelFile> {
  const { width, height } = input.size;
  const info: PixelFileInfo = { width, height, bands: 3, depth: input.decoded.rgb.depth };
  const file = path.join(folder, `restored-${restoredKey(restorer, input.choice)}.tif`);
  const known = await PixelFile.openCreated(file, info).catch(() => undefined);
  if (known) return known;
  const { raw } = await runRestorer(request, services, context, restorer, input);
  try {
    await copied(raw, `${file}.part`, info);
  } finally {
    await raw.close();
  }
  // Whole or not at all: a run that was cancelled leaves nothing that could be taken for a picture.
  await rename(`${file}.part`, file);
  return PixelFile.openCreated(file, info);
}

async function copied(from: PixelFile, file: string, info: PixelFileInfo): Promise<void> {
  const to = await PixelFile.create(file, info);
  try {
    for (let y = 0; y < info.height; y += BAND)
      await to.writeRows(y, await from.samples(y, Math.min(info.height, y + BAND)));
  } finally {
    await to.close();
  }
}
