import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { openStateDict } from '../../../src/engine/architectures/openStateDict';
import { readTorchLegacy } from '../../../src/engine/checkpoint/torchLegacy';
import { isTensor } from '../../../src/engine/checkpoint/torchValues';

/**
 * Written by PyTorch with `_use_new_zipfile_serialization=False`: `plain` {a: [2,3], b: [1]} of
 * float32; `shared` {a: [2,3], b: a's second row, c: [4] of float16}; `view` {a: transposed};
 * `training` with a step, parameters, averaged ones under `module.`, and an argparse.Namespace.
 */
const FILES = JSON.parse(readFileSync('test/fixtures/checkpoints/legacy.json', 'utf8')) as Record<
  'plain' | 'shared' | 'view' | 'training',
  string
>;
const folder = mkdtempSync(path.join(os.tmpdir(), 'pu-legacy-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(bytes: Buffer): string {
  const file = path.join(folder, 'network.pth');
  writeFileSync(file, bytes);
  return file;
}
const sample = (name: keyof typeof FILES): Buffer => Buffer.from(FILES[name], 'base64');

test('tensors are located where their bytes lie, in float32 and float16, shared ones too', async () => {
  const dict = await openStateDict(fileOf(sample('shared')));
  assert.deepEqual([...dict.keys()], ['a', 'b', 'c']);
  assert.deepEqual([...dict.values('a')], [0, 0.25, 0.5, 0.75, 1, 1.25]);
  assert.deepEqual([...dict.values('b')], [0.75, 1, 1.25]);
  assert.deepEqual([...dict.values('c')], [0, 0.25, 0.5, 0.75]);
  assert.deepEqual(dict.shape('b'), [3]);
  assert.equal(dict.tensors.get('c')?.dtype, 'F16');
});

test('of a whole training the averaged weights are taken, without prefix and counters', async () => {
  const dict = await openStateDict(fileOf(sample('training')));
  assert.deepEqual([...dict.keys()], ['a', 'n']);
  assert.deepEqual([...dict.values('a')], [0, 0.25, 0.5, 0.75, 1, 1.25]);
});

test('objects of other classes are refused unless they may be left out', async () => {
  await assert.rejects(readTorchLegacy(fileOf(sample('training'))), /no use for/);
  const left = await readTorchLegacy(fileOf(sample('training')), true);
  assert.equal(left.get('options'), null);
  assert.equal(left.get('step'), 7);
});

test('a transposed view is read in its own order, and refused where nobody expects one', async () => {
  const dict = await openStateDict(fileOf(sample('view')));
  assert.deepEqual(dict.shape('a'), [3, 2]);
  assert.deepEqual([...dict.values('a')], [0, 0.75, 0.25, 1, 0.5, 1.25]);
  await assert.rejects(readTorchLegacy(fileOf(sample('view'))), /view that is not contiguous/);
});

test('what is cut off, of another machine or of another kind is refused with the reason', async () => {
  const plain = sample('plain');
  const changed = (from: string, to: string): Buffer =>
    Buffer.from(plain.toString('latin1').replace(from, to), 'latin1');
  const cases: readonly [Buffer, RegExp][] = [
    [plain.subarray(0, plain.length - 1), /ends inside the storage|cut off/],
    [plain.subarray(0, 60), /ends early/],
    [changed('little_endianq\x02\x88', 'little_endianq\x02\x89'), /big-endian/],
    [Buffer.from('no checkpoint at all, but long enough'), /neither a checkpoint of torch/],
    [Buffer.alloc(3), /neither a checkpoint of torch/],
  ];
  for (const [bytes, reason] of cases) await assert.rejects(openStateDict(fileOf(bytes)), reason);
});

test('a storage whose count is not the one that its tensors name is refused', async () => {
  const bytes = sample('plain');
  const count = Buffer.alloc(8);
  count.writeBigInt64LE(6n);
  bytes.writeBigInt64LE(5n, bytes.lastIndexOf(count));
  await assert.rejects(openStateDict(fileOf(bytes)), /another size/);
});

test('every damaged byte is read or refused; no tensor lies outside the file', async () => {
  const good = sample('shared');
  for (let at = 0; at < good.length; at++) {
    const bytes = Buffer.from(good);
    bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    const file = fileOf(bytes);
    const values = await readTorchLegacy(file, true).catch((error: unknown) => {
      assert.match(String(error), /network\.pth can't be used/);
      return undefined;
    });
    for (const value of values?.values() ?? [])
      if (isTensor(value)) assert.ok(value.offset + value.length <= bytes.length);
  }
});
