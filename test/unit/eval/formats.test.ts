import assert from 'node:assert/strict';
import { test } from 'node:test';
import { halfToFloat, NcnnWeights, readNcnnParam } from '../../../eval/models/ncnnFile';
import { readLegacyTorch } from '../../../eval/models/legacyTorch';
import { rdnInKnownLayers } from '../../../eval/models/rdn';

/**
 * `torch.save(OrderedDict(a=arange(6.).reshape(2, 3) / 4, b=tensor([-1.5])), …,
 * _use_new_zipfile_serialization=False)`
 */
const LEGACY =
  'gAKKCmz8nEb5IGqoUBkugAJN6QMugAJ9cQAoWBAAAABwcm90b2NvbF92ZXJzaW9ucQFN6QNYDQAAAGxpdHRsZV9lbmRpYW5xAohYCgAAAHR5cGVfc2l6ZXNxA31xBChYBQAAAHNob3J0cQVLAlgDAAAAaW50cQZLBFgEAAAAbG9uZ3EHSwR1dS6AAmNjb2xsZWN0aW9ucwpPcmRlcmVkRGljdApxAClScQEoWAEAAABhcQJjdG9yY2guX3V0aWxzCl9yZWJ1aWxkX3RlbnNvcl92MgpxAygoWAcAAABzdG9yYWdlcQRjdG9yY2gKRmxvYXRTdG9yYWdlCnEFWAkAAAA2MzM5OTIwODBxBlgDAAAAY3B1cQdLBk50cQhRSwBLAksDhnEJSwNLAYZxColoAClScQt0cQxScQ1YAQAAAGJxDmgDKChoBGgFWAkAAAA2MzM5ODk4NTZxD2gHSwFOdHEQUUsASwGFcRFLAYVxEoloAClScRN0cRRScRV1LoACXXEAKFgJAAAANjMzOTg5ODU2cQFYCQAAADYzMzk5MjA4MHECZS4BAAAAAAAAAAAAwL8GAAAAAAAAAAAAAAAAAIA+AAAAPwAAQD8AAIA/AACgPw==';

test('a checkpoint of torch before 1.6 is read', async () => {
  const tensors = await readLegacyTorch(Buffer.from(LEGACY, 'base64'));
  assert.deepEqual([...tensors.keys()], ['a', 'b']);
  assert.deepEqual(tensors.get('a'), {
    shape: [2, 3],
    values: Float32Array.from([0, 0.25, 0.5, 0.75, 1, 1.25]),
  });
  assert.deepEqual(tensors.get('b'), { shape: [1], values: Float32Array.from([-1.5]) });
  await assert.rejects(readLegacyTorch(Buffer.from('no checkpoint')), /before version 1\.6/);
});

test("ncnn's layers are read", () => {
  const layers = readNcnnParam(
    '7767517\n2 2\nInput  in  0 1 data\nConvolution  conv  1 1 data out 0=3 1=1 6=9 9=2 ' +
      '-23310=1,2.000000e-01\n',
  );
  assert.deepEqual(layers[1], {
    type: 'Convolution',
    name: 'conv',
    inputs: ['data'],
    outputs: ['out'],
    parameters: new Map([
      [0, [3]],
      [1, [1]],
      [6, [9]],
      [9, [2]],
      [10, [0.2]],
    ]),
  });
  assert.throws(() => readNcnnParam('something else'), /ncnn/);
});

test("ncnn's weights are read: marked halves padded to 4 bytes, then floats", () => {
  const bytes = Buffer.alloc(4 + 8 + 4);
  bytes.writeUInt32LE(0x01306b47, 0);
  [0x3c00, 0xc000, 0x3555].forEach((half, i) => bytes.writeUInt16LE(half, 4 + 2 * i));
  bytes.writeFloatLE(0.5, 12);
  const weights = new NcnnWeights(bytes);
  assert.deepEqual([...weights.marked(3)], [1, -2, halfToFloat(0x3555)]);
  assert.deepEqual([...weights.floats(1)], [0.5]);
  assert.ok(weights.atEnd);
});

test('16-bit floats', () => {
  assert.equal(halfToFloat(0x3555).toFixed(4), '0.3333');
  assert.equal(halfToFloat(0x0001), 2 ** -24);
  assert.equal(halfToFloat(0x7bff), 65504);
  assert.equal(halfToFloat(0xfc00), -Infinity);
});

test('an enlargement becomes a convolution and a depth-to-space, and biases fit [0,1]', () => {
  const weights = new Map([['up_in/bias', { shape: [2], values: Float32Array.from([255, 51]) }]]);
  const model = rdnInKnownLayers({
    layers: [
      {
        name: 'up',
        className: 'UpSampling2D',
        config: { size: [2, 2], interpolation: 'nearest' },
        inputs: ['up_in'],
      },
    ],
    output: 'up',
    weights,
  });
  assert.deepEqual(
    model.layers.map(({ className }) => className),
    ['Conv2D', 'PixelShuffle4x'],
  );
  assert.deepEqual([...(model.weights.get('up_in/bias')?.values ?? [])], [1, Math.fround(0.2)]);
  const kernel = model.weights.get('up_repeat/kernel');
  assert.deepEqual(kernel?.shape, [1, 1, 2, 8]);
  assert.deepEqual([...kernel.values], [1, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1]);
});
