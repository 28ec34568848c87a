import type { Extra } from './facts';

/**
 * Chunks that say how the pixels are stored, what goes on into results, and what is told elsewhere
 * (animation, mastering of HDR, Apple's own variant). (PNG specification, third edition, 11.)
 */
const KNOWN = [
  ...['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'cHRM', 'gAMA', 'iCCP', 'sRGB', 'cICP', 'mDCV'],
  ...['cLLI', 'pHYs', 'eXIf', 'tEXt', 'zTXt', 'iTXt', 'acTL', 'fcTL', 'fdAT', 'CgBI', 'caBX'],
];
/**
 * True of the source alone, and no loss: when it was changed, how often it uses its colors, colors for
 * poorer screens, how many bits were significant, on what it may be shown; where a decoder can begin,
 * and what a converter from GIF keeps.
 */
const HINTS = ['tIME', 'hIST', 'sPLT', 'sBIT', 'bKGD', 'iDOT', 'gIFg', 'gIFx', 'gIFt'];
/** Fireworks' documents are PNGs. */
const LAYERS = ['mkBF', 'mkTS', 'mkBS', 'mkBT', 'prVW'];
/** What Android's packager makes of the frame of a nine-patch. */
const NINE_PATCH = ['npTc', 'npLb', 'npOl'];
const NAMED = new Set([KNOWN, HINTS, LAYERS, NINE_PATCH].flat());
const NAME = /^[a-zA-Z]{4}$/;

/** What a PNG holds besides, by the types of its chunks. */
export function extrasOf(types: ReadonlySet<string>): readonly Extra[] {
  const ofPrograms = [...types].filter((type) => NAME.test(type) && !NAMED.has(type));
  return [
    ...(types.has('caBX') ? (['credentials'] as const) : []),
    ...(LAYERS.some((type) => types.has(type)) ? (['layers'] as const) : []),
    ...(NINE_PATCH.some((type) => types.has(type)) ? (['nine-patch'] as const) : []),
    ...(ofPrograms.length > 0 ? [{ ofPrograms }] : []),
  ];
}
