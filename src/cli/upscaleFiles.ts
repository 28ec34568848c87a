import { statSync } from 'node:fs';
import path from 'node:path';
import type { EngineClient, UpscaleCall } from '../client/engineClient';
import type { OutputTarget, UpscaleResult } from '../shared/engineProtocol';
import type { Rect } from '../shared/geometry';
import { describeGuidance } from '../shared/guidance';
import { formatFromName } from '../shared/naming';
import { RpcError } from '../shared/rpc';
import type { ColourFix, DeviceChoice, OutputFormatChoice } from '../shared/settings';
import { print, reportFailure } from './output';
import { ProgressBar } from './progressBar';

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
  readonly json: boolean;
};

/** Upscales files one after another; a failure does not stop the rest. Returns whether all succeeded. */
export async function upscaleFiles(client: EngineClient, files: readonly string[], options: UpscaleOptions, signal: AbortSignal): Promise<boolean> {
  const bar = new ProgressBar(files.length);
  let succeeded = true;
  for (const [index, file] of files.entries()) {
    const input = path.resolve(file);
    bar.start(index + 1, path.basename(file));
    try {
      const result = await client.upscale(callFor(input, files.length, options), { signal, onProgress: (progress) => bar.update(progress) });
      bar.stop();
      report(result, options.json);
    } catch (error) {
      bar.stop();
      succeeded = false;
      reportFailure(RpcError.from(error), options.json, input);
      if (signal.aborted) break;
    }
  }
  return succeeded;
}

function callFor(input: string, files: number, options: UpscaleOptions): UpscaleCall {
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
    ...(options.tile === undefined ? {} : { tile: options.tile }),
    ...(options.region === undefined ? {} : { region: options.region }),
  };
}

/** `--out` is a folder when it is one, ends in a separator, names no picture format, or stands for several pictures. */
function targetFor(input: string, files: number, { out, name }: UpscaleOptions): OutputTarget {
  if (out === undefined) return { kind: 'pattern', directory: path.dirname(input), pattern: name };
  const resolved = path.resolve(out);
  const isFolder = /[\\/]$/.test(out) || files > 1 || formatFromName(out) === undefined || (statSync(resolved, { throwIfNoEntry: false })?.isDirectory() ?? false);
  return isFolder ? { kind: 'pattern', directory: resolved, pattern: name } : { kind: 'file', path: resolved };
}

function report(result: UpscaleResult, json: boolean): void {
  const { input, output, width, height, model, device, scale, guidance, tiles, seconds, peakRssMB, notes, skipped } = result;
  if (json) {
    print(JSON.stringify({ input, output, width, height, model, device, scale, guidance, tiles, seconds, peakRssMB, skipped, notes }));
    return;
  }
  const shown = path.relative(process.cwd(), output) || output;
  if (skipped) {
    print(`${shown}  skipped: it exists`);
    return;
  }
  print(`${shown}  ${width}×${height}  ×${scale}  ${describeGuidance(guidance, result.branches)}  ${seconds.total.toFixed(1)} s on ${device}`);
  for (const note of notes) console.error(`  note: ${note}`);
}
