import { statSync } from 'node:fs';
import path from 'node:path';
import type { PixelArtChoice, SpriteGrid } from '../shared/assetOptions';
import { densityFolder, densityOutputs, srcset, type DensitySet } from '../shared/density';
import type { MetadataChoice } from '../shared/outputOptions';
import type { SizeFit, SizeLimit, SizeTarget } from '../shared/outputSize';
import type { EngineClient, UpscaleCall } from '../client/engineClient';
import type { OutputTarget, UpscaleResult } from '../shared/engineProtocol';
import type { Rect } from '../shared/geometry';
import { describeGuidance } from '../shared/guidance';
import { formatFromName } from '../shared/extensions';
import { RpcError } from '../shared/rpc';
import type { ColourFix, DeviceChoice, OutputFormatChoice } from '../shared/settings';
import { realTarget } from '../files/paths';
import { reportFailure } from './output';
import { ProgressBar } from './progressBar';
import { print, printJson, tell } from './terminal';

export type UpscaleOptions = {
  readonly out?: string;
  readonly scale: number;
  readonly pixel: number;
  readonly semantic: number;
  readonly model: string;
  readonly device: DeviceChoice;
  readonly tile?: number;
  readonly colourFix: ColourFix;
  readonly region?: Rect;
  readonly format: OutputFormatChoice;
  readonly quality: number;
  readonly name: string;
  readonly overwrite?: boolean;
  readonly skipExisting?: boolean;
  readonly maxMegapixels: number;
  readonly maxOutputMegapixels: number;
  readonly maxFrames: number;
  readonly width?: number;
  readonly height?: number;
  readonly fit: SizeFit;
  readonly megapixels?: number;
  readonly notBeyond?: SizeLimit;
  readonly density?: DensitySet;
  readonly pixelArt: PixelArtChoice;
  readonly seamless?: boolean;
  readonly grid?: SpriteGrid;
  readonly firstFrame?: boolean;
  readonly again?: boolean;
  readonly metadata: MetadataChoice;
  readonly provenance?: boolean;
  readonly lossless?: boolean;
  readonly palette: boolean;
  readonly maxBytes?: number;
  readonly json: boolean;
};

/**
 * Upscales files one after another; a failure does not stop the rest. Returns whether all
 * succeeded.
 */
export async function upscaleFiles(
  client: EngineClient,
  files: readonly string[],
  options: UpscaleOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const calls: UpscaleCall[] = [];
  for (const file of files)
    calls.push(...(await callsFor(path.resolve(file), files.length, options)));
  const bar = new ProgressBar(calls.length);
  let succeeded = true;
  for (const [index, call] of calls.entries()) {
    const { input } = call;
    bar.start(index + 1, path.basename(input));
    try {
      const result = await client.upscale(call, {
        signal,
        onProgress: (progress) => bar.update(progress),
      });
      bar.stop();
      report(result, options.json);
    } catch (error) {
      bar.stop();
      succeeded = false;
      reportFailure(RpcError.from(error), options.json, input);
      if (signal.aborted) break;
    }
  }
  // The result of the last set stands beside its source, so its srcset names it as a page in that
  // folder would.
  if (options.density === 'web' && !options.json && !signal.aborted)
    for (const file of files) print(srcsetOf(file));
  return succeeded;
}

/** A picture's call, or one for each file of its set. */
async function callsFor(
  input: string,
  files: number,
  options: UpscaleOptions,
): Promise<readonly UpscaleCall[]> {
  const call = callFor(input, files, options);
  if (options.density === undefined) return [call];
  const source = (
    options.out === undefined ? input : path.join(path.resolve(options.out), path.basename(input))
  ).replaceAll(path.sep, '/');
  const folder = path.resolve(densityFolder(source, options.density));
  const within = (await realTarget(folder)) ?? folder;
  return densityOutputs(source, options.density).map(({ path: output, factor }) => ({
    ...call,
    scale: factor,
    target: { kind: 'file', path: path.resolve(output), within },
    // A set's names are fixed.
    overwrite: options.overwrite ? 'overwrite' : 'skip',
  }));
}

