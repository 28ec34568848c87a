import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  parseServerContract,
  signatureOf,
  type ServerContract,
} from '../../../src/engine/models/community/serverContract';
import { contractOf } from '../../../src/engine/remote/contractOf';
import { contractSuits } from '../../../src/engine/remote/suits';
import type { TensorMetadata } from '../../../src/engine/remote/oip/metadata';
import { readModelIndex } from '../../../src/engine/remote/oip/modelIndex';
import { inWords } from '../../../src/shared/phrase';

const tensor = (name: string, shape: readonly number[], datatype = 'FP32'): TensorMetadata => ({
  name,
  shape,
  datatype,
});
const ANY = [1, 3, -1, -1];

describe('how a model takes pictures, by its metadata', () => {
  const suitable = { input: 'x', output: 'y', gives: 'picture', type: 'FP32' };
  const model = (
    input: TensorMetadata | undefined,
    ...outputs: readonly TensorMetadata[]
  ): ReturnType<typeof contractOf> => contractOf({ inputs: input ? [input] : [], outputs });

  for (const [what, found, wanted] of [
    ['any size', model(tensor('x', ANY), tensor('y', ANY)), suitable],
    [
      'free batch and channels',
      model(tensor('x', [-1, -1, -1, -1]), tensor('y', [-1, 3, -1, -1])),
      suitable,
    ],
    [
      'one size',
      model(tensor('x', [1, 3, 64, 48]), tensor('y', [1, 3, 128, 96])),
      { ...suitable, tile: { width: 48, height: 64 }, scale: 2 },
    ],
    [
      'halves',
      model(tensor('x', ANY, 'FP16'), tensor('y', ANY, 'FP16')),
      { ...suitable, type: 'FP16' },
    ],
    [
      'this program’s own kind',
      model(tensor('image', ANY), tensor('base', ANY), tensor('pixel', ANY), tensor('more', ANY)),
      { input: 'image', output: 'pixel', gives: 'residual', type: 'FP32' },
    ],
  ] as const)
    test(what, () => assert.deepEqual(found, wanted));

  for (const [what, found, why] of [
    ['no input', model(undefined, tensor('y', ANY)), /has 0 inputs/],
    ['two outputs', model(tensor('x', ANY), tensor('y', ANY), tensor('z', ANY)), /has 2 outputs/],
    ['bytes', model(tensor('x', ANY, 'UINT8'), tensor('y', ANY)), /takes UINT8 and gives FP32/],
    ['mixed', model(tensor('x', ANY, 'FP16'), tensor('y', ANY)), /takes FP16 and gives FP32/],
    ['grey', model(tensor('x', [1, 1, -1, -1]), tensor('y', ANY)), /"x" as \[1,1,-1,-1\]/],
    ['last channels', model(tensor('x', [1, -1, -1, 3]), tensor('y', ANY)), /no picture/],
    ['a list', model(tensor('x', ANY), tensor('y', [1, 1000])), /"y" as \[1,1000\]/],
    ['a batch of eight', model(tensor('x', [8, 3, -1, -1]), tensor('y', ANY)), /no picture/],
    ['one height', model(tensor('x', [1, 3, 64, -1]), tensor('y', ANY)), /one height or one width/],
    ['no pixels', model(tensor('x', [1, 3, 0, 0]), tensor('y', ANY)), /no picture/],
    ['a few pixels', model(tensor('x', [1, 3, 4, 4]), tensor('y', ANY)), /no picture/],
    ['too many', model(tensor('x', [1, 3, 16384, 16384]), tensor('y', ANY)), /too large/],
  ] as const)
    test(`${what} is refused`, () => {
      assert.ok('unfit' in found);
      assert.match(inWords(found.unfit), why);
    });
});

test('a model that is another one by its metadata is told apart', () => {
  const contract = { input: 'x', output: 'y', type: 'FP32' } as const;
  const said = (
    input: TensorMetadata,
    output: TensorMetadata,
    tile?: { width: number; height: number },
  ): string | undefined => {
    const differs = contractSuits(contract, tile, { inputs: [input], outputs: [output] });
    return differs === undefined ? undefined : inWords(differs);
  };
  const fixed = tensor('x', [1, 3, 64, 48]);
  assert.equal(said(tensor('x', ANY), tensor('y', ANY)), undefined);
  assert.equal(said(fixed, tensor('y', ANY), { width: 48, height: 64 }), undefined);
  assert.match(said(tensor('z', ANY), tensor('y', ANY)) ?? '', /other names/);
  assert.match(said(tensor('x', ANY), tensor('z', ANY)) ?? '', /other names/);
  assert.match(said(tensor('x', ANY, 'FP16'), tensor('y', ANY)) ?? '', /another type/);
  assert.match(said(fixed, tensor('y', ANY)) ?? '', /another size/);
  assert.match(
    said(tensor('x', ANY), tensor('y', ANY), { width: 48, height: 64 }) ?? '',
    /another size/,
  );
});

test('a signature is the same in another order of sums, and another for another network', () => {
  const sample = Array.from({ length: 512 }, (_, i) => (Math.sin(i * 12.9898) + 1) / 2);
  const changed = (by: number): string => signatureOf(sample.map((value) => value + by));
  assert.match(signatureOf(sample), /^[0-9a-f]{64}$/);
  assert.equal(changed(1e-6), signatureOf(sample));
  assert.notEqual(changed(0.01), signatureOf(sample));
  assert.match(signatureOf([-1, 2, Number.NaN]), /^0f/);
});

test('a damaged manifest names what is wrong', () => {
  const good: ServerContract = {
    name: 'a',
    input: 'x',
    output: 'y',
    gives: 'picture',
    type: 'FP32',
    range: 255,
    sample: [0, 1],
  };
  assert.deepEqual(parseServerContract({ ...good }), good);
  for (const [part, words] of [
    [{ gives: 'sound' }, /not a known result/],
    [{ type: 'FP64' }, /type "FP64"/],
    [{ sample: [] }, /"sample"/],
    [{ sample: [1, 'x'] }, /"sample"/],
    [{ sample: Array.from({ length: 5000 }, () => 1) }, /"sample"/],
    [{ range: 0 }, /"range"/],
    [{ name: '' }, /"name"/],
  ] as const)
    assert.throws(() => parseServerContract({ ...good, ...part }), words);
});

test('an index is a list of names, whatever else it is', () => {
  const names = (list: unknown): readonly string[] =>
    readModelIndex(list).entries.map(({ name }) => name);
  assert.deepEqual(names(['b', 'a', 'b']), ['a', 'b']);
  for (const state of ['READY', 'State.READY', '', undefined])
    assert.deepEqual(names([{ name: 'b', state }]), ['b'], state);
  for (const state of ['UNAVAILABLE', 'UNREADY', 'State.UNKNOWN'])
    assert.deepEqual(names([{ name: 'b', state }]), [], state);
  assert.deepEqual(names([{ name: 'a', state: 'LOADING' }, [], 5, null, { nome: 'x' }]), []);
  assert.throws(() => names({ models: [] }), /is not a list/);
});
