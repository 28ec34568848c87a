import type { TiledModel } from '../models/kinds/tiled';
import { openTileSession } from '../runtime/session';
import { planningSize } from '../upscale/runTiles';
import { randomTensor } from './operators/pseudoRandom';
import type { Trial } from './trial';

/** Pixels of the picture's side, before the margin that the model wants around it. */
const SIDE = 16;

/** A tiled model's network with all its branches. */
export function tiledTrial({ graph, manifest }: TiledModel): Trial {
  const { width, height } = manifest.tile ?? planningSize(manifest, { width: SIDE, height: SIDE });
  const image = randomTensor([3, height, width], 3, [0, 1]).data;
  return {
    name: 'network',
    async run(device) {
      const session = await openTileSession(graph, device, manifest.branches);
      try {
        const layers = await session.run(image, width, height);
        return Object.fromEntries(
          Object.entries(layers).map(([name, data]) => [
            name,
            { data: Float32Array.from(data), dims: [data.length] },
          ]),
        );
      } finally {
        await session.release();
      }
    },
  };
}