function srcsetOf(file: string): string {
  const name = path.basename(file);
  return `srcset="${srcset(name, densityOutputs(name, 'web'))}"`;
}

/** The call that the options ask for. */
export function callFor(input: string, files: number, options: UpscaleOptions): UpscaleCall {
  return {
    input,
    target: targetFor(input, files, options),
    model: options.model,
    device: options.device,
    scale: options.scale,
    guidance: { pixel: options.pixel, semantic: options.semantic },
    colourFix: options.colourFix,
    format: options.format,
    quality: options.quality,
    overwrite: options.overwrite ? 'overwrite' : options.skipExisting ? 'skip' : 'nextFreeName',
    maxInputMegapixels: options.maxMegapixels,
    maxOutputMegapixels: options.maxOutputMegapixels,
    maxFrames: options.maxFrames,
    ...(options.tile === undefined ? {} : { tile: options.tile }),
    ...(options.region === undefined ? {} : { region: options.region }),
    ...sizeOf(options),
    ...(options.notBeyond ? { notBeyond: options.notBeyond } : {}),
    output: {
      metadata: options.metadata,
      palette: options.palette,
      ...(options.provenance ? { provenance: true } : {}),
      ...(options.lossless === undefined ? {} : { lossless: options.lossless }),
      ...(options.maxBytes === undefined ? {} : { maxBytes: options.maxBytes }),
    },
    asset: {
      pixelArt: options.pixelArt,
      ...(options.seamless ? { seamless: true } : {}),
      ...(options.grid ? { grid: options.grid } : {}),
      ...(options.firstFrame ? { frames: 'first' } : {}),
      ...(options.again ? { again: true } : {}),
    },
  };
}

function sizeOf({ width, height, fit, megapixels }: UpscaleOptions): { size?: SizeTarget } {
  if (megapixels !== undefined) return { size: { kind: 'megapixels', megapixels } };
  if (width === undefined && height === undefined) return {};
  return {
    size: {
      kind: 'box',
      fit,
      ...(width === undefined ? {} : { width }),
      ...(height === undefined ? {} : { height }),
    },
  };
}

/**
 * `--out` is a folder when it is one, ends in a separator, names no picture format, or stands for
 * several pictures.
 */
function targetFor(input: string, files: number, { out, name }: UpscaleOptions): OutputTarget {
  if (out === undefined) return { kind: 'pattern', directory: path.dirname(input), pattern: name };
  const resolved = path.resolve(out);
  const isFolder =
    /[\\/]$/.test(out) ||
    files > 1 ||
    formatFromName(out) === undefined ||
    (statSync(resolved, { throwIfNoEntry: false })?.isDirectory() ?? false);
  return isFolder
    ? { kind: 'pattern', directory: resolved, pattern: name }
    : { kind: 'file', path: resolved };
}

function report(result: UpscaleResult, json: boolean): void {
  const {
    input,
    output,
    width,
    height,
    model,
    device,
    scale,
    guidance,
    tiles,
    seconds,
    peakRssMB,
    notes,
    skipped,
  } = result;
  if (json) {
    printJson({
      input,
      output,
      width,
      height,
      model,
      device,
      scale,
      guidance,
      tiles,
      seconds,
      peakRssMB,
      skipped,
      notes,
    });
    return;
  }
  const shown = path.relative(process.cwd(), output || input) || output;
  if (skipped) {
    print(`${shown}  skipped: ${notes.join(' ')}`);
    return;
  }
  print(
    [
      shown,
      `${width}×${height}`,
      `×${Math.round(scale * 100) / 100}`,
      describeGuidance(guidance, result.branches),
      `${seconds.total.toFixed(1)} s on ${device}`,
    ]
      .filter((part) => part !== '')
      .join('  '),
  );
  for (const note of notes) tell(`  note: ${note}`);
}
