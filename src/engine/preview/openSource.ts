import path from 'node:path';
import type { PreviewRequest } from '../../shared/previewProtocol';
import { scaledSize, type Size } from '../../shared/geometry';
import type { Device } from '../../shared/settings';
import { engineError, throwIfCancelled } from '../errors';
import { closeSource, type DecodedSource } from '../image/decode';
import { inspectSource } from '../image/inspect';
import { borderOf } from '../image/ninePatch';
import type { SourceInfo } from '../image/sourceInfo';
import type { Model } from '../models/model';
import { isPixelArt } from '../textures/pixelArt';
import { checkJob, checkScale } from '../upscale/checkRequest';
import type { UpscaleServices } from '../upscale/services';
import { keptFolder } from './keptFiles';
import { keptSource } from './keptSource';
import { withWorkFolder } from './scratchFile';

/** A source that is decoded, and what will work on it. */
export type OpenSource = {
  readonly model: Model;
  readonly device: Device;
  readonly decoded: DecodedSource;
  readonly sourceSize: Size;
  /** Of the result. */
  readonly size: Size;
  /** Whether pixels become squares instead of being the model's. */
  readonly squares: boolean;
  /** For intermediates; gone when the work is done. */
  readonly folder: string;
  /** For what later previews of the same picture use; see `keptFolder`. */
  readonly kept: string;
  /** What the person should know is added here. */
  readonly notes: string[];
};

type SourceRequest = Omit<PreviewRequest, 'first' | 'region' | 'have'>;

/**
 * Checks a request and decodes its picture for `work`, with the same refusals as an upscaling;
 * cleans up afterwards. `check` sees the result's size before anything is decoded, `onDevice` where
 * the work will be done.
 */
export async function withSource<T>(
  request: SourceRequest,
  services: UpscaleServices,
  {
    signal,
    check,
    onDevice,
  }: {
    readonly signal: AbortSignal;
    readonly check?: (size: Size) => void;
    readonly onDevice?: (device: Device) => void;
  },
  work: (source: OpenSource) => Promise<T>,
): Promise<T> {
  checkJob(request);
  checkScale(request.scale);
  const source = await inspectSource(request.input, request.maxInputMegapixels);
  if (source.isVector) {
    throw engineError('input-not-an-image', {
      message:
        `${path.basename(request.input)} is an SVG: it is drawn at any size without ` +
        'a model, so there is nothing to compare.',
      hint: 'Use "Upscale Image", which draws it at the size you choose.',
    });
  }
  const model = await services.findModel(request.model);
  const size = scaledSize(source.size, request.scale);
  check?.(size);
  const notes: string[] = [];
  const device = await services.resolveDevice(request.device, model, { signal, notes });
  throwIfCancelled(signal);
  onDevice?.(device);
  return withWorkFolder(request.scratchDirectory, request.jobId, async (folder) => {
    const kept = await keptFolder(request.scratchDirectory, request.input);
    const decoded = await keptSource(request.input, kept);
    try {
      const squares =
        request.pixelArt === 'on' ||
        (request.pixelArt === 'auto' &&
          (await isPixelArt({ colour: decoded.rgb, alpha: decoded.alpha })));
      return await work({
        model,
        device,
        decoded,
        sourceSize: source.size,
        size,
        squares,
        folder,
        kept,
        notes: [
          ...notes,
          ...decoded.notes,
          ...previewNotes(source, squares && request.pixelArt === 'auto'),
          ...((await borderOf(request.input)) > 0 ? [NINE_PATCH] : []),
        ],
      });
    } finally {
      await closeSource(decoded);
    }
  });
}

const NINE_PATCH =
  'This is a nine-patch: saving enlarges what lies inside its frame and draws the frame anew, one ' +
  'pixel wide; here the frame is enlarged with it.';

/** What the person should know of how their picture is shown, and saved. */
function previewNotes(source: SourceInfo, foundPixelArt: boolean): string[] {
  const notes = [...source.notes];
  if (source.frames > 1)
    notes.push(
      `The source is animated: this is the first of ${source.frames} frames; saving as GIF ` +
        'or WebP upscales all.',
    );
  if (foundPixelArt)
    notes.push(
      'This looks like pixel art, so its pixels become squares and no model is used. Switch ' +
        '"Pixel art" off to use the model all the same.',
    );
  return notes;
}
