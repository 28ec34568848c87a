import path from 'node:path';
import {
  DTYPES,
  elementsOf,
  storedShape,
  type TensorInfo,
  type Tensors,
} from '../../checkpoint/checkpoint';
import type { GraphBuilder, Value } from '../graphBuilder';
import { phrase, type Phrase } from '../../../shared/phrase';

/** What networks compute in. */
export type ComputeType = 'float32' | 'float16';

/**
 * The tensors of a checkpoint as initializers of a graph. Every tensor that is missing or has
 * another shape is noted in `problems`, so that one build tells all that is wrong with a
 * checkpoint; the graph is of use only when there are none.
 */
export class Weights {
  readonly problems: Phrase[] = [];
  private readonly used = new Map<string, Value>();

  /**
   * `root` is the folder that holds the checkpoint's files, which the graph refers to by relative
   * paths.
   */
  constructor(
    private readonly tensors: Tensors,
    private readonly root: string,
  ) {}

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  /**
   * The tensor `name` as a value of type `type`, stored type or cast. Shapes must agree but for
   * dimensions of 1: older files keep linear layers as 1×1 convolutions.
   */
  value(graph: GraphBuilder, name: string, shape: readonly number[], type: ComputeType): Value {
    const key = `${name}|${type}`;
    const known = this.used.get(key);
    if (known) return known;
    const tensor = this.checked(name, shape);
    const element = tensor ? DTYPES[tensor.dtype].element : type;
    const storedKey = `${name}|${element}`;
    const stored = this.used.get(storedKey) ?? this.initializer(graph, name, shape, tensor, type);
    this.used.set(storedKey, stored);
    const value =
      element === type
        ? stored
        : graph.node('Cast', [stored], { to: ONNX_TYPE[type] }, { name: `${name}/${type}` });
    this.used.set(key, value);
    return value;
  }

  private initializer(
    graph: GraphBuilder,
    name: string,
    shape: readonly number[],
    tensor: TensorInfo | undefined,
    type: ComputeType,
  ): Value {
    if (!tensor)
      return graph.external(name, type, shape, {
        location: 'missing',
        offset: 0,
        length: elementsOf(shape) * (type === 'float32' ? 4 : 2),
      });
    const location = path.relative(this.root, tensor.file).split(path.sep).join('/');
    const place = { location, offset: tensor.offset, length: tensor.length };
    const { element } = DTYPES[tensor.dtype];
    const { order } = tensor;
    if (!order) return graph.external(name, element, shape, place);
    // ONNX Runtime folds what follows when the session is opened.
    const stored = graph.external(`${name}/stored`, element, storedShape(tensor), place);
    const turned = graph.node(
      'Transpose',
      [stored],
      { perm: order.map((_, axis) => order.indexOf(axis)) },
      { name: `${name}/turned` },
    );
    return graph.node('Reshape', [turned, graph.int64(shape)], {}, { name });
  }

  private checked(name: string, shape: readonly number[]): TensorInfo | undefined {
    const tensor = this.tensors.get(name);
    if (!tensor) {
      this.problems.push(phrase`${name} [${shape.join(', ')}] is missing`);
      return undefined;
    }
    if (significant(tensor.shape) !== significant(shape)) {
      this.problems.push(
        phrase`${name} has the shape [${tensor.shape.join(', ')}] where [${shape.join(', ')}] is needed`,
      );
      return undefined;
    }
    if (tensor.dtype === 'I64') {
      this.problems.push(phrase`${name} holds whole numbers where weights are needed`);
      return undefined;
    }
    return tensor;
  }
}

const significant = (shape: readonly number[]): string =>
  shape.filter((dim) => dim !== 1).join('×');

/** `TensorProto.DataType`, as the attribute `to` of Cast wants it. */
export const ONNX_TYPE: Record<ComputeType, number> = { float32: 1, float16: 10 };
