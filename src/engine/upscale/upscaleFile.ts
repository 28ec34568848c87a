import { unlink } from 'node:fs/promises';
import path from 'node:path';
import type { UpscaleProgress, UpscaleRequest, UpscaleResult } from '../../shared/engineProtocol';
import { scaledSize, type Size } from '../../shared/geometry';
import { guidanceForBranches } from '../../shared/guidance';
import type { Device, OutputFormat } from '../../shared/settings';
import { throwIfCancelled } from '../errors';
import { closeSource, decodeSource, type DecodedSource } from '../image/decode';
import { checkFormatHolds, encodePicture, supportsAlpha } from '../image/encode';
import { enlargePicture } from '../image/enlarge';
import { inspectSource, type SourceInfo } from '../image/inspect';
import { PixelFile } from '../image/pixelFile';
import type { ModelManifest } from '../models/manifest';
import type { InstalledModel } from '../models/registry';
import type { TileSession } from '../runtime/session';
import { planTiles, planWithCore, type TilePlan } from '../tiling/plan';
import { attemptsFor, firstSuccessful, type Attempt } from './attempts';
import { checkTarget, outputFormat, prepareFolder, publish, temporaryPath, wantedPath } from './outputFile';
import { checkRequest } from './checkRequest';
import { planningSize, runTiles } from './runTiles';

/** What an upscaling needs from the rest of the engine. */
export type UpscaleServices = {
  findModel(id: string): Promise<InstalledModel>;
  resolveDevice(choice: UpscaleRequest['device']): Promise<Device>;
  acquireSession(model: InstalledModel, device: Device, tile: Size): Promise<TileSession>;
  releaseSession(): Promise<void>;
};

export type UpscaleContext = {
  readonly signal: AbortSignal;
  readonly progress: (progress: UpscaleProgress) => void;
};

