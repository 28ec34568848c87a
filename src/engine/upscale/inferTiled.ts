import path from 'node:path';
import type { Branch, Guidance } from '../../shared/guidance';
import { scaledSize, type Size } from '../../shared/geometry';
import type { Device } from '../../shared/settings';
import { throwIfCancelled } from '../errors';
import { PixelFile } from '../image/pixelFile';
import type { TiledModel } from '../models/kinds/tiled';
import type { TiledDescriptor } from '../models/manifest';
import { planTiles, planWithCore, planWithTile, type TilePlan } from '../tiling/plan';
import { attemptsFor, fallbackNote, firstSuccessful, type Attempt } from './attempts';
import { estimateSeconds } from './estimateSeconds';
import { planningSize, runTiles } from './runTiles';
import type {
  InferInput,
  InferRequest,
  InferResult,
  UpscaleContext,
  UpscaleServices,
} from './services';
import type { Words } from '../../shared/phrase';

/** A band of output rows is kept below this. */
const BAND_BYTES = 192 * 2 ** 20;

/** Runs a tiled model over the picture, on another device or with smaller tiles when one fails. */
export async function inferTiled(
  request: InferRequest,
  services: UpscaleServices,
  context: UpscaleContext,
  input: InferInput & { readonly model: TiledModel },
): Promise<InferResult> {
  const { model, decoded, size, guidance } = input;
  throwIfCancelled(context.signal);
  const { rgb, alpha } = decoded;
  return tiledAttempts(services, input, model, async (attempt) => {
    const { device } = attempt;
    const manifest = descriptorOn(services, model, device);
    const plan = planFor(request, manifest, size, attempt, alpha !== undefined, rgb.depth / 8);
    const tiles = plan.columns.length * plan.rows.length;
    context.progress({ phase: 'infer', tile: 0, tiles, device });
    const session = await services.acquireSession(
      model,
      device,
      plan.tile,
      branchesFor(guidance, manifest, device),
    );
    const secondsLeft = await estimateSeconds(
      session,
      manifest,
      plan.tile.width * plan.tile.height * tiles,
    );
    context.progress({
      phase: 'infer',
      tile: 0,
      tiles,
      device,
      ...(secondsLeft === undefined ? {} : { secondsLeft }),
    });
    const started = performance.now();
    const raw = await PixelFile.scratch(path.join(request.scratchDirectory, 'result.tif'), {
      ...scaledSize(size, manifest.scale),
      bands: alpha ? 4 : 3,
      depth: rgb.depth,
    });
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
    return { raw, isRegion: false, tiles, device, inferenceSeconds };
  });
}

/**
 * Runs `work` on a device, again with smaller tiles or on the CPU when that fails; `notes` then
 * tells the person.
 */
export function tiledAttempts<T>(
  services: Pick<UpscaleServices, 'releaseSession' | 'remote'>,
  { device, notes }: { readonly device: Device; readonly notes: Words[] },
  { manifest, contract }: Pick<TiledModel, 'manifest' | 'contract'>,
  work: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  // What only a server has can't be computed here instead.
  const fallback = contract ? 'retry' : services.remote?.fallback;
  const attempts = attemptsFor(device, manifest.tilePixels, fallback);
  return firstSuccessful(attempts, work, async (failed, next, reason) => {
    notes.push(fallbackNote(failed, next, reason));
    await services.releaseSession().catch(() => undefined);
  });
}

/** How a model's tiles are cut on a device: a server may take one size only. */
export const descriptorOn = (
  { remote }: Pick<UpscaleServices, 'remote'>,
  model: TiledModel,
  device: Device,
): TiledDescriptor => (device === 'remote' && remote ? remote.descriptor(model) : model.manifest);

/**
 * The branches that the guidance uses. Here the pixel branch comes always: its features are what the
 * semantic one builds on. From another machine only what is used is fetched.
 */
function branchesFor(
  guidance: Guidance,
  { branches }: TiledDescriptor,
  device: Device,
): readonly Branch[] {
  if (device === 'remote') return branches.filter((branch) => guidance[branch] !== 0);
  const { semantic } = guidance;
  return semantic === 0 ? branches.filter((branch) => branch !== 'semantic') : branches;
}

function planFor(
  request: InferRequest,
  manifest: TiledDescriptor,
  size: Size,
  attempt: Attempt,
  hasAlpha: boolean,
  bytes: number,
): TilePlan {
  const padded = planningSize(manifest, size);
  const rule = { halo: manifest.halo, multipleOf: manifest.sizeRule.multipleOf };
  if (manifest.tile) return planWithTile(padded, manifest.tile, rule);
  if (request.tile !== undefined) return planWithCore(padded, request.tile, rule);
  const rowBytes = padded.width * manifest.scale * manifest.scale * (hasAlpha ? 4 : 3) * bytes;
  return planTiles(padded, rule, {
    pixels: attempt.tilePixels,
    bandRows: Math.max(1, Math.floor(BAND_BYTES / rowBytes)),
  });
}
