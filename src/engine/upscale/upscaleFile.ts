import { unlink } from 'node:fs/promises';
import type { Place } from '../../files/place';
import type { UpscaleRequest, UpscaleResult } from '../../shared/engineProtocol';
import { isSameSize, scaledSize, type Rect, type Size } from '../../shared/geometry';
import { guidanceForBranches } from '../../shared/guidance';
import { PALETTE_SUFFIX, temporaryName } from '../../shared/temporaryFiles';
import type { Device } from '../../shared/settings';
import { throwIfCancelled } from '../errors';
import { encodePicture, type Encoded, type EncodeOptions } from '../image/encode';
import { inspectSource } from '../image/inspect';
import { headerOf } from '../image/inspectAll';
import { drawFrame, readNinePatch, type NinePatch } from '../image/ninePatch';
import type { PixelFile } from '../image/pixelFile';
import { describedBy } from '../image/sourceInfo';
import { checkRequest } from './checkRequest';
import { enlargeAsset } from './enlargeAsset';
import type { Infer } from './enlargeParts';
import { judge } from './judge';
import { announceTemporary, freeName, publish } from './outputFile';
import { carriedData, encoderDensity, formatNotes } from './outputInfo';
import { wordsOf } from '../pisa/prompt/promptContext';
import { restored } from './restored';
import { placeModel } from './placeModel';
import { requireScratch, scratchBytes } from './scratchSpace';
import { withDepth } from './planAsset';
import type { UpscaleContext, UpscaleServices } from './services';
import { phrase, type Words } from '../../shared/phrase';

/**
 * Upscales one file: inspect → plan → decode → tiles → guidance → encode → rename. Writes nothing
 * but its scratch folder until the result is complete; rejects with an `RpcError` that says what
 * happened and what to do.
 */
