import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Engine } from '../../src/engine/engine';
import type { Rect } from '../../src/shared/geometry';
import type { Guidance } from '../../src/shared/guidance';
import type {
  ExactRegionRequest,
  PreviewProgress,
  PreviewRequest,
  PreviewResult,
} from '../../src/shared/previewProtocol';
import { DEFAULT_SETTINGS, type ColourFix } from '../../src/shared/settings';
import type { UpscaleCall } from '../../src/client/engineClient';
import { EMBEDDED_MODELS, ENGINE, NO_STORE, requestFor, TEST_MODELS } from './support';
import { spoken } from '../../src/shared/phrase';

export const newEngine = (store = NO_STORE): ReturnType<Engine['api']> =>
  new Engine({
    modelFolders: [EMBEDDED_MODELS, TEST_MODELS],
    store,
    entry: ENGINE,
    version: '0',
    watchdog: { hold: () => undefined, release: () => undefined },
  }).api();
type Api = ReturnType<typeof newEngine>;

/** A finished preview and what it left on disk. */
export type PreviewRun = {
  readonly result: PreviewResult;
  readonly progress: readonly PreviewProgress[];
  readonly rects: readonly Rect[];
  readonly scratch: string;
  /** Each layer whole, interleaved RGB. */
  readonly layers: readonly Uint8Array[];
  /** One byte a pixel; undefined for an opaque picture. */
  readonly alpha: Uint8Array | undefined;
};

let jobs = 0;
export const nextJob = (): string => `job-${++jobs}`;

export function previewRequest(
  input: string,
  scratchDirectory: string,
  part: Partial<PreviewRequest> = {},
): PreviewRequest {
  const { colourFix, maxInputMegapixels } = DEFAULT_SETTINGS;
  return {
    jobId: nextJob(),
    input,
    scratchDirectory,
    model: 'two-branch-4x',
    device: 'cpu',
    maxInputMegapixels,
    colourFix,
    scale: 4,
    pixelArt: 'off',
    ...part,
  };
}

export const quiet = { signal: new AbortController().signal, progress: () => undefined };

export async function runPreview(
  api: Api,
  input: string,
  scratch: string,
  part: Partial<PreviewRequest> = {},
): Promise<PreviewRun> {
  mkdirSync(scratch, { recursive: true });
  const progress: PreviewProgress[] = [];
  const onProgress = (value: unknown): void => {
    const step = value as PreviewProgress;
    // A tile's file is complete when its progress arrives.
    if (step.tile && step.picture)
      assert.equal(
        readFileSync(path.join(scratch, step.tile.file)).length,
        bytesOfPixel(step.picture) * step.tile.rect.width * step.tile.rect.height,
      );
    progress.push(step);
  };
  const result = spoken(
    await api.preview(previewRequest(input, scratch, part), {
      signal: quiet.signal,
      progress: onProgress,
    }),
  );
  const tiles = progress.flatMap(({ tile }) => (tile ? [tile] : []));
  return {
    result,
    progress,
    rects: tiles.map(({ rect }) => rect),
    scratch,
    ...assembled(result, tiles, scratch),
  };
}

type Picture = Pick<PreviewResult, 'branches' | 'hasAlpha'>;
const layerCount = ({ branches }: Pick<Picture, 'branches'>): number =>
  branches.includes('semantic') ? 3 : 2;
const bytesOfPixel = (picture: Picture): number =>
  3 * layerCount(picture) + (picture.hasAlpha ? 1 : 0);

/** Puts tiles together; asserts that they cover the picture exactly once. */
function assembled(
  picture: PreviewResult,
  tiles: readonly { readonly rect: Rect; readonly file: string }[],
  scratch: string,
): Pick<PreviewRun, 'layers' | 'alpha'> {
  const { width, height } = picture.size;
  const covered = new Uint8Array(width * height);
  const layers = Array.from(
    { length: layerCount(picture) },
    () => new Uint8Array(3 * width * height),
  );
  const alpha = picture.hasAlpha ? new Uint8Array(width * height) : undefined;
  for (const { rect, file } of tiles) {
    const bytes = readFileSync(path.join(scratch, file));
    assert.ok(
      rect.x >= 0 && rect.y >= 0 && rect.x + rect.width <= width && rect.y + rect.height <= height,
    );
    const line = 3 * rect.width;
    assert.equal(bytes.length, bytesOfPixel(picture) * rect.width * rect.height);
    for (let y = 0; y < rect.height; y++) {
      const to = (rect.y + y) * width + rect.x;
      for (let x = 0; x < rect.width; x++) covered[to + x]!++;
      const from = layers.length * line * rect.height + y * rect.width;
      alpha?.set(bytes.subarray(from, from + rect.width), to);
      layers.forEach((layer, i) =>
        layer.set(
          bytes.subarray((i * rect.height + y) * line, (i * rect.height + y + 1) * line),
          3 * to,
        ),
      );
    }
  }
  assert.ok(
    covered.every((times) => times === 1),
    'tiles cover the picture exactly once',
  );
  return { layers, alpha };
}

/** The layers' blend, rounded: what a shader shows. */
export function blendOf(
  [plain, faithful, full]: readonly Uint8Array[],
  { pixel, semantic }: Guidance,
): Uint8ClampedArray {
  const result = new Uint8ClampedArray(plain!.length);
  for (let i = 0; i < result.length; i++)
    result[i] =
      plain![i]! +
      pixel * (faithful![i]! - plain![i]!) +
      (full ? semantic * (full[i]! - faithful![i]!) : 0);
  return result;
}

/** Largest difference where none of the layers clips, and the share of such samples. */
export function unclippedDifference(
  layers: readonly Uint8Array[],
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): { largest: number; share: number } {
  assert.equal(a.length, b.length);
  const clips = new Uint8Array(a.length);
  for (const layer of layers)
    for (let i = 0; i < clips.length; i++) if (layer[i] === 0 || layer[i] === 255) clips[i] = 1;
  let [largest, count] = [0, 0];
  for (let i = 0; i < clips.length; i++) {
    if (clips[i] === 1) continue;
    count++;
    largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  }
  return { largest, share: count / a.length };
}

/** The file that `upscale` writes at this guidance. */
export async function exported(
  api: Api,
  input: string,
  scratch: string,
  model: string,
  guidance: Guidance,
  colourFix: ColourFix = 'adain',
  part: Partial<UpscaleCall> = {},
): Promise<string> {
  mkdirSync(scratch, { recursive: true });
  const request = requestFor(input, scratch, {
    model,
    guidance,
    colourFix,
    ...part,
    format: 'png',
    overwrite: 'overwrite',
    output: { palette: false },
  });
  return (await api.upscale(request, quiet)).output;
}

export async function runExact(
  api: Api,
  input: string,
  scratch: string,
  part: Pick<ExactRegionRequest, 'rect' | 'guidance'> & Partial<ExactRegionRequest>,
): Promise<Uint8Array> {
  mkdirSync(scratch, { recursive: true });
  const { file, rect } = await api.exactRegion(
    { ...previewRequest(input, scratch), ...part },
    quiet,
  );
  assert.deepEqual(rect, part.rect);
  return readFileSync(path.join(scratch, file));
}

/** A part of interleaved RGB rows of `width` pixels. */
export function cropped(pixels: Uint8Array, width: number, { x, y, ...size }: Rect): Uint8Array {
  const line = 3 * size.width;
  const result = new Uint8Array(line * size.height);
  for (let row = 0; row < size.height; row++)
    result.set(
      pixels.subarray(3 * ((y + row) * width + x), 3 * ((y + row) * width + x) + line),
      row * line,
    );
  return result;
}
