/**
 * The product as a library for Node: `upscale` for a picture, `openUpscaler` for many. The work
 * happens in the engine's own process; the caller's event loop stays free.
 */
export type { AssetOptions, PixelArtChoice, SpriteGrid } from '../shared/assetOptions';
export type {
  Agreement,
  DeviceReport,
  DevicesReport,
  ModelSummary,
  ModelTrust,
  PrecisionFinding,
} from '../shared/engineProtocol';
export type { Rect, Size } from '../shared/geometry';
export type { Branch, Guidance } from '../shared/guidance';
export type { MetadataChoice, OutputOptions } from '../shared/outputOptions';
export type { SizeFit, SizeLimit, SizeTarget } from '../shared/outputSize';
export type {
  ColourFix,
  CpuPrecision,
  Device,
  DeviceChoice,
  OutputFormat,
  OverwritePolicy,
  PrecisionChoice,
} from '../shared/settings';
export { UpscaleError } from './error';
export type {
  BufferResult,
  FileResult,
  Picture,
  Progress,
  ResultFacts,
  UpscaleOptions,
} from './options';
export {
  openUpscaler,
  upscale,
  type RemoteServer,
  type Upscaler,
  type UpscalerOptions,
} from './upscaler';
