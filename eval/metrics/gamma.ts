/** Lanczos' coefficients for g = 7 (Numerical Recipes, 3rd edition, and Godfrey 2001). */
const G = 7;
const COEFFICIENTS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
] as const;

/** The gamma function for positive numbers. */
export function gamma(z: number): number {
  if (z < 0.5) return Math.PI / (Math.sin(Math.PI * z) * gamma(1 - z));
  const x = z - 1;
  const sum = COEFFICIENTS.reduce(
    (total, coefficient, i) => (i === 0 ? coefficient : total + coefficient / (x + i)),
    0,
  );
  const t = x + G + 0.5;
  return Math.sqrt(2 * Math.PI) * t ** (x + 0.5) * Math.exp(-t) * sum;
}
