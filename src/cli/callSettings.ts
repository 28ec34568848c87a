import type { PixelArtChoice, SpriteGrid } from '../shared/assetOptions';
import type { DensitySet } from '../shared/density';
import type { MetadataChoice } from '../shared/outputOptions';
import type { SizeFit, SizeLimit, SizeTarget } from '../shared/outputSize';
import type { UpscaleCall } from '../client/engineClient';
import type { Rect } from '../shared/geometry';
import type {
  ColourFix,
  DeviceChoice,
  OutputFormatChoice,
  PrecisionChoice,
} from '../shared/settings';

/** What the command line says about pictures. */
export type UpscaleOptions = {
  readonly out?: string;
  readonly scale: number;
  readonly pixel: number;
  readonly semantic: number;
  readonly model: string;
  readonly restore?: string;
  readonly device: DeviceChoice;
  readonly precision: PrecisionChoice;
  readonly tile?: number;
  readonly colourFix: ColourFix;
  readonly prompt?: string;
  readonly draft: boolean;
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
  readonly dryRun?: boolean;
  readonly metadata: MetadataChoice;
  readonly provenance?: boolean;
  readonly lossless?: boolean;
  readonly palette: boolean;
  readonly maxBytes?: number;
  readonly json: boolean;
};

/** Everything of a call that the options say, for whichever picture. */
export function settingsFor(options: UpscaleOptions): Omit<UpscaleCall, 'input' | 'target'> {
  return {
    model: options.model,
    ...(options.restore === undefined ? {} : { restore: options.restore }),
    device: options.device,
    precision: options.precision,
    scale: options.scale,
    guidance: { pixel: options.pixel, semantic: options.semantic },
    colourFix: options.colourFix,
    ...(options.prompt === undefined ? {} : { prompt: options.prompt }),
    ...(options.draft ? { draft: true } : {}),
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
