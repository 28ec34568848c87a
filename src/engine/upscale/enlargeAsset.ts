import path from 'node:path';
import type { UpscaleRequest } from '../../shared/engineProtocol';
import type { Size } from '../../shared/geometry';
import type { Remedy } from '../../shared/remedies';
import type { Device } from '../../shared/settings';
import { closeSource, decodePixels, separated } from '../image/decode';
import { toGrey } from '../image/grey';
import type { SourceInfo } from '../image/sourceInfo';
import { PixelFile } from '../image/pixelFile';
import { rasterize } from '../image/rasterize';
import { atLeast } from '../image/resample';
import { newSamples, type Depth } from '../image/samples';
import { enlargeNearest } from '../textures/nearest';
import { isPixelArt } from '../textures/pixelArt';
import { enlargeParts, needsParts, wholeFactor, type Infer } from './enlargeParts';
import type { AssetPlan } from './planAsset';
import type { InferResult, UpscaleContext } from './services';
import { phrase, type Words } from '../../shared/phrase';

/**
 * How a result came about. `raw` is at least as large as what is wanted, or the region that was
 * asked for.
 */
export type EnlargedAsset = InferResult & {
  readonly hasAlpha: boolean;
  /** How the encoder reduces it. */
  readonly kernel: 'lanczos3' | 'linear';
  readonly notes: readonly Words[];
  readonly remedies: readonly Remedy[];
  /** Whether a network had a part in it, so that the guidance counts. */
  readonly byModel: boolean;
};

export type AssetWork = {
  readonly source: SourceInfo;
  readonly plan: AssetPlan;
  readonly device: Device;
  readonly infer: Infer;
};

/**
 * Decodes a picture and enlarges it by the way that its kind needs: drawing, squares, or the
 * network, in one or in parts. The caller closes `raw`.
 */
export async function enlargeAsset(
  request: UpscaleRequest,
  context: UpscaleContext,
  work: AssetWork,
): Promise<EnlargedAsset> {
  const { source, plan } = work;
  const scratch = request.scratchDirectory;
  if (source.isVector) {
    const raw = await rasterize(request.input, source.size, plan.size, scratch, context.signal);
    return {
      ...without(raw),
      hasAlpha: true,
      kernel: 'lanczos3',
      notes: drawnNotes(request, plan),
      remedies: [],
      byModel: false,
    };
  }
  const { pixels, notes } = await decodePixels(request.input, scratch, {
    depth: plan.depth,
    keepColours: source.otherColours === undefined,
    frames: plan.frames,
    stored: source.stored,
    pixels: source.size.width * source.size.height,
  });
  const enlarged = await enlargePixels(pixels, request, context, work);
  const hasAlpha = enlarged.raw.info.bands === 4;
  return {
    ...enlarged,
    notes: [...notes, ...enlarged.notes],
    raw: source.isGrey ? await toGrey(enlarged.raw, scratch) : enlarged.raw,
    hasAlpha,
  };
}

/** What becomes of what was asked for with pictures of pixels in mind. */
const drawnNotes = ({ asset }: UpscaleRequest, plan: AssetPlan): readonly Words[] => [
  phrase`An SVG is drawn anew at the size of the result, without a model.`,
  ...(plan.columns * plan.rows > 1 ? [phrase`Its cells are as the drawing has them.`] : []),
  ...(plan.seamless ? [phrase`Its edges meet as those of the drawing do.`] : []),
  ...(asset?.pixelArt === 'on' ? [phrase`It has no pixels that could become squares.`] : []),
];

/** Closes `pixels`. */
async function enlargePixels(
  pixels: PixelFile,
  request: UpscaleRequest,
  context: UpscaleContext,
  { plan, infer, device }: AssetWork,
): Promise<Omit<EnlargedAsset, 'hasAlpha'>> {
  const scratch = request.scratchDirectory;
  const choice = request.asset?.pixelArt ?? 'auto';
  const parts = plan.columns * plan.rows * plan.frames;
  const nearest =
    choice === 'on' || (choice === 'auto' && (await isPixelArt({ colour: pixels, parts })));
  const notes =
    nearest && choice === 'auto'
      ? [phrase`This looks like pixel art, so its pixels became squares and nothing was smoothed.`]
      : [];
  const remedies: readonly Remedy[] = notes.length === 0 ? [] : [{ kind: 'treat-as-photo' }];
  const told = { notes, remedies, byModel: !nearest };
  const kernel = nearest ? 'linear' : 'lanczos3';
  if (needsParts(plan)) {
    try {
      const done = await enlargeParts(pixels, { ...plan, nearest }, infer, request, context);
      return { ...done, kernel, ...told };
    } finally {
      await pixels.close();
    }
  }
  const decoded = await separated(pixels, scratch);
  try {
    if (decoded.invisible) {
      const raw = await blank(plan.size, plan.depth, path.join(scratch, 'result.tif'));
      return {
        ...without(raw),
        device,
        kernel,
        notes: [phrase`The picture is fully transparent; so is the result.`],
        remedies: [],
        byModel: false,
      };
    }
    if (nearest) {
      const raw = await enlargeNearest(decoded, wholeFactor(plan.cell, plan.size), scratch);
      return { ...without(raw), device, kernel, ...told };
    }
    const done = await infer(decoded, plan.cell, context, 0);
    return {
      ...done,
      raw: done.isRegion ? done.raw : await atLeast(done.raw, plan.size, scratch),
      kernel,
      ...told,
    };
  } finally {
    await closeSource(decoded);
  }
}

/** A result that no network made. */
const without = (raw: PixelFile): InferResult => ({
  raw,
  isRegion: false,
  tiles: 0,
  device: 'cpu',
  inferenceSeconds: 0,
});

/** Transparent black: what is not written of a file is zero. */
async function blank({ width, height }: Size, depth: Depth, file: string): Promise<PixelFile> {
  const raw = await PixelFile.scratch(file, { width, height, bands: 4, depth });
  await raw.writeRows(height - 1, newSamples(depth, width * 4));
  return raw;
}
