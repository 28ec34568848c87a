/** How long a model takes for a picture, on the same machine. */
export const SPEED_CLASSES = ['fast', 'medium', 'slow'] as const;
export type SpeedClass = (typeof SPEED_CLASSES)[number];

/** Millions of weights that each input pixel meets, from which on a model is no longer of a class. */
const FAST_BELOW = 2.5;
const MEDIUM_BELOW = 10;

/**
 * The class of a network by its number of weights: in the networks that enlarge pictures nearly each
 * is used once for each input pixel. `effort`: how much longer each takes than in a convolution.
 */
export function speedClass(weights: number, effort = 1): SpeedClass {
  const millions = (weights * effort) / 1e6;
  return millions < FAST_BELOW ? 'fast' : millions < MEDIUM_BELOW ? 'medium' : 'slow';
}
