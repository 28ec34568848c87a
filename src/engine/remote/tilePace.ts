import type { RemoteTiming } from '../../shared/engineProtocol';
import type { TiledModel } from '../models/kinds/tiled';
import { planningSize } from '../upscale/runTiles';
import type { RemoteDevice } from './remoteDevice';

/** As large as a tile of a picture is at least, so that its bytes count. */
const TRIAL = { width: 128, height: 128 };
const RUNS = 3;

/**
 * How long a tile takes on a server, and how much of that is the way there and back. A question for
 * one branch computes about as much as one for two and brings half as many bytes: the difference is
 * what a branch takes on its way. Of a model with one branch only the bare round trip is known. Rejects
 * with a `RemoteFailure`.
 */
export async function tilePace(
  device: RemoteDevice,
  model: TiledModel,
  signal: AbortSignal,
  now: () => number = () => performance.now(),
): Promise<RemoteTiming> {
  const { manifest } = model;
  const tile = device.descriptor(model).tile ?? planningSize(manifest, TRIAL);
  const { width, height } = tile;
  const image = new Float32Array(3 * width * height).fill(0.5);
  const infer = (outputs: readonly string[]) => (): Promise<unknown> =>
    device.infer(model, {
      ...{ image, width, height, outputs, signal },
      secondsPerPixel: undefined,
      onSent: () => undefined,
    });
  const { branches } = manifest;
  const trip = await fastest(now, () => device.greet(signal));
  const total = await fastest(now, infer(branches));
  const one = branches.length > 1 ? await fastest(now, infer(branches.slice(0, 1))) : total;
  const branch = branches.length > 1 ? Math.max(0, total - one) / (branches.length - 1) : 0;
  const network = Math.min(total, trip + branch * branches.length);
  return { width, height, milliseconds: total, networkMs: network };
}

/** Milliseconds of the fastest of some runs: whatever else happens only makes them slower. */
async function fastest(now: () => number, work: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run++) {
    const started = now();
    await work();
    best = Math.min(best, now() - started);
  }
  return best;
}
