import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { importDiffusion } from '../../src/engine/models/install/importDiffusion';
import { ModelStore } from '../../src/engine/models/install/modelStore';
import { DiffusionModel } from '../../src/engine/models/kinds/diffusion';
import { ModelRegistry } from '../../src/engine/models/registry';
import { PisaSessions } from '../../src/engine/pisa/pisaSessions';
import type { InstallableModel } from '../../src/shared/installableModels';
import type { Device } from '../../src/shared/settings';
import type { UpscaleResult } from '../../src/shared/engineProtocol';
import { spoken } from '../../src/shared/phrase';
import { upscaleFile } from '../../src/engine/upscale/upscaleFile';
import {
  GOLDEN_PROCESS_SIZE,
  TINY_OSEDIFF,
  TINY_PISA,
  TINY_PROMPTS,
  TINY_TAESD,
} from './pisaSupport';
import { inFloats, requestFor } from './support';

/** The tiny Stable Diffusion with OSEDiff's file beside it. */
export function tinyOseDiff(folder: string): string {
  cpSync(TINY_PISA, folder, { recursive: true });
  cpSync(TINY_OSEDIFF, folder, { recursive: true });
  return folder;
}

/** The tiny Stable Diffusion with the tiny decoder that makes drafts beside it. */
export function tinyWithDraft(folder: string): string {
  tinyOseDiff(folder);
  cpSync(TINY_TAESD, folder, { recursive: true });
  return folder;
}

/** The same with the text encoder and the tokenizer that read prompts. */
export function tinyWithPrompts(folder: string): string {
  tinyOseDiff(folder);
  cpSync(TINY_PROMPTS, folder, { recursive: true });
  return folder;
}

/** Imports a tiny model, for pictures of a size that a device in software can do. */
export async function importTiny(
  store: string,
  folder = TINY_PISA,
  id: InstallableModel = 'pisa-sr',
  { prompts = false, draft = false } = {},
): Promise<DiffusionModel> {
  await importDiffusion({
    id,
    folder,
    weights: undefined,
    precision: undefined,
    prompts,
    draft,
    extend: prompts || draft,
    baseIsVerified: false,
    accepted: 'all',
    store: new ModelStore(store),
    signal: new AbortController().signal,
    progress: () => undefined,
  });
  const manifest = path.join(store, id, 'manifest.json');
  const json = JSON.parse(readFileSync(manifest, 'utf8')) as object;
  writeFileSync(manifest, JSON.stringify({ ...json, processSize: GOLDEN_PROCESS_SIZE }));
  const model = await new ModelRegistry([store]).find(id);
  assert.ok(model instanceof DiffusionModel);
  return model;
}

/**
 * A copy of the tiny checkpoints in which one convolution of the decoder yields values beyond
 * float16's 65504; the norm that follows brings them back, so that float32 yields the same picture.
 */
export function overflowingTiny(folder: string): string {
  cpSync(TINY_PISA, folder, { recursive: true });
  const file = path.join(folder, 'vae/diffusion_pytorch_model.safetensors');
  const bytes = readFileSync(file);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, start).toString()) as Record<
    string,
    { data_offsets: [number, number] }
  >;
  for (const part of ['weight', 'bias']) {
    const [from, to] = header[`decoder.up_blocks.0.resnets.0.conv1.${part}`]!.data_offsets;
    for (let at = start + from; at < start + to; at += 4)
      bytes.writeFloatLE(bytes.readFloatLE(at) * 2 ** 20, at);
  }
  writeFileSync(file, bytes);
  return folder;
}

/** Upscales with PiSA-SR on a device that is trusted whatever it does. */
export async function upscaleTrusting(
  model: DiffusionModel,
  device: Device,
  input: string,
  scratch: string,
): Promise<UpscaleResult> {
  mkdirSync(scratch);
  const pisa = new PisaSessions();
  try {
    const result = await upscaleFile(
      requestFor(input, scratch, { model: 'pisa-sr', device }),
      {
        findModel: async () => model,
        resolveDevice: async () => device,
        checkDevice: () => undefined,
        cpuPrecision: inFloats,
        refusal: async () => undefined,
        acquireSession: () => Promise.reject(new Error('not asked for')),
        releaseSession: async () => undefined,
        pisa,
        inTurn: (_signal, work) => work(),
        version: '0.0.0',
      },
      { signal: new AbortController().signal, progress: () => undefined },
    );
    return spoken(result);
  } finally {
    await pisa.release();
  }
}
