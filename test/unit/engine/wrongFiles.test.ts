import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { recogniseFile } from '../../../src/engine/models/community/recognise';
import { RpcError } from '../../../src/shared/rpc';
import { writeSafetensors, type Tensor } from '../../harness/networks';
import { writeTorchLegacy, writeTorchZip } from '../../harness/torchFiles';
import { pickle, pickleOf, zipOf } from './zipWriter';

const folder = mkdtempSync(path.join(os.tmpdir(), 'pu-wrong-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const tensor = (...shape: number[]): Tensor => ({
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
});
const weights = (...names: readonly string[]): ReadonlyMap<string, Tensor> =>
  new Map(names.map((name) => [name, tensor(4, 4, 1, 1)]));

/** The sentence with which a file is refused. */
async function refusal(file: string): Promise<string> {
  const error: unknown = await recogniseFile(file).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RpcError, `${path.basename(file)} was taken`);
  assert.match(error.code, /^(model-unsupported|checkpoint-damaged)$/);
  return [error.message, error.hint].join(' ');
}

/** By the names of the weights, in every container. */
const NETWORKS: Readonly<Record<string, readonly [ReadonlyMap<string, Tensor>, RegExp]>> = {
  LoRA: [weights('lora_unet_down_blocks_0.lora_down.weight', 'x.alpha'), /it is a LoRA/],
  'LoRA of diffusers': [weights('unet.block.lora_A.weight'), /it is a LoRA/],
  LoHa: [weights('block.hada_w1_a'), /it is a LoRA/],
  'Stable Diffusion': [
    weights('model.diffusion_model.input_blocks.0.0.weight', 'first_stage_model.x'),
    /draws pictures from words/,
  ],
  VAE: [weights('encoder.conv_in.weight', 'decoder.conv_in.weight'), /autoencoder/],
  ControlNet: [weights('control_model.input_hint_block.0.weight'), /ControlNet/],
  CLIP: [weights('visual.conv1.weight'), /compares pictures with words/],
  'a textual inversion': [weights('emb_params'), /textual inversion/],
  GFPGAN: [weights('stylegan_decoder.style_mlp.1.weight'), /restores faces/],
  CodeFormer: [weights('quantize.embedding.weight'), /restores faces/],
  BasicVSR: [weights('spynet.basic_module.0.weight', 'conv_first.weight'), /network for video/],
  EDVR: [weights('pcd_align.dcn_pack.l1.weight'), /network for video/],
  RIFE: [weights('module.block0.conv0.0.weight', 'module.block1.conv0.0.weight'), /for video/],
  'a discriminator': [weights('conv0.weight', 'conv1.weight_orig'), /discriminator/],
  'a classifier': [
    new Map([
      ['conv1.weight', tensor(8, 3, 7, 7)],
      ['fc.weight', tensor(1000, 8)],
    ]),
    /tells what is in a picture \(a classifier\)/,
  ],
  HAT: [
    weights('layers.0.residual_group.blocks.0.conv_block.cab.0.weight'),
    /it is a HAT network, which is not supported yet/,
  ],
  SRFormer: [
    weights('layers.0.residual_group.blocks.0.attn.aligned_relative_position_index'),
    /it is a SRFormer network/,
  ],
  'something unknown': [weights('stem.weight', 'blocks.0.weight'), /none of those that are known/],
};

const WRITERS = { zip: writeTorchZip, older: writeTorchLegacy, safetensors: writeSafetensors };

describe('a network that is no upscaler is told what it is, in every container', () => {
  for (const [name, [tensors, reason]] of Object.entries(NETWORKS))
    test(name, async () => {
      for (const [container, write] of Object.entries(WRITERS)) {
        const file = path.join(folder, `${name}-${container}.pth`);
        write(file, tensors);
        assert.match(await refusal(file), reason, container);
      }
    });
});

const zipWith = (...parts: readonly Buffer[]): Buffer =>
  zipOf([{ name: 'archive/data.pkl', data: pickleOf(...parts) }]);
