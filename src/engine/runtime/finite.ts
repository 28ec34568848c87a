/** A sum stays finite only if every term is: one pass without a branch. */
export function allFinite(values: Float32Array): boolean {
  let sum = 0;
  // By index: an iterator takes several times longer.
  for (let i = 0; i < values.length; i++) sum += (values[i] ?? 0) * 0;
  return sum === 0;
}
