import { elementsOf, type TensorInfo, type Tensors } from '../../checkpoint/checkpoint';
import type { Int8Weights } from '../../graph/sd21/int8Products';

/** A layer whose weights are brought to 8 bits, and where in the file they go. */
export type Int8Layer = {
  readonly module: string;
  /** Its weights in floats, [to, from, taps]. */
  readonly source: TensorInfo;
  readonly to: number;
  readonly from: number;
  readonly taps: number;
  /** First byte of the integers and of the steps. */
  readonly integersAt: number;
  readonly stepsAt: number;
};

export type Int8Layout = { readonly layers: readonly Int8Layer[]; readonly bytes: number };

/**
 * Layers that stay in floats: those at the network's ends, which are small and whose rounding would show
 * most; what depends on timestep and prompt alone, which is computed once when the session is opened; and
 * convolutions with a stride, which are few.
 */
const IN_FLOATS =
  /^(conv_in|conv_out|time_embedding\..*)$|\.time_emb_proj$|\.attn2\.to_[kv]$|\.downsamplers\./;

const WEIGHT = '.weight';
/** Of a product; norms and biases have one. */
const DIMENSIONS: ReadonlySet<number> = new Set([2, 4]);
/** So that every tensor may be mapped as it lies. */
const ALIGNMENT = 64;
const STEP_BYTES = 4;

/** Which of the UNet's layers are computed in 8 bits, and how their weights lie in a file of their own. */
export function int8Layout(unet: Tensors): Int8Layout {
  let bytes = 0;
  const place = (length: number): number => {
    const at = bytes;
    bytes = Math.ceil((at + length) / ALIGNMENT) * ALIGNMENT;
    return at;
  };
  const layers: Int8Layer[] = [];
  for (const [name, source] of unet) {
    const module = name.slice(0, -WEIGHT.length);
    const { shape, order, dtype } = source;
    if (!name.endsWith(WEIGHT) || IN_FLOATS.test(module) || !DIMENSIONS.has(shape.length)) continue;
    if (order || dtype === 'I64') continue;
    const [to = 0, from = 0] = shape;
    const taps = elementsOf(shape.slice(2));
    layers.push({
      module,
      source,
      to,
      from,
      taps,
      integersAt: place(elementsOf(shape)),
      stepsAt: place(STEP_BYTES * to),
    });
  }
  return { layers, bytes };
}

/** The weights as a graph refers to them; `location` is the file, relative to the model's folder. */
export const int8Weights = ({ layers }: Int8Layout, location: string): Int8Weights =>
  new Map(
    layers.map(({ module, source, to, integersAt, stepsAt }) => [
      module,
      {
        integers: { location, offset: integersAt, length: elementsOf(source.shape) },
        steps: { location, offset: stepsAt, length: STEP_BYTES * to },
      },
    ]),
  );
