/** Lowest and highest value. */
export type Range = readonly [number, number];

/**
 * Deterministic numbers in [0,1): a linear congruential generator (Numerical Recipes' constants).
 */
export function pseudoRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

/** A tensor of such numbers in `range`, the same for the same seed. */
export function randomTensor(
  dims: readonly number[],
  seed: number,
  [low, high]: Range = [-1, 1],
): { readonly data: Float32Array; readonly dims: readonly number[] } {
  const random = pseudoRandom(seed);
  const length = dims.reduce((product, dim) => product * dim, 1);
  return { data: Float32Array.from({ length }, () => low + random() * (high - low)), dims };
}