const entry = (name: string, value: Buffer): Buffer =>
  Buffer.concat([pickle.text(name), value, pickle.setItem]);
const object = Buffer.concat([
  pickle.global('mmcv.utils.config', 'Config'),
  pickle.emptyTuple,
  pickle.reduce,
]);

const FILES: Readonly<Record<string, readonly [Buffer, RegExp]>> = {
  'settings in a dictionary': [
    zipWith(pickle.emptyDict, entry('name', pickle.text('train')), entry('seed', pickle.int(1))),
    /settings and no weights/,
  ],
  'a configuration object': [zipWith(object), /object of a Python program/],
  'a training state': [
    zipWith(pickle.emptyDict, entry('iter', pickle.int(1)), entry('optimizers', pickle.none)),
    /state of a training/,
  ],
  'an empty dictionary': [zipWith(pickle.emptyDict), /it is empty/],
  TorchScript: [
    zipOf([
      { name: 'net/data.pkl', data: pickleOf(pickle.emptyDict) },
      { name: 'net/constants.pkl', data: pickleOf(pickle.emptyDict) },
      { name: 'net/code/net.py', data: Buffer.from('pass') },
    ]),
    /TorchScript program, which holds code/,
  ],
  'TorchScript as torch writes it, its code compressed': [
    zipOf([
      { name: 'net/data.pkl', data: pickleOf(pickle.emptyDict) },
      { name: 'net/code/net.py', data: Buffer.from('pass'), method: 8 },
      { name: 'net/constants.pkl', data: pickleOf(pickle.emptyDict) },
    ]),
    /TorchScript program, which holds code/,
  ],
  'a checkpoint that was packed again': [
    zipOf([{ name: 'net/data.pkl', data: pickleOf(pickle.emptyDict), method: 8 }]),
    /the entry net\/data\.pkl is compressed/,
  ],
  'a packed model': [
    zipOf([{ name: 'model.pth', data: Buffer.from('x'), method: 8 }]),
    /unpack it, and choose the model that is in it/,
  ],
  'another archive': [zipOf([{ name: 'model.pth', data: Buffer.from('x') }]), /no data\.pkl/],
  'a web page': [Buffer.from('<!DOCTYPE html><html><body>Log in</body></html>'), /web page/],
  'a pointer': [Buffer.from('version https://git-lfs.github.com/spec/v1\noid'), /Git LFS pointer/],
  GGUF: [Buffer.from('GGUF\x03\x00\x00\x00 and more of it'), /language model/],
  Keras: [Buffer.from('\x89HDF\r\n\x1a\n and more of it', 'latin1'), /Keras/],
  ncnn: [Buffer.from('7767517\n3 3\nInput data 0 1'), /ncnn/],
  'a RAR archive': [Buffer.from('Rar!\x1a\x07 and more of it'), /an archive; unpack it first/],
  JSON: [Buffer.from('{"model": "unknown", "scale": 4}'), /JSON/],
  'a picture': [Buffer.from('\x89PNG\r\n\x1a\n and more of it', 'latin1'), /it is a picture/],
  text: [Buffer.from('just some words that mean nothing'), /neither a checkpoint of torch/],
  nothing: [Buffer.alloc(0), /it is empty/],
};

const REPEATED = /Get the file again/;
/** Kinds of which another copy would be no better. */
const WHOLE = [
  'a configuration object',
  'a training state',
  'TorchScript as torch writes it, its code compressed',
  'a packed model',
];

describe('a file that is no network is told what it is', () => {
  for (const [name, [bytes, reason]] of Object.entries(FILES))
    test(name, async () => {
      const file = path.join(folder, `${name}.pth`);
      writeFileSync(file, bytes);
      assert.match(await refusal(file), reason);
      if (WHOLE.includes(name)) assert.doesNotMatch(await refusal(file), REPEATED);
    });
});

test('a folder is no model', async () => {
  await assert.rejects(recogniseFile(folder), /is a folder, not a file/);
});
