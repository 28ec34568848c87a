import path from 'node:path';
import type { PreviewRequest } from '../../shared/previewProtocol';
import { scaledSize, type Size } from '../../shared/geometry';
import type { UpscaleProgress } from '../../shared/engineProtocol';
import type { Device } from '../../shared/settings';
import { engineError, throwIfCancelled } from '../errors';
import { closeSource, type DecodedSource } from '../image/decode';
import { inspectSource } from '../image/inspect';
import { borderOf } from '../image/ninePatch';
import type { SourceInfo } from '../image/sourceInfo';
import type { Model } from '../models/model';
import type { PixelFile } from '../image/pixelFile';
import { isPixelArt } from '../textures/pixelArt';
import { checkJob, checkScale } from '../upscale/checkRequest';
import { placeModel } from '../upscale/placeModel';
import { findRestorer } from '../upscale/restored';
import type { UpscaleServices } from '../upscale/services';
import { keptFolder } from './keptFiles';
import { keptRestored, restoredKey } from './keptRestored';
import { keptSource } from './keptSource';
import { withWorkFolder } from './scratchFile';
import { type Words, phrase } from '../../shared/phrase';

/** A source that is decoded, and what will work on it. */
export type OpenSource = {
  readonly model: Model;
  readonly device: Device;
  /** What the model works on: the picture, or what a restorer made of its colours. */
  readonly decoded: DecodedSource;
  /** The picture's own colours, which a result is measured against. */
  readonly original: PixelFile;
  /** Tells what was made of `decoded` from what was made of another; empty for the picture itself. */
  readonly variant: string;
  readonly sourceSize: Size;
  /** Of the result. */
  readonly size: Size;
  /** The factor of the result; 1 for a model that restores at the same size. */
  readonly scale: number;
  /** Whether pixels become squares instead of being the model's. */
  readonly squares: boolean;
  /** For intermediates; gone when the work is done. */
  readonly folder: string;
  /** For what later previews of the same picture use; see `keptFolder`. */
  readonly kept: string;
  /** What the person should know is added here. */
  readonly notes: Words[];
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
    onRestore = () => undefined,
  }: {
    readonly signal: AbortSignal;
    readonly check?: (size: Size) => void;
    readonly onDevice?: (device: Device) => void;
    /** Learns how far a restorer is, which runs over all of the picture before the model does. */
    readonly onRestore?: (progress: UpscaleProgress) => void;
  },
  work: (source: OpenSource) => Promise<T>,
): Promise<T> {
  checkJob(request);
  checkScale(request.scale);
  const source = await inspectSource(request.input, request.maxInputMegapixels);
  if (source.isVector) {
    throw engineError('input-not-an-image', {
      message: phrase`${path.basename(request.input)} is an SVG: it is drawn at any size without a model, so there is nothing to compare.`,
      hint: phrase`Use "Upscale Image", which draws it at the size you choose.`,
    });
  }
  const found = await services.findModel(request.model);
  const restorer = await findRestorer(request, services);
  const scale = found.ownScale === 1 ? 1 : request.scale;
  const size = scaledSize(source.size, scale);
  check?.(size);
  const notes: Words[] = [];
  const { device, model } = await placeModel(request, found, services, { signal, notes });
  throwIfCancelled(signal);
  onDevice?.(device);
  return withWorkFolder(request.scratchDirectory, request.jobId, async (folder) => {
    const kept = await keptFolder(request.scratchDirectory, request.input);
    const decoded = await keptSource(request.input, kept);
    let restored: PixelFile | undefined;
    try {
      const squares =
        request.pixelArt === 'on' ||
        (request.pixelArt === 'auto' &&
          (await isPixelArt({ colour: decoded.rgb, alpha: decoded.alpha })));
      const before = squares ? undefined : restorer;
      if (before)
        restored = await keptRestored(
          { ...request, scratchDirectory: folder },
          services,
          { signal, progress: onRestore },
          before,
          { decoded, size: source.size, notes, choice: request },
          kept,
        );
      return await work({
        model,
        device,
        decoded: restored ? { ...decoded, rgb: restored } : decoded,
        original: decoded.rgb,
        variant: before ? restoredKey(before, request) : '',
        sourceSize: source.size,
        size,
        scale,
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
      await restored?.close();
      await closeSource(decoded);
    }
  });
}

const NINE_PATCH = phrase`This is a nine-patch: saving enlarges what lies inside its frame and draws the frame anew, one pixel wide; here the frame is enlarged with it.`;

/** What the person should know of how their picture is shown, and saved. */
function previewNotes(source: SourceInfo, foundPixelArt: boolean): Words[] {
  const notes = [...source.notes];
  if (source.frames > 1)
    notes.push(
      phrase`The source is animated: this is the first of ${source.frames} frames; saving as GIF or WebP upscales all.`,
    );
  if (foundPixelArt)
    notes.push(
      phrase`This looks like pixel art, so its pixels become squares and no model is used. Switch "Pixel art" off to use the model all the same.`,
    );
  return notes;
}
