import { paddedSize } from '../../shared/geometry';
import type { TiledDescriptor } from '../models/manifest';
import type { TileSession } from '../runtime/session';

/** A try of this side costs a fiftieth of what it estimates, or it is not made. */
const TRIAL_SIDE = 32;
const TRIAL_WORTH = 50;

/**
 * Seconds that so many pixels will take: from the session's last run, else from a small trial. Only
 * the CPU needs the trial; a GPU's first tile comes soon, and its first run compiles shaders, which
 * says nothing about the next.
 */
export async function estimateSeconds(
  session: TileSession,
  manifest: TiledDescriptor,
  pixels: number,
): Promise<number | undefined> {
  const side = { width: TRIAL_SIDE, height: TRIAL_SIDE };
  // Without the margin of a picture: a network that sees far would be tried on mostly that.
  const { width, height } = manifest.tile ?? paddedSize(side, manifest.sizeRule);
  if (
    session.secondsPerPixel === undefined &&
    session.device === 'cpu' &&
    pixels >= TRIAL_WORTH * width * height
  ) {
    await session.run(new Float32Array(3 * width * height), width, height);
  }
  return session.secondsPerPixel === undefined ? undefined : session.secondsPerPixel * pixels;
}