/** A band of output rows is kept below this. */
const BAND_BYTES = 192 * 2 ** 20;

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
  const size = scaledSize(source.size, request.scale);
  checkFormatHolds(format, size);
  const wanted = wantedPath({ ...request, guidance }, format);
  const finish = (part: Partial<UpscaleResult>): UpscaleResult => ({
    input: request.input,
    output: '',
    skipped: false,
    sourceWidth: source.size.width,
    sourceHeight: source.size.height,
    ...size,
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
  const notes = sourceNotes(source, decoded, format);
  const done = await inferTiles(request, services, context, { model, device, decoded, size: source.size, guidance }, notes).finally(() => closeSource(decoded));

  const { tiles } = done;
  context.progress({ phase: 'encode', tile: tiles, tiles, device: done.device, temporaryFile: temporaryPath(wanted, request.jobId) });
  const raster = await rasterFor(done.raw, size, request.scratchDirectory);
  const { output, bytes } = await writeOutput(raster, wanted, request, { format, size }, signal);
  return finish({ output, bytes, device: done.device, tiles, notes, seconds: { total: (performance.now() - started) / 1000, inference: done.inferenceSeconds } });
}

type InferInput = {
  readonly model: InstalledModel;
  readonly device: Device;
  readonly decoded: DecodedSource;
  readonly size: Size;
  readonly guidance: UpscaleRequest['guidance'];
};

type InferResult = { readonly raw: PixelFile; readonly tiles: number; readonly device: Device; readonly inferenceSeconds: number };

async function inferTiles(request: UpscaleRequest, services: UpscaleServices, context: UpscaleContext, input: InferInput, notes: string[]): Promise<InferResult> {
  const { model, decoded, size, guidance } = input;
  const { manifest } = model;
  throwIfCancelled(context.signal);
  const { rgb, alpha } = decoded;
  return firstSuccessful(
    attemptsFor(input.device, manifest.tilePixels),
    async (attempt) => {
      const plan = planFor(request, model, size, attempt, alpha !== undefined);
      const tiles = plan.columns.length * plan.rows.length;
      const { device } = attempt;
      context.progress({ phase: 'infer', tile: 0, tiles, device });
      const session = await services.acquireSession(model, device, plan.tile);
      const secondsLeft = await estimateSeconds(session, manifest, plan.tile.width * plan.tile.height * tiles);
      context.progress({ phase: 'infer', tile: 0, tiles, device, ...(secondsLeft === undefined ? {} : { secondsLeft }) });
      const started = performance.now();
      const raw = await PixelFile.create(path.join(request.scratchDirectory, 'result.tif'), { ...scaledSize(size, manifest.scale), bands: alpha ? 4 : 3 });
      const { inferenceSeconds } = await runTiles({
        manifest,
        plan,
        session,
        guidance,
        rgb,
        alpha,
        output: raw,
        signal: context.signal,
        onTile: (tile, rect) => {
          const secondsLeft = ((performance.now() - started) / 1000 / tile) * (tiles - tile);
          context.progress({ phase: 'infer', tile, tiles, device, rect, secondsLeft });
        },
      }).catch(async (error: unknown) => {
        await raw.close();
        throw error;
      });
      return { raw, tiles, device, inferenceSeconds };
    },
    async (failed, next, reason) => {
      notes.push(`${failed.device} failed (${reason}); ${next.device === failed.device ? 'tried again with smaller tiles' : `used ${next.device} instead`}.`);
      await services.releaseSession().catch(() => undefined);
    },
  );
}

/** A try of this side costs a hundredth of what it estimates, or it is not made. */
const TRIAL_SIDE = 32;
const TRIAL_WORTH = 100;

/**
 * Seconds that so many pixels will take: from the session's last run, else from a small trial. Only the CPU needs the trial;
 * a GPU's first tile comes soon, and its first run compiles shaders, which says nothing about the next.
 */
async function estimateSeconds(session: TileSession, manifest: ModelManifest, pixels: number): Promise<number | undefined> {
  const { width, height } = planningSize(manifest, { width: TRIAL_SIDE, height: TRIAL_SIDE });
  if (session.secondsPerPixel === undefined && session.device === 'cpu' && pixels >= TRIAL_WORTH * width * height) {
    await session.run(new Float32Array(3 * width * height), width, height);
  }
  return session.secondsPerPixel === undefined ? undefined : session.secondsPerPixel * pixels;
}

function planFor(request: UpscaleRequest, { manifest }: InstalledModel, size: Size, attempt: Attempt, hasAlpha: boolean): TilePlan {
  const padded = planningSize(manifest, size);
  const rule = { halo: manifest.halo, multipleOf: manifest.sizeRule.multipleOf };
  if (request.tile !== undefined) return planWithCore(padded, request.tile, rule);
  const rowBytes = padded.width * manifest.scale * manifest.scale * (hasAlpha ? 4 : 3);
  return planTiles(padded, rule, { pixels: attempt.tilePixels, bandRows: Math.max(1, Math.floor(BAND_BYTES / rowBytes)) });
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
  { format, size }: { format: OutputFormat; size: Size },
  signal: AbortSignal,
): Promise<{ output: string; bytes: number }> {
  const temporary = temporaryPath(wanted, request.jobId);
  try {
    const { bytes } = await encodePicture(raw, temporary, { format, quality: request.quality, size });
    throwIfCancelled(signal);
    return { output: await publish(temporary, wanted, request.overwrite), bytes };
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

function sourceNotes(source: SourceInfo, decoded: DecodedSource, format: OutputFormat): string[] {
  const notes: string[] = [];
  if (source.frames > 1) notes.push(`The source is animated (${source.frames} frames); its first frame was upscaled.`);
  if (source.bitsPerChannel > 8) notes.push('The source has more than 8 bits per channel; the result has 8.');
  if (decoded.alpha !== undefined && !supportsAlpha(format)) notes.push(`${format.toUpperCase()} holds no transparency; it was laid on white.`);
  return notes;
}
