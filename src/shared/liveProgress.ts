import type { UpscaleProgress } from './engineProtocol';

/** A tile is never shown as finished before the engine says so. */
const MOST_OF_A_TILE = 0.95;

/**
 * What a report means `seconds` after it came. The engine is silent while a tile runs, which may
 * take long, so the time left is counted down and `tile` grows by the estimated fraction of the
 * tile that is running.
 */
export function progressAfter(progress: UpscaleProgress, seconds: number): UpscaleProgress {
  const { phase, tile, tiles, secondsLeft } = progress;
  if (phase !== 'infer' || secondsLeft === undefined || tile >= tiles) return progress;
  const secondsPerTile = secondsLeft / (tiles - tile);
  const fraction =
    secondsPerTile > 0 ? Math.min(MOST_OF_A_TILE, seconds / secondsPerTile) : MOST_OF_A_TILE;
  return { ...progress, tile: tile + fraction, secondsLeft: Math.max(0, secondsLeft - seconds) };
}
