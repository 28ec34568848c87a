import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { readSafetensors } from '../../../src/engine/checkpoint/safetensors';
import { readTorchZip } from '../../../src/engine/checkpoint/torchZip';
import {
  parseClipTextConfig,
  parseUNetConfig,
  parseVaeConfig,
} from '../../../src/engine/graph/sd21/config';
import { RpcError } from '../../../src/shared/rpc';
import { temporaryFolder } from '../../engine/support';
import { pickle, pickleOf, zipOf, type ZipEntry } from './zipWriter';

const MEGABYTE = 2 ** 20;
const LONGEST_MESSAGE = 400;

/** Small files that once took gigabytes, minutes, or both. */
describe('a checkpoint that is a bomb is refused before it takes memory or time', () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'bomb');

  const isRefused = async (read: () => Promise<unknown>, expected: RegExp): Promise<void> => {
    const before = process.memoryUsage().rss;
    await assert.rejects(read(), (error) => {
      assert.ok(error instanceof RpcError && error.code === 'checkpoint-damaged', String(error));
      assert.match(error.message, expected);
      assert.ok(error.message.length <= LONGEST_MESSAGE, `${error.message.length} characters`);
      assert.doesNotMatch(error.message, /[\u0000-\u001f\u007f-\u009f\u202e]/);
      return true;
    });
    const grown = (process.memoryUsage().rss - before) / MEGABYTE;
    assert.ok(grown < 300, `took ${grown.toFixed(0)} MB`);
  };

  const archive = (data: Buffer, ...more: ZipEntry[]): Buffer =>
    zipOf([{ name: 'archive/data.pkl', data }, ...more]);
  const repeated = (opcodes: readonly number[], times: number): Buffer =>
    Buffer.alloc(opcodes.length * times, Buffer.from(opcodes));
  const pickles: readonly (readonly [string, () => Buffer, RegExp])[] = [
    ['ten million dictionaries', () => repeated([0x7d], 10e6), /200000 values/],
    ['ten million lists', () => repeated([0x5d], 10e6), /200000 values/],
    ['ten million empty tuples', () => repeated([0x29], 10e6), /200000 values/],
    ['ten million marks', () => repeated([0x28], 10e6), /200000 values/],
    [
      'a tuple in a tuple, ten million deep',
      () => Buffer.concat([Buffer.from([0x29]), repeated([0x85], 10e6)]),
      /200000 values/,
    ],
    [
      'one value kept under two million names',
      () => {
        const puts = Buffer.alloc(5 * 2e6);
        for (let i = 0; i < 2e6; i++) {
          puts[5 * i] = 0x72;
          puts.writeUInt32LE(i, 5 * i + 1);
        }
        return Buffer.concat([pickle.none, puts]);
      },
      /200000 values/,
    ],
    [
      'values that are made and thrown away for ever',
      () => repeated([0x4e, 0x30], 5e6),
      /200000 values/,
    ],
    [
      'a list of itself, again and again',
      () => Buffer.concat([Buffer.from([0x5d, 0x71, 0]), repeated([0x68, 0, 0x61], 3e6)]),
      /200000 values/,
    ],
    [
      'a dictionary made of the same pairs ten thousand times',
      () => {
        const pairs = Buffer.concat([
          Buffer.from([0x5d, 0x71, 0, 0x28]),
          repeated([0x4e], 50_000),
          Buffer.from([0x65, 0x85, 0x71, 1, 0x30]),
        ]);
        const call = Buffer.concat([
          pickle.global('collections', 'OrderedDict'),
          Buffer.from([0x68, 1, 0x52, 0x30]),
        ]);
        return Buffer.concat([pairs, Buffer.alloc(call.length * 10_000, call)]);
      },
      /200000 values/,
    ],
    [
      'dictionaries in each other, twenty thousand deep',
      () => {
        const levels = 20_000;
        const level = Buffer.concat([Buffer.from('}'), pickle.text('k')]);
        return Buffer.concat([
          Buffer.alloc(level.length * levels, level),
          pickle.none,
          repeated([0x73], levels),
        ]);
      },
      /deep/,
    ],
    [
      'an opcode list larger than any checkpoint’s',
      () => repeated([0x80, 2], 9 * MEGABYTE),
      /pickle claims/,
    ],
    [
      'a global with a name of megabytes',
      () => pickle.global('os', `\u001b]0;x\u0007${'a'.repeat(5e6)}`),
      /names os\./,
    ],
  ];
  for (const [what, make, expected] of pickles)
    it(what, async () => {
      writeFileSync(file, archive(pickleOf(make())));
      await isRefused(() => readTorchZip(file), expected);
    });

  it('a list that a thousand keys share is not copied a thousand times', async () => {
    const list = Buffer.concat([
      Buffer.from([0x5d, 0x71, 0, 0x28]),
      repeated([0x4e], 50_000),
      Buffer.from([0x65, 0x30, 0x7d]),
    ]);
    const items = Array.from({ length: 20_000 }, (_, i) =>
      Buffer.concat([pickle.text(`k${i}`), Buffer.from([0x68, 0, 0x73])]),
    );
    writeFileSync(file, archive(pickleOf(list, ...items)));
    const before = process.memoryUsage().rss;
    assert.equal((await readTorchZip(file)).size, 20_000);
    assert.ok(process.memoryUsage().rss - before < 300 * MEGABYTE);
  });

  const empty = (name: string): ZipEntry => ({ name, data: Buffer.alloc(0) });
  it('sixty thousand entries', async () => {
    const entries = Array.from({ length: 60_000 }, (_, i) => empty(`archive/data/${i}`));
    writeFileSync(file, archive(pickleOf(pickle.emptyDict), ...entries));
    await isRefused(() => readTorchZip(file), /entries/);
  });

  it('names of kilobytes', async () => {
    const entries = Array.from({ length: 200 }, (_, i) => empty(`${i}`.padEnd(40_000, 'x')));
    writeFileSync(file, archive(pickleOf(pickle.emptyDict), ...entries));
    await isRefused(() => readTorchZip(file), /too long/);
  });

  it('reading an archive of many entries ends when it is cancelled', async () => {
    const entries = Array.from({ length: 19_000 }, (_, i) => empty(`archive/data/${i}`));
    writeFileSync(file, archive(pickleOf(pickle.emptyDict), ...entries));
    const controller = new AbortController();
    const reading = readTorchZip(file, controller.signal);
    controller.abort();
    await assert.rejects(
      reading,
      (error) => error instanceof RpcError && error.code === 'cancelled',
    );
  });

  const headers: readonly (readonly [string, () => string | Buffer, RegExp])[] = [
    [
      'a header of a hundred megabytes',
      () => Buffer.alloc(20 * MEGABYTE, '{"a":1,'),
      /20971520 bytes where 10000000/,
    ],
    ['a million tensors', () => `{${'"a":{},'.repeat(1e6)}"b":{}}`, /200000 values/],
    ['a million brackets', () => '['.repeat(1e6), /too deep/],
    ['objects in each other', () => '{"a":'.repeat(500_000), /too deep/],
    [
      'a shape that nests for ever',
      () =>
        `{"w":{"dtype":"F32","shape":${'['.repeat(1e6)}${']'.repeat(1e6)},"data_offsets":[0,4]}}`,
      /too deep/,
    ],
    [
      'a type of megabytes',
      () => `{"w":{"dtype":"${'x'.repeat(9e6)}","shape":[1],"data_offsets":[0,4]}}`,
      /has the type "x{100}…/,
    ],
    [
      'a name of megabytes, with control characters',
      () => `{"\\u001b]0;w\\u0007\\u202e${'n'.repeat(8e6)}":{"dtype":"F32","shape":[1]}}`,
      /has the offsets undefined/,
    ],
    [
      'a shape of a hundred thousand numbers',
      () => `{"w":{"dtype":"F32","shape":[${'1,'.repeat(1e5)}1],"data_offsets":[0,4]}}`,
      /has the shape \[1, 1/,
    ],
  ];
  for (const [what, make, expected] of headers)
    it(what, async () => {
      const text = Buffer.from(make());
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(text.length));
      writeFileSync(file, Buffer.concat([length, text, Buffer.alloc(4)]));
      await isRefused(() => readSafetensors(file), expected);
    });

  it('a configuration that asks for a network without end', () => {
    const blocks = { block_out_channels: [32], down_block_types: ['DownEncoderBlock2D'] };
    const vae = { ...blocks, up_block_types: ['UpDecoderBlock2D'] };
    assert.throws(
      () => parseVaeConfig({ ...vae, layers_per_block: 1_000_000 }),
      /layers_per_block/,
    );
    const clip = { hidden_size: 8, intermediate_size: 8, num_attention_heads: 1 };
    assert.throws(
      () => parseClipTextConfig({ ...clip, num_hidden_layers: 500_000 }),
      /num_hidden_layers/,
    );
    assert.throws(
      () =>
        parseClipTextConfig({ ...clip, num_hidden_layers: 1, max_position_embeddings: 900_000 }),
      /max_position_embeddings/,
    );
    assert.throws(() => parseUNetConfig({ block_out_channels: [900_000] }), /block_out_channels/);
    assert.throws(
      () => parseVaeConfig({ ...vae, act_fn: 'x'.repeat(1e6) }),
      (error) => error instanceof Error && error.message.length <= LONGEST_MESSAGE,
    );
  });
});
