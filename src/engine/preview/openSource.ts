import type { PreviewRequest } from '../../shared/previewProtocol';
import { scaledSize, type Size } from '../../shared/geometry';
import type { Device } from '../../shared/settings';
import { throwIfCancelled } from '../errors';
import { closeSource, decodeSource, type DecodedSource } from '../image/decode';
import { inspectSource } from '../image/inspect';
import type { InstalledModel } from '../models/registry';
import { checkJob } from '../upscale/checkRequest';
import type { UpscaleServices } from '../upscale/services';
import { sourceNotes } from '../upscale/upscaleFile';
import { withWorkFolder } from './scratchFile';

/** A source that is decoded, and what will work on it. */
export type OpenSource = {
  readonly model: InstalledModel;
  readonly device: Device;
  readonly decoded: DecodedSource;
  readonly sourceSize: Size;
  /** Of the result at the model's own scale. */
  readonly size: Size;
  /** For intermediates; gone when the work is done. */
  readonly folder: string;
  /** What the person should know is added here. */
  readonly notes: string[];
};

type SourceRequest = Omit<PreviewRequest, 'first'>;

/**
 * Checks a request and decodes its picture for `work`, with the same refusals as an upscaling; cleans up afterwards. `check` sees the result's size before
 * anything is decoded, `onDevice` where the work will be done.
 */
export async function withSource<T>(
  request: SourceRequest,
  services: UpscaleServices,
  { signal, check, onDevice }: { readonly signal: AbortSignal; readonly check?: (size: Size) => void; readonly onDevice?: (device: Device) => void },
  work: (source: OpenSource) => Promise<T>,
): Promise<T> {
  checkJob(request);
  const source = await inspectSource(request.input, request.maxInputMegapixels);
  const model = await services.findModel(request.model);
  const size = scaledSize(source.size, model.manifest.scale);
  check?.(size);
  const device = await services.resolveDevice(request.device);
  throwIfCancelled(signal);
  onDevice?.(device);
  return withWorkFolder(request.scratchDirectory, request.jobId, async (folder) => {
    const decoded = await decodeSource(request.input, folder);
    try {
      return await work({ model, device, decoded, sourceSize: source.size, size, folder, notes: sourceNotes(source) });
    } finally {
      await closeSource(decoded);
    }
  });
}
