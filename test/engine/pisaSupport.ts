import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { before, mock } from 'node:test';
import { readSafetensors } from '../../src/engine/checkpoint/safetensors';
import { readTorchZip } from '../../src/engine/checkpoint/torchZip';
import { parseUNetConfig, parseVaeConfig } from '../../src/engine/graph/sd21/config';
import type { AttentionKind } from '../../src/engine/graph/sd21/layers';
import type { Device } from '../../src/shared/settings';
import type { ComputeType } from '../../src/engine/graph/sd21/weights';
import { closeSource, decodeSource } from '../../src/engine/image/decode';
import type { DiffusionKind } from '../../src/engine/models/manifest';
import { budgetsFor } from '../../src/engine/pisa/budgets';
import { METHODS } from '../../src/engine/pisa/method';
import type { PisaCheckpoint } from '../../src/engine/pisa/pisaCheckpoint';
import { PisaNetworks, type NetworkName } from '../../src/engine/pisa/pisaNetworks';
import { PisaSessions } from '../../src/engine/pisa/pisaSessions';
import { upscalePisa, type PisaParams } from '../../src/engine/pisa/upscalePisa';
import type { Floats } from '../../src/engine/runtime/network';
import { ROOT } from './support';

/**
 * Tiny random checkpoints in the real formats, and what the reference makes of them: see
 * test/reference/make_tiny.py.
 */
export const TINY_PISA = path.join(ROOT, 'test/fixtures/pisa-sr-tiny');
export const GOLDEN_PISA = path.join(ROOT, 'test/fixtures/pisa-sr-golden');
/** OSEDiff's own file for the same Stable Diffusion: see test/reference/make_osediff.py. */
export const TINY_OSEDIFF = path.join(ROOT, 'test/fixtures/osediff-tiny');
export const GOLDEN_OSEDIFF = path.join(ROOT, 'test/fixtures/osediff-golden');

/** A tiny decoder for drafts, and what the reference decodes with it: see make_taesd.py. */
export const TINY_TAESD = path.join(ROOT, 'test/fixtures/taesd-tiny');
export const GOLDEN_TAESD = path.join(ROOT, 'test/fixtures/taesd-golden');

/** A text encoder with a vocabulary, and what the reference makes of prompts: see make_prompts.py. */
export const TINY_PROMPTS = path.join(ROOT, 'test/fixtures/prompts-tiny');
export const GOLDEN_PROMPTS = path.join(ROOT, 'test/fixtures/prompts-golden');

const OWN_FILE: Readonly<Record<DiffusionKind, string>> = {
  'pisa-sr': path.join(TINY_PISA, 'pisa_sr.pkl'),
  osediff: path.join(TINY_OSEDIFF, 'osediff.pkl'),
};

/** Every stage's golden inputs and outputs, by name. */
export async function golden(
  folder = GOLDEN_PISA,
  name = 'golden.safetensors',
): Promise<ReadonlyMap<string, Floats>> {
  const file = path.join(folder, name);
  const bytes = readFileSync(file);
  const tensors = await readSafetensors(file);
  return new Map(
    [...tensors.values()].map(({ name, shape, offset, length, dtype }) => {
      assert.equal(dtype, 'F32');
      return [
        name,
        {
          dims: shape,
          data: new Float32Array(
            bytes.buffer.slice(bytes.byteOffset + offset, bytes.byteOffset + offset + length),
          ),
        },
      ];
    }),
  );
}

/** ‖a − b‖ / ‖b‖. */
export function relativeL2(a: Floats, b: Floats): number {
  assert.equal(
    a.data.length,
    b.data.length,
    `sizes [${a.dims.join(', ')}] and [${b.dims.join(', ')}]`,
  );
  let difference = 0;
  let norm = 0;
  b.data.forEach((value, i) => {
    difference += (a.data[i]! - value) ** 2;
    norm += value ** 2;
  });
  return Math.sqrt(difference / norm);
}

/** A tiny model's networks, with the text encoder's golden output. */
export async function tinyNetworks(
  type: ComputeType = 'float32',
  device: Device = 'cpu',
  attention?: AttentionKind,
  kind: DiffusionKind = 'pisa-sr',
): Promise<PisaNetworks> {
  const method = METHODS[kind];
  const json = (name: string): unknown =>
    JSON.parse(readFileSync(path.join(TINY_PISA, name), 'utf8'));
  const context = (await golden()).get('context') ?? assert.fail('no golden context');
  const checkpoint: PisaCheckpoint = {
    // All weights lie below it.
    folder: path.dirname(TINY_PISA),
    unetConfig: parseUNetConfig(json('unet/config.json')),
    vaeConfig: parseVaeConfig(json('vae/config.json')),
    unet: await readSafetensors(path.join(TINY_PISA, 'unet/diffusion_pytorch_model.safetensors')),
    vae: await readSafetensors(path.join(TINY_PISA, 'vae/diffusion_pytorch_model.safetensors')),
    method,
    adapters: method.read(await readTorchZip(OWN_FILE[kind])),
    context: context.data,
    draft: await readSafetensors(
      path.join(TINY_TAESD, 'taesd/diffusion_pytorch_model.safetensors'),
    ),
  };
  // As networks of the full size are on a CPU, whose channels are many enough.
  const convolutions = device === 'cpu' && type === 'float32' ? 'winograd' : 'direct';
  return new KeptNetworks(checkpoint, device, type, { attention, convolutions });
}

/**
 * Networks that stay open from run to run until all are released: they are tiny, and opening them
 * takes longer than running them.
 */
class KeptNetworks extends PisaNetworks {
  private isClosing = false;

  override async release(...names: readonly NetworkName[]): Promise<void> {
    if (this.isClosing) await super.release(...names);
  }

  override async releaseAll(): Promise<void> {
    this.isClosing = true;
    await super.releaseAll();
    this.isClosing = false;
  }
}

/**
 * Lets engines in this process keep the tiny networks that they open: where a test file looks at
 * pictures, closing and opening them again would take most of its time.
 */
export function keepNetworksOpen(): void {
  before(() => {
    mock.method(PisaNetworks.prototype, 'release', async () => undefined);
    // What was computed of a picture is forgotten as ever.
    mock.method(PisaSessions.prototype, 'release', async function (this: PisaSessions) {
      Reflect.set(this, 'picture', undefined);
    });
  });
}

/** The reference's goldens were made with this; see test/reference/make_tiny.py. */
export const GOLDEN_PROCESS_SIZE = 64;

export type PisaRun = Awaited<ReturnType<typeof upscalePisa>> & { readonly pixels: Uint8Array };

/** Runs the pipeline on a picture file and reads the result's pixels. */
export async function runPisa(
  file: string,
  networks: PisaNetworks,
  part: Partial<PisaParams> = {},
): Promise<PisaRun> {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'pu-test-'));
  try {
    const source = await decodeSource(file, scratch);
    try {
      const result = await upscalePisa({
        rgb: source.rgb,
        alpha: undefined,
        scale: 4,
        processSize: GOLDEN_PROCESS_SIZE,
        guidance: { pixel: 1, semantic: 1 },
        colourFix: 'adain',
        draft: false,
        roughDraft: 'never',
        region: undefined,
        networks,
        budgets: budgetsFor(),
        pace: { secondsPerUnit: undefined },
        known: undefined,
        scratch,
        signal: new AbortController().signal,
        onProgress: () => undefined,
        ...part,
      });
      const pixels = await result.raw.rows(0, result.raw.info.height);
      await result.raw.close();
      return { ...result, pixels };
    } finally {
      await closeSource(source);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
