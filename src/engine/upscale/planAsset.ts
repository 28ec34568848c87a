import path from 'node:path';
import type { UpscaleRequest } from '../../shared/engineProtocol';
import type { Size } from '../../shared/geometry';
import { outputSize, type OutputSize } from '../../shared/outputSize';
import { DEFAULT_SETTINGS, type OutputFormat } from '../../shared/settings';
import { changeSetting, engineError } from '../errors';
import { supportsAnimation, supportsDepth16 } from '../image/formats';
import type { SourceInfo } from '../image/sourceInfo';
import type { Depth } from '../image/samples';
import type { Model } from '../models/model';
import { bad } from './checkRequest';
import { type Words, phrase } from '../../shared/phrase';
import { wishError } from '../../shared/wishError';

/** What is made of a picture, decided from its header. */
export type AssetPlan = {
  /** Of one frame of the result. */
  readonly size: Size;
  /** The true factor. */
  readonly scale: number;
  /** Of one cell of a sprite sheet, else of the whole; in the source and in the result. */
  readonly cell: Size;
  readonly cellOut: Size;
  readonly columns: number;
  readonly rows: number;
  readonly frames: number;
  readonly seamless: boolean;
  readonly depth: Depth;
  readonly notes: readonly Words[];
};

/** The same without what the kind of samples decides. */
export type PartsPlan = Omit<AssetPlan, 'depth'>;

/**
 * Decides the size, the parts and the frames of a result. Refuses what can't be made, before anything
 * is decoded.
 */
export function planAsset(
  request: UpscaleRequest,
  source: Pick<SourceInfo, 'size' | 'frames'>,
  format: OutputFormat,
): PartsPlan {
  const { asset = {} } = request;
  const { columns, rows } = asset.grid ?? { columns: 1, rows: 1 };
  const { width, height } = source.size;
  if (width % columns !== 0 || height % rows !== 0) {
    throw bad(
      'grid',
      phrase`${columns}×${rows} cells`,
      phrase`one whose cells have whole pixels: the picture has ${width}×${height}`,
    );
  }
  const whole = sizeOf(source.size, request);
  const cell = { width: width / columns, height: height / rows };
  const round = request.notBeyond ? Math.floor : Math.round;
  const cellOut = {
    width: Math.max(1, round(whole.size.width / columns)),
    height: Math.max(1, round(whole.size.height / rows)),
  };
  const size = { width: cellOut.width * columns, height: cellOut.height * rows };
  const notes: Words[] = whole.note === undefined ? [] : [whole.note];
  if (size.width !== whole.size.width || size.height !== whole.size.height)
    notes.push(
      phrase`All cells have the same size, so that the sheet has ${size.width}×${size.height} pixels.`,
    );
  const frames =
    source.frames > 1 && supportsAnimation(format) && asset.frames !== 'first' ? source.frames : 1;
  if (request.region !== undefined && frames > 1)
    throw bad(
      'region',
      phrase`given`,
      phrase`left out for an animation; or take its first frame only`,
    );
  checkLimits(request, { size, frames });
  return {
    size,
    scale: whole.scale,
    cell,
    cellOut,
    columns,
    rows,
    frames,
    seamless: asset.seamless ?? false,
    notes,
  };
}

/** The plan with the depth that source, format and model have together. */
export function withDepth(
  plan: PartsPlan,
  source: Pick<SourceInfo, 'bitsPerChannel'>,
  format: OutputFormat,
  model: Pick<Model, 'manifest' | 'depth'>,
): AssetPlan {
  const isDeep = source.bitsPerChannel > 8 && supportsDepth16(format);
  return {
    ...plan,
    depth: isDeep ? model.depth : 8,
    notes:
      isDeep && model.depth === 8
        ? [
            ...plan.notes,
            phrase`The source has more than 8 bits per channel; ${model.manifest.name} works with 8.`,
          ]
        : plan.notes,
  };
}

/** Refuses results that would take more time, memory and disk than anybody asked for. */
function checkLimits(
  {
    input,
    maxOutputMegapixels = DEFAULT_SETTINGS.maxOutputMegapixels,
    maxFrames = DEFAULT_SETTINGS.maxFrames,
  }: UpscaleRequest,
  { size, frames }: Pick<AssetPlan, 'size' | 'frames'>,
): void {
  const name = path.basename(input);
  if (frames > maxFrames) {
    throw engineError('input-too-large', {
      message: phrase`${name} has ${frames} frames; the limit is ${maxFrames}.`,
      hint: phrase`Take its first frame only, or raise the limit.`,
      remedies: [changeSetting('maxFrames')],
    });
  }
  const megapixels = (size.width * size.height * frames) / 1e6;
  if (megapixels > maxOutputMegapixels) {
    throw engineError('output-too-large', {
      message:
        frames > 1
          ? phrase`The result of ${name} would have ${size.width}×${size.height} pixels in ${frames} frames (${megapixels.toFixed(0)} megapixels); the limit is ${maxOutputMegapixels}.`
          : phrase`The result of ${name} would have ${size.width}×${size.height} pixels (${megapixels.toFixed(0)} megapixels); the limit is ${maxOutputMegapixels}.`,
      hint: phrase`Choose a smaller size, or raise the limit.`,
      remedies: [changeSetting('maxOutputMegapixels')],
    });
  }
}

function sizeOf(source: Size, request: UpscaleRequest): OutputSize {
  try {
    return outputSize(source, request);
  } catch (error) {
    throw wishError(error);
  }
}
