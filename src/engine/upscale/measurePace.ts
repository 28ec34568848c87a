import type { Device, DeviceChoice } from '../../shared/settings';
import type { TiledModel } from '../models/kinds/tiled';
import { planningSize } from './runTiles';
import type { UpscaleServices } from './services';

/** Large enough that the margin around a tile does not decide. */
const TRIAL = { width: 128, height: 128 };

/** Seconds for one input pixel of a model on a device; see `EngineApi.pace`. */
export async function measurePace(
  { model: id, device: choice }: { readonly model: string; readonly device: DeviceChoice },
  services: UpscaleServices,
  signal: AbortSignal,
): Promise<{ secondsPerPixel: number | undefined; device: Device }> {
  const model = await services.findModel(id);
  const device = await services.resolveDevice(choice, model, { signal, notes: [] });
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
