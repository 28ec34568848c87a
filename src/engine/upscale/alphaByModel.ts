import path from 'node:path';
import { mkdir } from 'node:fs/promises';
import type { Size } from '../../shared/geometry';
import { DEFAULT_SETTINGS } from '../../shared/settings';
import { pillowResize } from '../image/pillowResize';
import { PixelFile } from '../image/pixelFile';
import { clamped16, newClamped, newSamples, plain } from '../image/samples';
import { keepFlatAlpha } from './alphaTiles';
import type { InferRequest, UpscaleServices } from './services';

const BAND = 64;
/** A shape is to have an edge, and nothing is to be invented in it. */
const DIALS = { pixel: 1, semantic: 0 } as const;

/**
 * A plane of alpha enlarged to `size` by the embedded model's pixel branch, as that model enlarges its
 * own, for models that work on whole pictures and would take as long for alpha as for colour. It runs
 * on the CPU, in a fraction of their time. What is flat stays as it is. The caller closes the result.
 */
export async function alphaByModel(
  alpha: PixelFile,
  size: Size,
  request: Pick<InferRequest, 'input' | 'scratchDirectory'>,
  services: UpscaleServices,
  signal: AbortSignal,
): Promise<PixelFile> {
  const model = await services.findModel(DEFAULT_SETTINGS.model);
  const scratchDirectory = path.join(request.scratchDirectory, 'alpha');
  await mkdir(scratchDirectory, { recursive: true });
  const grey = await asRgb(alpha, path.join(scratchDirectory, 'grey.tif'));
  try {
    const { raw } = await model.infer(
      { input: request.input, scratchDirectory, colourFix: 'none' },
      services,
      { signal, progress: () => undefined },
      {
        device: 'cpu',
        decoded: { rgb: grey, alpha: undefined, invisible: false },
        size: alpha.info,
        guidance: DIALS,
        scale: model.manifest.scale,
        region: undefined,
        part: 0,
        notes: [],
      },
    );
    const plane = await closing(raw, asPlane(raw, alpha, path.join(scratchDirectory, 'plane.tif')));
    if (plane.info.width === size.width && plane.info.height === size.height) return plane;
    return await closing(
      plane,
      pillowResize(plane, size, path.join(scratchDirectory, 'sized.tif')),
    );
  } finally {
    await grey.close();
  }
}

/** What is made of a file, which is closed then. */
async function closing(file: PixelFile, made: Promise<PixelFile>): Promise<PixelFile> {
  try {
    return await made;
  } finally {
    await file.close();
  }
}

/** Three times the same plane. */
async function asRgb(alpha: PixelFile, file: string): Promise<PixelFile> {
  const { width, height } = alpha.info;
  const { depth } = alpha;
  const rgb = await PixelFile.scratch(file, { width, height, bands: 3, depth });
  for (let y = 0; y < height; y += BAND) {
    const rows = await alpha.samples(y, Math.min(height, y + BAND));
    const band = newSamples(depth, 3 * rows.length);
    rows.forEach((value, i) => band.fill(value, 3 * i, 3 * i + 3));
    await rgb.writeRows(y, band);
  }
  return rgb;
}

/** The mean of the three, and what is flat in `source` as it is there. */
async function asPlane(rgb: PixelFile, source: PixelFile, file: string): Promise<PixelFile> {
  const { width, height } = rgb.info;
  const { depth } = rgb;
  const scale = width / source.info.width;
  const plane = await PixelFile.scratch(file, { width, height, bands: 1, depth });
  const rowsAtOnce = Math.max(1, Math.floor(BAND / scale));
  for (let y = 0; y < source.info.height; y += rowsAtOnce) {
    const end = Math.min(source.info.height, y + rowsAtOnce);
    const samples = await rgb.samples(y * scale, end * scale);
    const band = newClamped(depth, samples.length / 3);
    for (let i = 0; i < band.length; i++) {
      const mean =
        ((samples[3 * i] ?? 0) + (samples[3 * i + 1] ?? 0) + (samples[3 * i + 2] ?? 0)) / 3;
      band[i] = depth === 16 ? clamped16(mean) : mean;
    }
    await keepFlatAlpha(source, y, end, scale, band);
    await plane.writeRows(y * scale, plain(band));
  }
  return plane;
}
