import type { UpscaleResult } from '../../../src/shared/engineProtocol';

/** A result as the engine gives it for hero.png. */
export function resultOf(
  changes: Partial<UpscaleResult> = {},
): UpscaleResult & { readonly index: number } {
  return {
    input: '/site/hero.png',
    output: '/site/hero@4x.png',
    skipped: false,
    sourceWidth: 256,
    sourceHeight: 192,
    width: 1024,
    height: 768,
    bytes: 1000,
    model: 'two-branch',
    device: 'cpu',
    scale: 4,
    guidance: { pixel: 1, semantic: 0.5 },
    branches: ['pixel', 'semantic'],
    tiles: 2,
    seconds: { total: 12.34, inference: 11 },
    peakRssMB: 500,
    notes: [],
    remedies: [],
    index: 0,
    ...changes,
  };
}
