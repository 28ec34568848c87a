/**
 * PiSA-SR's two dials (Sun et al., CVPR 2025, arXiv:2412.03017, Eq. 8), used for every model:
 * `y = base + λ_pix · r_pix + λ_sem · r_sem`.
 */
export type Guidance = {
  /** λ_pix: fidelity. Noise, blur and compression go away; too much is over-smooth. */
  readonly pixel: number;
  /** λ_sem: detail. Texture is added; too much is artefact. */
  readonly semantic: number;
};

/** The residuals a model can be steered by. */
export type Branch = 'pixel' | 'semantic';

export const GUIDANCE_RANGE = { minimum: 0, maximum: 1.5, step: 0.05 } as const;
export const DEFAULT_GUIDANCE: Guidance = { pixel: 1, semantic: 1 };

/** Brings a dial into [0, 1.5]; anything that is not a finite number becomes `fallback`. */
export function clampDial(value: unknown, fallback: number): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) return fallback;
  return Math.min(GUIDANCE_RANGE.maximum, Math.max(GUIDANCE_RANGE.minimum, value));
}

/**
 * The guidance that a model can follow: dials of branches it lacks are 0, so that no figure claims
 * what was not done.
 */
export function guidanceForBranches(guidance: Guidance, branches: readonly Branch[]): Guidance {
  return {
    pixel: branches.includes('pixel') ? guidance.pixel : 0,
    semantic: branches.includes('semantic') ? guidance.semantic : 0,
  };
}

/** "λ_pix 1.00 · λ_sem 0.50", naming only the dials the model has. */
export function describeGuidance(guidance: Guidance, branches: readonly Branch[]): string {
  const parts: string[] = [];
  if (branches.includes('pixel')) parts.push(`λ_pix ${guidance.pixel.toFixed(2)}`);
  if (branches.includes('semantic')) parts.push(`λ_sem ${guidance.semantic.toFixed(2)}`);
  return parts.join(' · ');
}
