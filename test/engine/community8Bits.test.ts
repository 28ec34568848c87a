import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import sharp from 'sharp';
import { GraphBuilder, type Value } from '../../src/engine/graph/graphBuilder';
import { byteTensor } from '../../src/engine/graph/tensor';
import { warmCli } from '../harness/warmCli';
import { CLI, largestDifference, pixelsOf, temporaryFolder } from './support';

const folder = temporaryFolder();
const STORE = path.join(folder, 'store');
const picture = path.join(folder, 'picture.png');
const [WIDTH, HEIGHT, CHANNELS, SCALE] = [60, 40, 3, 2];
/** The largest of 8 bits: 255 times as much, twice, is more than 16 bits hold. */
const WEIGHT = 127;

const quick = warmCli(CLI);
const cli = (...args: readonly string[]): ReturnType<typeof quick> =>
  quick(folder, {}, '--store', STORE, ...args);

/** Mostly white, where sums are largest. */
before(async () => {
  const grain = Buffer.from(
    Array.from({ length: WIDTH * HEIGHT * CHANNELS }, (_, i) =>
      i % 7 === 0 ? (i * 31) % 256 : 255,
    ),
  );
  const raw = { width: WIDTH, height: HEIGHT, channels: 3 } as const;
  await sharp(grain, { raw }).png().toFile(picture);
});

/** What the forms below are made of. */
class Parts {
  readonly graph = new GraphBuilder('theirs');
  readonly image = this.graph.input('image', [1, CHANNELS, 'h', 'w']);
  /** Of values in [0,1]. */
  readonly step = this.graph.float32('step', [], [1 / 255]);
  readonly zero = this.graph.initializer(byteTensor('zero', [], Uint8Array.of(0)));
  readonly weightZero = this.graph.initializer(byteTensor('weight_zero', [], Int8Array.of(0)));

  bytes(of = this.image): Value {
    return this.graph.node('QuantizeLinear', [of, this.step, this.zero]);
  }

  floats(of: Value): Value {
    return this.graph.node('DequantizeLinear', [of, this.step, this.zero]);
  }

  /** Each channel becomes the mean of all three over 3×3 pixels. */
  weight(): Value {
    const values = new Int8Array(CHANNELS * CHANNELS * 9).fill(WEIGHT);
    return this.graph.initializer(byteTensor('weight', [CHANNELS, CHANNELS, 3, 3], values));
  }

  weightStep(products: number): Value {
    return this.graph.float32('weight_step', [], [1 / (WEIGHT * products)]);
  }

  /** What comes of whole sums of products of bytes and weights. */
  ofSums(sums: Value, products: number): Value {
    const floats = this.graph.node('Cast', [sums], { to: 1 });
    return this.graph.node('Mul', [
      this.graph.node('Mul', [floats, this.step]),
      this.weightStep(products),
    ]);
  }

  /** Channels last, as products of matrices want them, and back. */
  turned(work: (x: Value, weight: Value) => Value): Value {
    const values = new Int8Array(CHANNELS * CHANNELS).fill(WEIGHT);
    const weight = this.graph.initializer(byteTensor('weight', [CHANNELS, CHANNELS], values));
    const x = this.graph.node('Transpose', [this.image], { perm: [0, 2, 3, 1] });
    return this.graph.node('Transpose', [work(x, weight)], { perm: [0, 3, 1, 2] });
  }
}

const KERNEL = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
const [CONVOLUTION, MATRIX] = [9 * CHANNELS, CHANNELS];

/** The same networks in floats, by the number of products that each value is the sum of. */
const IN_FLOATS: Readonly<Record<number, (parts: Parts) => Value>> = {
  [CONVOLUTION]: ({ graph, image }) => {
    const size = CHANNELS * CHANNELS * 9;
    const weight = graph.float32(
      'weight',
      [CHANNELS, CHANNELS, 3, 3],
      new Float32Array(size).fill(1 / CONVOLUTION),
    );
    return graph.node('Conv', [image, weight], KERNEL);
  },
  [MATRIX]: ({ graph, image }) => {
    const mean = graph.node('ReduceMean', [image], { axes: [1], keepdims: 1 });
    return graph.node('Concat', [mean, mean, mean], { axis: 1 });
  },
};

