import type { UpscaleCall } from '../client/engineClient';
import type { AssetOptions } from '../shared/assetOptions';
import type { OutputTarget, UpscaleProgress } from '../shared/engineProtocol';
import type { Rect } from '../shared/geometry';
import type { Guidance } from '../shared/guidance';
import type { OutputOptions } from '../shared/outputOptions';
import type { SizeLimit, SizeTarget } from '../shared/outputSize';
import {
  DEFAULT_SETTINGS,
  type ColourFix,
  type Device,
  type DeviceChoice,
  type OutputFormat,
  type OverwritePolicy,
  type PrecisionChoice,
} from '../shared/settings';

/** A file's path, its `file:` URL, or the file's bytes: PNG, JPEG, WebP, AVIF, TIFF, GIF or SVG. */
export type Picture = string | URL | Uint8Array;

/** How far a picture is. */
export type Progress = {
  readonly phase: 'prepare' | 'infer' | 'encode';
  /** Tiles done so far, and all; 0 of 0 before the plan is made. */
  readonly tile: number;
  readonly tiles: number;
  readonly device?: Device;
  /** The inference server, where that is the device. */
  readonly server?: string;
  /** Estimated seconds until the network is done; missing until the first tile is. */
  readonly secondsLeft?: number;
};

export type UpscaleOptions = {
  /**
   * Path or `file:` URL of the result; its extension decides the format. Without it the result
   * comes back as bytes.
   */
  readonly output?: string | URL | undefined;
  /** How many times larger, 1–8; 4 unless given. */
  readonly scale?: number;
  /** A size instead of the scale. */
  readonly size?: SizeTarget;
  /** Enlarges at most to that size. */
  readonly notBeyond?: SizeLimit;
  /** The dials λ_pix and λ_sem, 0–1.5; both 1 unless given. */
  readonly guidance?: Partial<Guidance>;
  /** Id of the model; the embedded one unless given. */
  readonly model?: string;
  /** Id of a model that restores at the same size and runs first. */
  readonly restore?: string;
  /** `auto` unless given: the fastest device that agrees with the CPU. */
  readonly device?: DeviceChoice;
  /**
   * What the CPU computes in: `auto` unless given, which is what was seen to be right and faster
   * here; `fp32`; or `int8`, for models that have it.
   */
  readonly precision?: PrecisionChoice;
  /** Only this part of the result, in pixels of the whole result. */
  readonly region?: Rect;
  /** The source's format unless given, or that of the output's extension. */
  readonly format?: OutputFormat;
  /** 1–100, for the lossy formats; 90 unless given. */
  readonly quality?: number;
  /** When the output exists: `overwrite` unless given. The source is never replaced. */
  readonly overwrite?: OverwritePolicy;
  /** Larger inputs are refused before they are decoded; 100 unless given. */
  readonly maxInputMegapixels?: number;
  /** Colours of diffusion models; `adain` unless given. */
  readonly colourFix?: ColourFix;
  /** What the picture shows, for diffusion models that were installed with prompts. */
  readonly prompt?: string;
  /** Decoded quickly and roughly, by diffusion models that were installed with drafts. */
  readonly draft?: boolean;
  /** Metadata, palette, size budget. */
  readonly file?: OutputOptions;
  /**
   * Pixel art, textures that tile, sprite sheets, animations. `again`: true unless given, so
   * `icon@2x.png` is upscaled, too.
   */
  readonly asset?: AssetOptions;
  /** Cancels; the promise is then rejected with the signal's reason, and no file is left. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
};

/** What became of a picture. */
export type ResultFacts = {
  readonly width: number;
  readonly height: number;
  /** The factor that was reached. */
  readonly scale: number;
  readonly model: string;
  readonly device: Device;
  /** The inference server, where that is the device. */
  readonly server?: string;
  /** The model is one that only the server has: nobody can tell what it computes. */
  readonly unverified?: boolean;
  /** `int8` where the model was computed in 8 bits. */
  readonly precision?: 'int8';
  /** The dials that were used; 0 for a branch that the model lacks. */
  readonly guidance: Guidance;
  /** The words that the model was given. */
  readonly prompt?: string;
  /** It is a draft. */
  readonly draft?: true;
  readonly seconds: number;
  /** What a person should know: a device that was given up, a colour space that was converted. */
  readonly notes: readonly string[];
};

export type FileResult = ResultFacts & {
  /** Absolute path of the file. */
  readonly path: string;
  /** Nothing was written, because the output existed and `overwrite` is `skip`. */
  readonly skipped: boolean;
};

export type BufferResult = ResultFacts & {
  /** The encoded picture. */
  readonly data: Buffer;
  readonly format: OutputFormat;
};

/** The engine's request for a picture. */
export function callFor(input: string, target: OutputTarget, options: UpscaleOptions): UpscaleCall {
  const { size, notBeyond, region, file, asset } = options;
  return {
    input,
    target,
    model: options.model ?? DEFAULT_SETTINGS.model,
    ...(options.restore === undefined ? {} : { restore: options.restore }),
    device: options.device ?? DEFAULT_SETTINGS.device,
    precision: options.precision ?? DEFAULT_SETTINGS.precision,
    scale: options.scale ?? DEFAULT_SETTINGS.scale,
    guidance: { ...DEFAULT_SETTINGS.guidance, ...options.guidance },
    colourFix: options.colourFix ?? DEFAULT_SETTINGS.colourFix,
    ...(options.prompt === undefined ? {} : { prompt: options.prompt }),
    ...(options.draft === true ? { draft: true } : {}),
    format: options.format ?? 'source',
    quality: options.quality ?? DEFAULT_SETTINGS.quality,
    overwrite: options.overwrite ?? 'overwrite',
    maxInputMegapixels: options.maxInputMegapixels ?? DEFAULT_SETTINGS.maxInputMegapixels,
    ...(size ? { size } : {}),
    ...(notBeyond ? { notBeyond } : {}),
    ...(region ? { region } : {}),
    ...(file ? { output: file } : {}),
    // Who names a picture means it, though its name may say that it is an enlargement.
    asset: { again: true, ...asset },
  };
}

/** The part of the engine's progress that is a caller's business. */
export function progressFrom({
  phase,
  tile,
  tiles,
  device,
  server,
  secondsLeft,
}: UpscaleProgress): Progress {
  return {
    phase,
    tile,
    tiles,
    ...(device === undefined ? {} : { device }),
    ...(server === undefined ? {} : { server }),
    ...(secondsLeft === undefined ? {} : { secondsLeft }),
  };
}
