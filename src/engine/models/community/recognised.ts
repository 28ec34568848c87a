import path from 'node:path';
import type { RpcError } from '../../../shared/rpc';
import { quoted } from '../../checkpoint/limits';
import { engineError } from '../../errors';
import type { FileManifest } from './fileManifest';
import { phrase, type Words } from '../../../shared/phrase';

/** Memory that a tile may take. */
const TILE_BYTES = 2 ** 30;
/** Sides of a tile that are worth its halo, whatever memory it takes. */
const LEAST_SIDE = 64;

/** What a file's own content says about it, as a manifest keeps it. */
export type RecognisedFile = Pick<
  FileManifest,
  | 'kind'
  | 'file'
  | 'scale'
  | 'sizeRule'
  | 'margin'
  | 'halo'
  | 'exactHalo'
  | 'feather'
  | 'tilePixels'
  | 'architecture'
  | 'architectureName'
  | 'size'
  | 'speed'
  | 'onnx'
  | 'tile'
  | 'data'
>;

/** The most input pixels of a tile, by the memory that one takes. */
export const tilePixelsFor = (bytesPerPixel: number, halo: number): number =>
  Math.max(Math.floor(TILE_BYTES / bytesPerPixel), (2 * halo + LEAST_SIDE) ** 2);

/** Input pixels over which tiles pass into each other, where their results differ a little. */
export const featherFor = (halo: number): number => 2 * Math.floor(Math.min(16, halo / 2) / 2);

/** `why` completes "… can't be used: …". */
export const wrongFile = (file: string, why: Words): RpcError =>
  engineError('model-unsupported', {
    message: phrase`${quoted(path.basename(file))} can't be used: ${why}.`,
    hint: phrase`Choose the file of an upscaling network (.pth, .safetensors or .onnx).`,
    detail: file,
  });
