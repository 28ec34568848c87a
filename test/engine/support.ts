import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import sharp from 'sharp';
import assert from 'node:assert/strict';
import type { PrecisionFinding, UpscaleRequest } from '../../src/shared/engineProtocol';
import { DEFAULT_SETTINGS } from '../../src/shared/settings';
import { EmbeddedModel } from '../../src/engine/models/kinds/embedded';
import type { Model } from '../../src/engine/models/model';
import { ModelRegistry } from '../../src/engine/models/registry';
import type { UpscaleCall } from '../../src/client/engineClient';

export const ROOT = path.resolve(__dirname, '../..');
export const ENGINE = path.join(ROOT, 'dist/engine.js');
export const CLI = path.join(ROOT, 'dist/cli.js');
export const EMBEDDED_MODELS = path.join(ROOT, 'models');
export const TEST_MODELS = path.join(ROOT, 'test/fixtures/models');

/** A fresh folder that is removed after the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'pu-test-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A store of installed models that is empty. */
export const NO_STORE = path.join(os.tmpdir(), 'pu-test-no-store');

/** The tiled model called `id` in a folder of models. */
export async function tiledModel(folder: string, id: string): Promise<EmbeddedModel> {
  const model = await new ModelRegistry([folder]).find(id);
  assert.ok(model instanceof EmbeddedModel);
  return model;
}

/** For services whose models are computed in floats. */
export const inFloats = async ({
  manifest,
}: Pick<Model, 'manifest'>): Promise<PrecisionFinding> => ({
  model: manifest.id,
  precision: 'fp32',
  agrees: false,
  reason: 'it was not tried',
});

/**
 * RGB noise over a gradient with edges: every frequency is in it, so that a seam or a shift shows.
 */
export function testPixels(width: number, height: number): Uint8Array {
  const pixels = new Uint8Array(width * height * 3);
  let state = 1;
  for (let i = 0; i < pixels.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const pixel = Math.floor(i / 3);
    const x = pixel % width;
    const y = Math.floor(pixel / width);
    const edge = (Math.floor(x / 13) + Math.floor(y / 11)) % 2 === 0 ? 60 : 0;
    pixels[i] = Math.min(255, ((x * 150) / width + edge + (state >>> 27)) & 255);
  }
  return pixels;
}

export async function writePng(file: string, width: number, height: number): Promise<string> {
  await sharp(testPixels(width, height), { raw: { width, height, channels: 3 } })
    .png()
    .toFile(file);
  return file;
}

/** A call with the default settings, the fast test model and the CPU. */
export function callFor(input: string, part: Partial<UpscaleCall> = {}): UpscaleCall {
  const {
    scale,
    guidance,
    colourFix,
    format,
    quality,
    overwrite,
    namePattern,
    maxInputMegapixels,
  } = DEFAULT_SETTINGS;
  return {
    input,
    target: { kind: 'pattern', directory: path.dirname(input), pattern: namePattern },
    model: 'one-layer-4x',
    device: 'cpu',
    scale,
    guidance,
    colourFix,
    format,
    quality,
    overwrite,
    maxInputMegapixels,
    ...part,
  };
}

export const requestFor = (
  input: string,
  scratchDirectory: string,
  part: Partial<UpscaleCall> = {},
): UpscaleRequest => ({
  ...callFor(input, part),
  jobId: 'test-job',
  scratchDirectory,
});

export async function pixelsOf(
  file: string,
): Promise<{ data: Buffer; width: number; height: number; channels: number }> {
  const { data, info } = await sharp(file, { limitInputPixels: false })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels };
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}
