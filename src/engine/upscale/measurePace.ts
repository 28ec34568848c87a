import type { Device } from '../../shared/settings';
import type { TiledModel } from '../models/kinds/tiled';
import { placeModel, type PlaceChoice } from './placeModel';
import { planningSize } from './runTiles';
import type { UpscaleServices } from './services';

/** Large enough that the margin around a tile does not decide. */
const TRIAL = { width: 128, height: 128 };

/** Seconds for one input pixel of a model on a device; see `EngineApi.pace`. */
export async function measurePace(
  { model: id, ...choice }: { readonly model: string } & PlaceChoice,
  services: UpscaleServices,
  signal: AbortSignal,
): Promise<{ secondsPerPixel: number | undefined; device: Device }> {
  const found = await services.findModel(id);
  const { device, model } = await placeModel(choice, found, services, { signal, notes: [] });
  return { secondsPerPixel: await model.pace(services, device), device };
}

/** Of a tiled model, by the second of two runs: the first prepares. */
export async function tiledPace(
  model: TiledModel,
  services: UpscaleServices,
  device: Device,
): Promise<number | undefined> {
  const tile = model.manifest.tile ?? planningSize(model.manifest, TRIAL);
  const session = await services.acquireSession(model, device, tile, model.manifest.branches);
  const image = new Float32Array(3 * tile.width * tile.height);
  for (let run = 0; run < 2; run++) await session.run(image, tile.width, tile.height);
  return session.secondsPerPixel;
}
