import type { Device } from '../../shared/settings';
import { allFinite } from './finite';
import { loadOnnxRuntime, type Ort } from './onnxRuntime';
import { sessionOptions } from './session';
import { phrase, WordedError } from '../../shared/phrase';

/** A dense float32 tensor, row-major. */
export type Floats = { readonly data: Float32Array; readonly dims: readonly number[] };
/** A vector of whole numbers, as ONNX wants sizes and positions. */
export type Wholes = { readonly wholes: readonly number[] };

/** How a session should trade memory for speed; each was measured, see docs/benchmarks.md. */
export type MemoryPlan =
  /** Weights stay where they are, mapped from their file: for networks with gigabytes of them. */
  | 'mappedWeights'
  /** The same of networks in 8 bits, with memory taken once for a whole run. */
  | 'mappedIntegers'
  /**
   * ONNX Runtime may lay out weights anew, which makes convolutions twice as fast, and takes memory
   * once for a whole run instead of for each layer anew: for networks with large pictures.
   */
  | 'fastConvolutions'
  /** As few steps as possible between loading and the single run. */
  | 'once';

export type NetworkOptions = {
  readonly onnx: Uint8Array;
  /** Folder that the graph's external weights are relative to. */
  readonly weightsFolder: string;
  readonly device: Device;
  readonly plan: MemoryPlan;
};

/** A graph that is open on one device. */
export type Network = {
  readonly device: Device;
  /** Runs the graph; rejects when the device fails or an output holds NaN or infinity. */
  run(inputs: {
    readonly [name: string]: Floats | Wholes;
  }): Promise<{ readonly [name: string]: Floats }>;
  release(): Promise<void>;
};

const OPTIMIZATION = {
  mappedWeights: 'extended',
  mappedIntegers: 'extended',
  fastConvolutions: 'all',
  once: 'disabled',
} as const satisfies Record<
  MemoryPlan,
  Ort.InferenceSession.SessionOptions['graphOptimizationLevel']
>;

/** Prepacking copies weights into anonymous memory. */
const KEEPS_WEIGHTS: ReadonlySet<MemoryPlan> = new Set(['mappedWeights', 'mappedIntegers', 'once']);

const KEEPS_ARENA: ReadonlySet<MemoryPlan> = new Set(['mappedIntegers', 'fastConvolutions']);

/** Opens a graph that was built in memory and whose weights lie in checkpoint files. */
export async function openNetwork({
  onnx,
  weightsFolder,
  device,
  plan,
}: NetworkOptions): Promise<Network> {
  const ort = await loadOnnxRuntime();
  const onCpu = device === 'cpu';
  const session = await ort.InferenceSession.create(onnx, {
    ...sessionOptions(device, {
      model_external_initializers_file_folder_path: weightsFolder,
      ...(onCpu && KEEPS_WEIGHTS.has(plan) ? { disable_prepacking: '1' } : {}),
    }),
    graphOptimizationLevel: onCpu ? OPTIMIZATION[plan] : 'all',
    // An arena saves the first run a third of its time and keeps what it took until the session
    // closes. With a memory pattern on top it would keep more than twice as much.
    enableCpuMemArena: KEEPS_ARENA.has(plan),
    enableMemPattern: !KEEPS_ARENA.has(plan),
  });
  return {
    device,
    async run(inputs) {
      const feeds = Object.fromEntries(
        Object.entries(inputs).map(([name, value]) => [name, toOrt(ort, value)]),
      );
      const results = await session.run(feeds);
      return Object.fromEntries(
        session.outputNames.map((name) => [name, fromOrt(results[name], name)]),
      );
    },
    release: () => session.release(),
  };
}

function toOrt(ort: typeof Ort, value: Floats | Wholes): Ort.Tensor {
  if ('wholes' in value)
    return new ort.Tensor('int64', BigInt64Array.from(value.wholes.map(BigInt)), [
      value.wholes.length,
    ]);
  return new ort.Tensor('float32', value.data, value.dims);
}

function fromOrt(value: Ort.OnnxValue | undefined, name: string): Floats {
  if (!value || !('data' in value) || !(value.data instanceof Float32Array))
    throw new WordedError(phrase`the output "${name}" is not float32`);
  if (!allFinite(value.data))
    throw new NotFiniteError(phrase`the output "${name}" holds NaN or infinite values`);
  return { data: value.data, dims: value.dims };
}

/** A network yielded NaN or infinity, as float16 does when a value exceeds 65504. */
export class NotFiniteError extends WordedError {}
