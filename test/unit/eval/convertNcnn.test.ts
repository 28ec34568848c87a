import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convertNcnn } from '../../../eval/models/convertNcnn';
import { openNetwork } from '../../../src/engine/runtime/network';
import { mirroredIndices, tileInput } from '../../../src/engine/upscale/tileInput';
import { generatedPicture } from './pictures';

/**
 * Every kind of layer that Real-ESRGAN's network has, wired as there: a dense block, a scaled sum,
 * two enlargements.
 */
const PARAM = `7767517
10 14
Input        data 0 1 data
Split        split 1 4 data d0 d1 d2 d3
Convolution  c1   1 1 d0 a 0=4 1=3 4=1 5=1 6=108 9=2 -23310=1,2.000000e-01
Concat       cat  2 1 d1 a both
Convolution  c2   1 1 both b 0=3 1=3 4=1 5=1 6=189
Eltwise      sum  2 1 b d2 c 0=1 -23301=2,2.000000e-01,1.000000e+00
Interp       up1  1 1 c c2 0=1 1=2.000000e+00 2=2.000000e+00
Interp       up2  1 1 c2 c4 0=1 1=2.000000e+00 2=2.000000e+00
Interp       up4  1 1 d3 d4 0=1 1=4.000000e+00 2=4.000000e+00
BinaryOp     add  2 1 c4 d4 output 0=0
`;

const waves = (length: number, seed: number, amplitude: number): Buffer =>
  Buffer.from(
    Float32Array.from({ length }, (_, i) => amplitude * Math.sin(0.37 * i + seed)).buffer,
  );

/** Float32 weights, the kernels marked as such. */
function weights(): Buffer {
  return Buffer.concat([
    Buffer.alloc(4),
    waves(108, 1, 0.3),
    waves(4, 2, 0.1),
    Buffer.alloc(4),
    waves(189, 3, 0.2),
    waves(3, 4, 0.1),
  ]);
}

test('a network in ncnn format yields what PyTorch 2.15 computes with the same weights', async () => {
  const { data, width, height } = generatedPicture(12, 9);
  const network = await openNetwork({
    onnx: convertNcnn(PARAM, weights(), 4, 'small'),
    weightsFolder: '.',
    device: 'cpu',
    plan: 'once',
  });
  const image = tileInput(
    data,
    width,
    mirroredIndices(0, width, width),
    mirroredIndices(0, height, height),
  );
  const { base, pixel } = await network.run({
    image: { data: image, dims: [1, 3, height, width] },
  });
  await network.release();
  assert.deepEqual(pixel?.dims, [1, 3, 36, 48]);
  const result = Array.from(pixel.data, (value, i) => value + (base?.data[i] ?? Number.NaN));
  const at = (channel: number, y: number, x: number): number =>
    result[(channel * 36 + y) * 48 + x] ?? Number.NaN;
  const mean = result.reduce((a, b) => a + b, 0) / result.length;
  const expected = [0.9746181964874268, 0.8917642831802368, 1.1140912771224976, 1.0493040084838867];
  for (const [i, value] of [at(0, 0, 0), at(1, 17, 30), at(2, 35, 47), mean].entries())
    assert.ok(Math.abs(value - (expected[i] ?? 0)) < 2e-6, `${i}: ${value}`);
});

test('so does a compact one, with PReLU and depth-to-space', async () => {
  const param = `7767517
6 7
Input        data 0 1 data
Split        split 1 2 data d0 d1
Convolution  c1   1 1 d0 a 0=4 1=3 4=1 5=1 6=108
PReLU        p1   1 1 a b 0=4
Convolution  c2   1 1 b c 0=48 1=3 4=1 5=1 6=1728
PixelShuffle shuf 1 1 c d 0=4
Interp       up   1 1 d1 e 0=1 1=4.000000e+00 2=4.000000e+00
BinaryOp     add  2 1 d e output 0=0
`;
  const bin = Buffer.concat([
    Buffer.alloc(4),
    waves(108, 1, 0.3),
    waves(4, 2, 0.1),
    waves(4, 5, 0.5),
    Buffer.alloc(4),
    waves(1728, 3, 0.2),
    waves(48, 4, 0.1),
  ]);
  const [width, height] = [6, 5];
  const levels = Uint8Array.from({ length: 3 * width * height }, (_, i) => (37 * i) % 256);
  const network = await openNetwork({
    onnx: convertNcnn(param, bin, 4, 'compact'),
    weightsFolder: '.',
    device: 'cpu',
    plan: 'once',
  });
  const data = tileInput(
    levels,
    width,
    mirroredIndices(0, width, width),
    mirroredIndices(0, height, height),
  );
  const { base, pixel } = await network.run({ image: { data, dims: [1, 3, height, width] } });
  await network.release();
  const result = Array.from(pixel?.data ?? [], (value, i) => value + (base?.data[i] ?? Number.NaN));
  const at = (channel: number, y: number, x: number): number =>
    result[(channel * 20 + y) * 24 + x] ?? Number.NaN;
  const mean = result.reduce((a, b) => a + b, 0) / result.length;
  const expected = [0.21496900916, 0.28375244141, 0.98373979331, 0.49105706811];
  for (const [i, value] of [at(0, 0, 0), at(1, 11, 13), at(2, 19, 23), mean].entries())
    assert.ok(Math.abs(value - (expected[i] ?? 0)) < 2e-6, `${i}: ${value}`);
});

test('what is not known is refused', () => {
  assert.throws(
    () => convertNcnn(PARAM.replace('BinaryOp ', 'Softmax '), weights(), 4, 'small'),
    /Softmax/,
  );
  assert.throws(
    () => convertNcnn(PARAM.replace('9=2', '9=1'), weights(), 4, 'small'),
    /activation/,
  );
  assert.throws(
    () => convertNcnn(PARAM.replace('c1   1 1 d0', 'c1   1 1 nowhere'), weights(), 4, 'small'),
    /"nowhere"/,
  );
  assert.throws(
    () => convertNcnn(PARAM, Buffer.concat([weights(), Buffer.alloc(4)]), 4, 'small'),
    /more than the layers take/,
  );
});