export async function upscaleFile(
  request: UpscaleRequest,
  services: UpscaleServices,
  context: UpscaleContext,
): Promise<UpscaleResult<Words>> {
  const started = performance.now();
  checkRequest(request);
  const { signal } = context;
  let isUnverified = false;
  const serverOf = (device: Device | undefined): { server?: string } =>
    device === 'remote' && services.remote
      ? { server: `${services.remote.label}${isUnverified ? ', model unverified' : ''}` }
      : {};
  const told: UpscaleContext = {
    signal,
    progress: (progress) => context.progress({ ...progress, ...serverOf(progress.device) }),
  };
  const whole = await inspectSource(request.input, request.maxInputMegapixels, signal);
  const patch = await readNinePatch(request.input, request.scratchDirectory);
  // The inside of a nine-patch is a picture of its own; its frame is drawn anew.
  const picture = patch ? { ...request, input: patch.inside } : request;
  const source = patch
    ? describedBy(whole, await inspectSource(patch.inside, request.maxInputMegapixels, signal))
    : whole;
  const border = patch ? whole.size.width - source.size.width : 0;
  const judged = await judge(
    request,
    { ...headerOf(source), frames: source.frames, border },
    services,
  );
  const { model: found, restorer, format, region, size } = judged;
  const { manifest } = found;
  isUnverified = found.contract !== undefined || restorer?.contract !== undefined;
  const guidance = guidanceForBranches(request.guidance, manifest.branches);
  const prompt = wordsOf(request.prompt);
  const plan = withDepth(judged.plan, source, format, found);
  const finish = (part: Partial<UpscaleResult<Words>>): UpscaleResult<Words> => ({
    input: request.input,
    output: '',
    skipped: false,
    sourceWidth: whole.size.width,
    sourceHeight: whole.size.height,
    width: size.width + border,
    height: size.height + border,
    bytes: 0,
    model: manifest.id,
    device: 'cpu',
    scale: plan.scale,
    guidance,
    branches: manifest.branches,
    tiles: 0,
    seconds: { total: (performance.now() - started) / 1000, inference: 0 },
    peakRssMB: Math.round(process.resourceUsage().maxRSS / 1024),
    notes: [],
    remedies: [],
    ...part,
  });
  if (judged.leftAlone)
    return finish({
      skipped: true,
      output: judged.place?.path ?? '',
      notes: [judged.leftAlone.why],
      remedies: judged.leftAlone.kind === 'in-set' ? [{ kind: 'upscale-again' }] : [],
    });
  const { place } = judged;
  const fallbacks: Words[] = [];
  if (prompt !== undefined && found.prompts === 'none' && request.promptIsUsual !== true)
    fallbacks.push(phrase`${manifest.name} takes no prompt; it was left out.`);
  if (request.draft === true && !found.hasDecoder)
    fallbacks.push(phrase`${manifest.name} makes no drafts; the result is not one.`);
  told.progress({ phase: 'prepare', tile: 0, tiles: 0 });
  const { device, model } = await placeModel(request, found, services, {
    signal,
    notes: fallbacks,
  });
  throwIfCancelled(signal);
  await place.prepare(
    temporaryName(request.jobId) + PALETTE_SUFFIX,
    ...(request.overwrite === 'nextFreeName' ? [await freeName(place)] : []),
  );
  await requireScratch(
    request.scratchDirectory,
    scratchBytes({
      source: source.size,
      plan,
      isVector: source.isVector,
      modelScale: model.ownScale,
    }),
  );

  told.progress({ phase: 'prepare', tile: 0, tiles: 0, device });
  const infer: Infer = (decoded, part, partContext, index) => {
    // A model whose result has other proportions yields all of it, and the encoder takes the
    // region.
    const ownRegion =
      index === 0 && isSameSize(scaledSize(part, plan.scale), plan.size) ? region : undefined;
    const input = {
      device,
      decoded,
      size: part,
      guidance,
      notes: fallbacks,
      // A seamless part is cut out of the result at whole pixels, and reduced after that.
      scale: plan.seamless ? Math.ceil(plan.scale) : plan.scale,
      region: ownRegion,
      part: index,
    };
    return services.inTurn(signal, () =>
      restored(request, services, partContext, input, restorer, (source) =>
        model.infer(request, services, partContext, { ...input, decoded: source }),
      ),
    );
  };
  const done = await enlargeAsset(picture, told, { source, plan, device, infer });
  const { raw, tiles, isRegion, kernel, hasAlpha } = done;
  const temporary = place.beside(temporaryName(request.jobId));
  const carried = carriedData(source, request, {
    format,
    size,
    scale: plan.scale,
    factor: {
      x: plan.size.width / source.size.width,
      y: plan.size.height / source.size.height,
    },
    model: manifest.id,
    guidance,
    version: services.version,
  });
  await finishRaw(raw, {
    icc: source.profile,
    iptc: carried.iptc,
    density: encoderDensity(carried.density),
  });
  await announceTemporary(request.scratchDirectory, temporary);
  told.progress({
    phase: 'encode',
    tile: tiles,
    tiles,
    device: done.device,
    temporaryFile: temporary,
  });
  const output = request.output ?? {};
  const { output: written, encoded } = await writeOutput(
    raw.source,
    temporary,
    place,
    request,
    signal,
    {
      format,
      quality: request.quality,
      ...partOf(plan.size, region, isRegion),
      kernel,
      depth: raw.depth,
      isGrey: source.isGrey,
      lossless:
        output.lossless ?? (format === 'webp' && source.formatName === 'webp' && !source.isLossy),
      tryPalette: source.hasPalette && output.palette !== false,
      isProgressive: source.isProgressive,
      maxBytes: output.maxBytes,
      ...(plan.frames > 1
        ? { animation: { frames: plan.frames, delay: source.delay, loop: source.loop } }
        : {}),
      ...carried,
    },
    patch,
  );
  return finish({
    output: written,
    bytes: encoded.bytes,
    device: done.device,
    ...serverOf(done.device),
    ...(isUnverified ? { unverified: true } : {}),
    tiles,
    // No figure claims what was not done.
    ...(done.byModel && done.device === 'cpu' && model.cpuPrecision === 'int8'
      ? { precision: 'int8' }
      : {}),
    ...(done.byModel && found.prompts !== 'none' && prompt !== undefined ? { prompt } : {}),
    ...(done.byModel && found.hasDecoder && request.draft === true ? { draft: true } : {}),
    ...(done.byModel ? {} : { branches: [], guidance: guidanceForBranches(guidance, []) }),
    remedies: done.remedies,
    notes: [
      ...source.notes,
      ...plan.notes,
      ...(patch && namesSides(request) ? [FRAME_NOTE] : []),
      ...fallbacks,
      ...done.notes,
      ...formatNotes(source, format, { hasAlpha, frames: plan.frames, input: request.input }),
      ...carried.notes,
      ...encoded.notes,
    ],
    seconds: { total: (performance.now() - started) / 1000, inference: done.inferenceSeconds },
  });
}

/** Whether sides are asked for in pixels. */
const namesSides = ({ size, notBeyond }: UpscaleRequest): boolean =>
  size?.kind === 'box' || notBeyond !== undefined;

const FRAME_NOTE = phrase`Width and height are those of the nine-patch's content; its frame adds two pixels to each.`;

/** What the encoder takes of the raw picture: a model may have yielded the region alone. */
function partOf(
  whole: Size,
  region: Rect | undefined,
  isRegion: boolean,
): { size: Size; region?: Rect } {
  if (region === undefined) return { size: whole };
  return isRegion
    ? { size: { width: region.width, height: region.height } }
    : { size: whole, region };
}

async function finishRaw(raw: PixelFile, tags: Parameters<PixelFile['addTags']>[0]): Promise<void> {
  try {
    await raw.addTags(tags);
  } finally {
    await raw.close();
  }
}

async function writeOutput(
  raw: string | Buffer,
  temporary: string,
  place: Place,
  request: UpscaleRequest,
  signal: AbortSignal,
  options: EncodeOptions,
  patch: NinePatch | undefined,
): Promise<{ output: string; encoded: Encoded }> {
  try {
    const encoded = await encodePicture(raw, temporary, {
      ...options,
      beforeWrite: () => place.check(),
    });
    await place.check();
    const bytes = patch ? await drawFrame(temporary, patch, options) : encoded.bytes;
    throwIfCancelled(signal);
    const output = await publish(temporary, place, request.overwrite);
    return { output, encoded: { ...encoded, bytes } };
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}
