import type { Size } from '../../shared/geometry';
import { engineError } from '../errors';
import { freeBytes } from '../download/freeSpace';
import type { AssetPlan } from './planAsset';
import { byteWords } from '../../shared/byteText';
import { phrase } from '../../shared/phrase';

/** What should stay free on the disk, in bytes. */
const RESERVE = 200e6;

export type ScratchNeed = {
  readonly source: Size;
  readonly plan: Pick<AssetPlan, 'size' | 'frames' | 'depth'>;
  readonly isVector: boolean;
  /** The model's own factor, if it has one. */
  readonly modelScale: number | undefined;
};

/** Bytes that lie in the scratch folder at once, at most, while a picture is upscaled. */
export function scratchBytes({ source, plan, isVector, modelScale }: ScratchNeed): number {
  const { size, frames, depth } = plan;
  const area = ({ width, height }: Size): number => width * height;
  const result = area(size) * frames;
  // An SVG is drawn once and copied.
  if (isVector) return 2 * 4 * result;
  const sample = depth / 8;
  const decoded = area(source) * frames;
  // As it is decoded, then colour and alpha apart, with a mask.
  const before = decoded * (2 * 4 * sample + 1);
  if (modelScale === undefined) return before + result * (4 * sample + 3 * 4);
  const raw = frames > 1 ? 0 : decoded * modelScale ** 2;
  // Beyond the model's own factor its result is enlarged by a whole one.
  const factor = Math.max(1, Math.ceil(Math.sqrt(result / Math.max(1, decoded * modelScale ** 2))));
  const enlarged = frames === 1 && factor > 1 ? raw * factor ** 2 : 0;
  return before + 4 * sample * (raw + enlarged + (frames > 1 ? result : 0));
}

/** Rejects with `disk-full`, before any work, unless so many bytes fit into the scratch folder. */
export async function requireScratch(folder: string, bytes: number): Promise<void> {
  const free = await freeBytes(folder);
  if (bytes + RESERVE <= free) return;
  throw engineError('disk-full', {
    message: phrase`The disk of temporary files (${folder}) has ${byteWords(free)} left where ${byteWords(bytes + RESERVE)} are needed.`,
    hint: phrase`Free some space, choose a smaller size, or set the environment variable TMPDIR (TEMP on Windows) to a folder on another disk.`,
  });
}
