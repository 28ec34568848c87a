import { unlink } from 'node:fs/promises';
import path from 'node:path';
import type { UpscaleRequest, UpscaleResult } from '../../shared/engineProtocol';
import { scaledSize, type Rect, type Size } from '../../shared/geometry';
import { guidanceForBranches } from '../../shared/guidance';
import type { OutputFormat } from '../../shared/settings';
import { throwIfCancelled } from '../errors';
import { closeSource, decodeSource, type DecodedSource } from '../image/decode';
import { checkFormatHolds, encodePicture, supportsAlpha } from '../image/encode';
import { enlargePicture } from '../image/enlarge';
import { inspectSource, type SourceInfo } from '../image/inspect';
import type { PixelFile } from '../image/pixelFile';
import { isTiled } from '../models/registry';
import { checkRegion, checkRequest } from './checkRequest';
import { inferPisa } from './inferPisa';
import { inferTiled } from './inferTiled';
import { checkTarget, outputFormat, prepareFolder, publish, temporaryPath, wantedPath } from './outputFile';
import type { UpscaleContext, UpscaleServices } from './services';

/**
 * Upscales one file: inspect → decode → tiles → guidance → encode → rename. Writes nothing but its scratch folder until
 * the result is complete; rejects with an `RpcError` that says what happened and what to do.
 */
export async function upscaleFile(request: UpscaleRequest, services: UpscaleServices, context: UpscaleContext): Promise<UpscaleResult> {
  const started = performance.now();
  checkRequest(request);
  const { signal } = context;
  const source = await inspectSource(request.input, request.maxInputMegapixels);
  const model = await services.findModel(request.model);
  const { manifest } = model;
  const guidance = guidanceForBranches(request.guidance, manifest.branches);
  const format = outputFormat(request, source.format);
  const whole = scaledSize(source.size, request.scale);
  const region = request.region === undefined ? undefined : checkRegion(request.region, whole);
  const size = region ?? whole;
  checkFormatHolds(format, size);
  const wanted = wantedPath({ ...request, guidance }, format);
  const finish = (part: Partial<UpscaleResult>): UpscaleResult => ({
    input: request.input,
    output: '',
    skipped: false,
    sourceWidth: source.size.width,
    sourceHeight: source.size.height,
    width: size.width,
    height: size.height,
    bytes: 0,
    model: manifest.id,
    device: 'cpu',
    scale: request.scale,
    guidance,
    branches: manifest.branches,
    tiles: 0,
    seconds: { total: (performance.now() - started) / 1000, inference: 0 },
    peakRssMB: Math.round(process.resourceUsage().maxRSS / 1024),
    notes: [],
    ...part,
  });
  if ((await checkTarget(wanted, request)) === 'skip') return finish({ skipped: true, output: wanted, notes: ['The output exists already.'] });
  const device = await services.resolveDevice(request.device);
  throwIfCancelled(signal);
  await prepareFolder(wanted);

  context.progress({ phase: 'prepare', tile: 0, tiles: 0, device });
  const decoded = await decodeSource(request.input, request.scratchDirectory);
  const notes = [...sourceNotes(source), ...formatNotes(decoded, format)];
  const input = { device, decoded, size: source.size, guidance, notes };
  const done = await (isTiled(model) ? inferTiled(request, services, context, { ...input, model }) : inferPisa(request, services, context, { ...input, model })).finally(() =>
    closeSource(decoded),
  );

  const { tiles } = done;
  context.progress({ phase: 'encode', tile: tiles, tiles, device: done.device, temporaryFile: temporaryPath(wanted, request.jobId) });
  const raster = await rasterFor(done.raw, done.isRegion ? size : whole, request.scratchDirectory);
  const { output, bytes } = await writeOutput(raster, wanted, request, { format, size: done.isRegion ? size : whole, ...(region && !done.isRegion ? { region } : {}) }, signal);
  return finish({ output, bytes, device: done.device, tiles, notes, seconds: { total: (performance.now() - started) / 1000, inference: done.inferenceSeconds } });
}

/**
 * The path of a picture at least as large as the result: the model's output, or where that is smaller its enlargement, so
 * that what is left for the encoder is at most a reduction. Closes `raw`.
 */
async function rasterFor(raw: PixelFile, size: Size, scratch: string): Promise<string> {
  try {
    const factor = Math.ceil(Math.max(size.width / raw.info.width, size.height / raw.info.height));
    if (factor <= 1) return raw.path;
    const enlarged = await enlargePicture(raw, factor, path.join(scratch, 'enlarged.tif'));
    await enlarged.close();
    return enlarged.path;
  } finally {
    await raw.close();
  }
}

async function writeOutput(
  raw: string,
  wanted: string,
  request: UpscaleRequest,
  options: { format: OutputFormat; size: Size; region?: Rect },
  signal: AbortSignal,
): Promise<{ output: string; bytes: number }> {
  const temporary = temporaryPath(wanted, request.jobId);
  try {
    const { bytes } = await encodePicture(raw, temporary, { ...options, quality: request.quality });
    throwIfCancelled(signal);
    return { output: await publish(temporary, wanted, request.overwrite), bytes };
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/** What a person should know of how their picture was read. */
export function sourceNotes(source: SourceInfo): string[] {
  const notes: string[] = [];
  if (source.frames > 1) notes.push(`The source is animated (${source.frames} frames); its first frame was upscaled.`);
  if (source.bitsPerChannel > 8) notes.push('The source has more than 8 bits per channel; the result has 8.');
  return notes;
}

const formatNotes = ({ alpha }: DecodedSource, format: OutputFormat): string[] =>
  alpha !== undefined && !supportsAlpha(format) ? [`${format.toUpperCase()} holds no transparency; it was laid on white.`] : [];