/** The ways in which exporters write products of 8 bits. */
const FORMS: Readonly<Record<string, readonly [number, (parts: Parts) => Value]>> = {
  'a convolution between QuantizeLinear and DequantizeLinear': [
    CONVOLUTION,
    (parts) => {
      const scale = parts.weightStep(CONVOLUTION);
      const weight = parts.graph.node('DequantizeLinear', [
        parts.weight(),
        scale,
        parts.weightZero,
      ]);
      const made = parts.graph.node('Conv', [parts.floats(parts.bytes()), weight], KERNEL);
      return parts.floats(parts.bytes(made));
    },
  ],
  QLinearConv: [
    CONVOLUTION,
    (parts) => {
      const { graph, step, zero, weightZero } = parts;
      const weight = [parts.weight(), parts.weightStep(CONVOLUTION), weightZero];
      const inputs = [parts.bytes(), step, zero, ...weight, step, zero];
      return parts.floats(graph.node('QLinearConv', inputs, KERNEL));
    },
  ],
  ConvInteger: [
    CONVOLUTION,
    (parts) => {
      const inputs = [parts.bytes(), parts.weight(), parts.zero, parts.weightZero];
      return parts.ofSums(parts.graph.node('ConvInteger', inputs, KERNEL), CONVOLUTION);
    },
  ],
  MatMulInteger: [
    MATRIX,
    (parts) =>
      parts.turned((x, weight) => {
        const inputs = [parts.bytes(x), weight, parts.zero, parts.weightZero];
        return parts.ofSums(parts.graph.node('MatMulInteger', inputs), MATRIX);
      }),
  ],
  QLinearMatMul: [
    MATRIX,
    (parts) =>
      parts.turned((x, weight) => {
        const { graph, step, zero, weightZero } = parts;
        const second = [weight, parts.weightStep(MATRIX), weightZero];
        const inputs = [parts.bytes(x), step, zero, ...second, step, zero];
        return parts.floats(graph.node('QLinearMatMul', inputs));
      }),
  ],
};

/** The pixels that a network makes of the picture, added as a model of its own. */
async function enlarged(id: string, network: (parts: Parts) => Value): Promise<Buffer> {
  const parts = new Parts();
  const { graph } = parts;
  const sizes = graph.float32('sizes', [4], [1, 1, SCALE, SCALE]);
  const large = graph.node('Resize', [network(parts), '' as Value, sizes], {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  });
  graph.output('enlarged', large, [1, CHANNELS, 'H', 'W']);
  const file = path.join(folder, `${id}.onnx`);
  writeFileSync(file, graph.toBytes('theirs'));
  const added = await cli('models', 'add', file, '--yes');
  assert.equal(added.status, 0, added.stderr);
  const output = path.join(folder, `${id}.png`);
  const made = await cli(picture, '-m', id, '-s', String(SCALE), '-o', output);
  assert.equal(made.status, 0, made.stderr);
  return (await pixelsOf(output)).data;
}

const wanted = new Map<number, Promise<Buffer>>();

for (const [form, [products, network]] of Object.entries(FORMS))
  test(`an added model in 8 bits makes what it makes in floats, on any processor: ${form}`, async () => {
    const known = wanted.get(products) ?? enlarged(`floats-${products}`, IN_FLOATS[products]!);
    wanted.set(products, known);
    const id = form.split(' ')[1] ?? form;
    const worst = largestDifference(await enlarged(id.toLowerCase(), network), await known);
    assert.ok(worst <= 2, `${worst} levels off`);
  });
