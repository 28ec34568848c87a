import type { DegradationEstimate } from '../../shared/previewProtocol';
import type { PixelFile } from '../image/pixelFile';
import { blockiness } from './blockiness';
import { blurWidth } from './blur';
import { hasLettering } from './lettering';
import { readLuma, sampledParts, type LumaBlock } from './lumaBlocks';
import { noiseDeviation } from './noise';

/**
 * How damaged a picture (8-bit RGB) is, from itself alone; deterministic. Looks at about four
 * megapixels at most, 16 MB of memory. Always finite: a picture without anything to measure is said
 * to be clean and sharp.
 */
export async function estimateDegradation(rgb: PixelFile): Promise<DegradationEstimate> {
  const blocks: LumaBlock[] = [];
  for (const part of sampledParts(rgb.info)) blocks.push(await readLuma(rgb, part));
  return estimateOf(blocks);
}

/** The same of parts that were read before. They begin on JPEG's grid. */
export function estimateOf(blocks: readonly LumaBlock[]): DegradationEstimate {
  const noise = noiseDeviation(blocks);
  return {
    noise,
    blockiness: blockiness(blocks),
    blur: blurWidth(blocks, noise),
    lettering: hasLettering(blocks),
  };
}
