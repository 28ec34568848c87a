import type { Size } from '../../shared/geometry';
import type { TiledDescriptor } from '../models/manifest';
import { randomTensor } from '../trust/operators/pseudoRandom';
import { planningSize } from '../upscale/runTiles';

/** Pixels of the picture's side, before the margin that the model wants around it. */
const SIDE = 16;

/** An image of fixed noise in [0,1], of the only size that is taken or of a small one. */
export function noiseTile(
  manifest: Pick<TiledDescriptor, 'margin' | 'sizeRule' | 'tile'>,
  only: Size | undefined = manifest.tile,
): Size & { readonly image: Float32Array } {
  const { width, height } = only ?? planningSize(manifest, { width: SIDE, height: SIDE });
  return { width, height, image: randomTensor([3, height, width], 3, [0, 1]).data };
}
