import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { bicubicUpscale } from './bicubic';
import { GraphBuilder, type Value } from './graphBuilder';
import { prefix } from './mergeGraphs';
import { ModelProtoSchema } from './proto/onnx_pb';
import { phrase, WordedError } from '../../shared/phrase';

/** How a graph takes pictures and gives them back; channels are 1, 3 or 4. */
export type OnnxPictures = {
  readonly input: string;
  readonly output: string;
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly type: 'float32' | 'float16';
  /** What white is. */
  readonly range: number;
};

/** BT.601. */
const LUMA = [0.299, 0.587, 0.114];
const FLOAT = 1;
const FLOAT16 = 10;
const INNER = 'net/';

/**
 * Somebody's graph in the form of this project's models: `image` [1,3,H,W] in [0,1] to `base`, the
 * bicubic enlargement, and `pixel`, what the graph's result, cut to [0,1], adds to it. Its own nodes
 * stay as they are; those around it are of operators that opsets 11 to 21 have alike.
 */
export function wrapOnnx(bytes: Uint8Array, pictures: OnnxPictures, scale: number): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes);
  const inner = model.graph;
  if (!inner) throw new WordedError(phrase`it holds no graph`);
  prefix(inner, INNER, '');
  const { before, after } = around(pictures, scale);
  const [head, tail] = [before.toGraph(), after.toGraph()];
  inner.node = [...head.node, ...inner.node, ...tail.node];
  inner.initializer.push(...head.initializer, ...tail.initializer);
  const stored = new Set(inner.initializer.map(({ name }) => name));
  // Older exports list weights among the inputs.
  inner.input = [...head.input, ...inner.input.filter(({ name }) => stored.has(name))];
  inner.output = tail.output;
  return toBinary(ModelProtoSchema, model);
}

function around(
  { input, output, inputChannels, outputChannels, type, range }: OnnxPictures,
  scale: number,
): { readonly before: GraphBuilder; readonly after: GraphBuilder } {
  const before = new GraphBuilder('before');
  const image = before.input('image', [1, 3, 'height', 'width']);
  let x = image;
  if (inputChannels === 1)
    x =
      outputChannels === 1
        ? before.node('Transpose', [x], { perm: [1, 0, 2, 3] }, { name: 'in.planes' })
        : before.node(
            'Conv',
            [x, before.float32('in.luma.weight', [1, 3, 1, 1], LUMA)],
            {
              kernel_shape: [1, 1],
            },
            { name: 'in.luma' },
          );
  if (inputChannels === 4) x = opaque(before, x);
  if (range !== 1)
    x = before.node('Mul', [x, before.float32('in.range', [], [range])], {}, { name: 'in.scaled' });
  if (type === 'float16') x = before.node('Cast', [x], { to: FLOAT16 }, { name: 'in.half' });
  before.node('Identity', [x], {}, { name: INNER + input });

  const after = new GraphBuilder('after');
  let y = (INNER + output) as Value;
  y = after.node('Cast', [y], { to: FLOAT }, { name: 'out.float' });
  if (range !== 1)
    y = after.node('Div', [y, after.float32('out.range', [], [range])], {}, { name: 'out.scaled' });
  if (outputChannels === 4)
    y = after.node(
      'Slice',
      [y, after.int64([0]), after.int64([3]), after.int64([1])],
      {},
      { name: 'out.rgb' },
    );
  if (outputChannels === 1)
    y =
      inputChannels === 1
        ? after.node('Transpose', [y], { perm: [1, 0, 2, 3] }, { name: 'out.planes' })
        : after.node('Concat', [y, y, y], { axis: 1 }, { name: 'out.grey' });
  const limits = [after.float32('out.black', [], [0]), after.float32('out.white', [], [1])];
  const clipped = after.node('Clip', [y, ...limits], {}, { name: 'out.clipped' });
  const base = scale === 1 ? image : bicubicUpscale(after, image, 3, scale, 'bicubic');
  const dims = [1, 3, 'outputHeight', 'outputWidth'];
  after.output('base', base, dims);
  after.output('pixel', after.node('Sub', [clipped, base], {}, { name: 'out.residual' }), dims);
  return { before, after };
}

/** A fourth channel of ones. */
function opaque(graph: GraphBuilder, x: Value): Value {
  const red = graph.node(
    'Slice',
    [x, graph.int64([0]), graph.int64([1]), graph.int64([1])],
    {},
    { name: 'in.one' },
  );
  const zero = graph.node(
    'Mul',
    [red, graph.float32('in.nothing', [], [0])],
    {},
    { name: 'in.zero' },
  );
  const ones = graph.node(
    'Add',
    [zero, graph.float32('in.opaque', [], [1])],
    {},
    { name: 'in.alpha' },
  );
  return graph.node('Concat', [x, ones], { axis: 1 }, { name: 'in.rgba' });
}
