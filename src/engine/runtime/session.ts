import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Device } from '../../shared/settings';
import { pruneGraph } from '../graph/pruneGraph';
import { allFinite } from './finite';
import { loadOnnxRuntime, type Ort } from './onnxRuntime';
import { threadCount } from './threads';
import { phrase, WordedError } from '../../shared/phrase';

/**
 * A tile's layers, each planar RGB [3, scale·height, scale·width] as a flat array; one that was not
 * asked for is empty and counts as zero.
 */
export type TileLayers = {
  readonly base: Float32Array;
  readonly pixel: Float32Array;
  readonly semantic?: Float32Array;
};

/**
 * In a batch every picture has another shape, and what the arena keeps for each would pile up.
 * After so many changes it gives back what it does not need; each time would cost a third of the
 * speed.
 */
const CHANGES = 12;
/** Pixels of a tile up to which a second session is opened for alpha. */
const LARGEST_SECOND = 640 * 640;
const GIVE_BACK: Ort.InferenceSession.RunOptions = {
  extra: { memory: { enable_memory_arena_shrinkage: 'cpu:0' } },
};

/** A model opened on one device. Tiles of one fixed shape run through it one at a time. */
export type TileSession = {
  readonly device: Device;
  /** Seconds for one input pixel, as the last run measured it; undefined before the first. */
  readonly secondsPerPixel: number | undefined;
  /** Tiles that may be on their way at once; one unless given. */
  readonly inFlight?: number;
  /**
   * `image` is planar RGB in [0,1], [3,height,width]. Rejects when the device fails or yields NaN
   * or infinity. The signal ends a run that waits for another machine; one of this machine is not
   * interrupted.
   */
  run(
    image: Float32Array,
    width: number,
    height: number,
    signal?: AbortSignal,
  ): Promise<TileLayers>;
  /**
   * Like `run`, without the semantic branch, for planes that need the pixel branch alone. Missing
   * where `run` computes no more than that.
   */
  runPixel?(
    image: Float32Array,
    width: number,
    height: number,
    signal?: AbortSignal,
  ): Promise<TileLayers>;
  release(): Promise<void>;
};

/**
 * Options for a session on exactly one execution provider: a list of providers does not fall back
 * by itself. `entries`: more of ONNX Runtime's session configuration.
 */
export function sessionOptions(
  device: Device,
  entries: Readonly<Record<string, string>> = {},
): Ort.InferenceSession.SessionOptions {
  return {
    executionProviders: [device],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: threadCount(),
    logSeverityLevel: 3,
    // Threads that wait for the next run would do so at full speed, for as long as encoders and the
    // session for alpha need the processor.
    extra: {
      session: { force_spinning_stop: '1', ...entries },
      ...(device === 'webgpu' ? { optimization: WITHOUT_FUSED_LIMITS } : {}),
    },
  };
}

/**
 * ONNX Runtime 1.30 fuses a Clip into the convolution before it, and WebGPU's fused convolutions of
 * one shape then all take the limits of the first: wrong by as much as the limits differ. The probe
 * of a device has two such convolutions.
 */
const WITHOUT_FUSED_LIMITS = { disable_specified_optimizers: 'ConvActivationFusion' };

/**
 * Of graphs whose weights of 8 bits nobody has compared with floats, as of files that a person adds: those weights become
 * unsigned on processors that would add up their products in 16 bits (AVX2 without VNNI), which don't hold them. As slow as floats there, and right;
 * elsewhere it changes nothing.
 */
const RIGHT_SUMS = { x64quantprecision: '1' } as const;

/** A graph that is built when it is opened, over weights that lie in files below `folder`. */
export type BuiltGraph = { readonly onnx: Uint8Array; readonly folder: string };

/**
 * Where a graph comes from: the path of an `.onnx` file, or a function that builds it; `key` tells it
 * from others. `isCompared`: what this processor makes of its 8 bits is compared with floats before it is taken.
 */
export type GraphSource =
  | string
  | { readonly key: string; readonly isCompared?: boolean; build(): Promise<BuiltGraph> };

/** A graph and the folder of its weights, wherever it comes from. */
export const placedGraph = async (graph: GraphSource): Promise<BuiltGraph> =>
  typeof graph === 'string'
    ? { onnx: await readFile(graph), folder: path.dirname(graph) }
    : graph.build();

/** Tells graphs apart. */
export const graphKey = (graph: GraphSource): string =>
  typeof graph === 'string' ? graph : graph.key;

/**
 * Opens a graph on one device and checks that it keeps the contract of `TiledDescriptor`. Branches of the graph that are not among `branches` are not computed.
 */
export async function openTileSession(
  graph: GraphSource,
  device: Device,
  branches: readonly string[],
): Promise<TileSession> {
  const whole = await openBranches(graph, device, branches);
  if (!branches.includes('semantic')) return whole;
  // Opened when the first plane needs it.
  let pixel: Promise<TileSession> | undefined;
  return {
    device,
    get secondsPerPixel() {
      return whole.secondsPerPixel;
    },
    run: (image, width, height) => whole.run(image, width, height),
    async runPixel(image, width, height) {
      // A large tile would need as much memory again.
      if (width * height > LARGEST_SECOND) return whole.run(image, width, height);
      pixel ??= openBranches(graph, device, ['pixel']);
      return (await pixel).run(image, width, height);
    },
    async release() {
      await whole.release();
      await (await pixel?.catch(() => undefined))?.release();
    },
  };
}

/** The bicubic enlargement of a graph alone, on the CPU. */
export async function openBase(graph: GraphSource): Promise<{
  run(image: Float32Array, width: number, height: number): Promise<Float32Array>;
  release(): Promise<void>;
}> {
  const ort = await loadOnnxRuntime();
  const session = await create(ort, graph, 'cpu', ['base']);
  return {
    async run(image, width, height) {
      const input = new ort.Tensor('float32', image, [1, 3, height, width]);
      return floats(await session.run({ image: input }, ['base']), 'base');
    },
    release: () => session.release(),
  };
}

async function openBranches(
  graph: GraphSource,
  device: Device,
  branches: readonly string[],
): Promise<TileSession> {
  const ort = await loadOnnxRuntime();
  const outputs = ['base', ...branches];
  const session = await create(ort, graph, device, outputs);
  const missing = [
    ...(session.inputNames.includes('image') ? [] : ['image']),
    ...outputs.filter((name) => !session.outputNames.includes(name)),
  ];
  if (missing.length > 0) {
    await session.release();
    throw new WordedError(phrase`the graph lacks ${missing.map((name) => `"${name}"`).join(', ')}`);
  }
  let secondsPerPixel: number | undefined;
  let [shape, changes] = ['', 0];
  const isDue = (width: number, height: number): boolean => {
    const own = `${width}×${height}`;
    if (own === shape) return false;
    shape = own;
    return ++changes % CHANGES === 0;
  };
  return {
    device,
    get secondsPerPixel() {
      return secondsPerPixel;
    },
    async run(image, width, height) {
      const started = performance.now();
      const input = new ort.Tensor('float32', image, [1, 3, height, width]);
      const result = await session.run(
        { image: input },
        outputs,
        isDue(width, height) ? GIVE_BACK : {},
      );
      secondsPerPixel = (performance.now() - started) / 1000 / (width * height);
      const layers: TileLayers = {
        base: floats(result, 'base'),
        pixel: floats(result, 'pixel'),
        ...(branches.includes('semantic') ? { semantic: floats(result, 'semantic') } : {}),
      };
      for (const [name, layer] of Object.entries(layers)) {
        if (!allFinite(layer))
          throw new WordedError(phrase`the output "${name}" holds NaN or infinite values`);
      }
      return layers;
    },
    release: () => session.release(),
  };
}

/** Opens a session on what `outputs` need of a graph. */
async function create(
  ort: typeof Ort,
  graph: GraphSource,
  device: Device,
  outputs: readonly string[],
): Promise<Ort.InferenceSession> {
  if (typeof graph !== 'string') {
    const { onnx, folder } = await graph.build();
    return ort.InferenceSession.create(
      pruneGraph(onnx, outputs, true) ?? onnx,
      sessionOptions(device, {
        model_external_initializers_file_folder_path: folder,
        ...(graph.isCompared ? {} : RIGHT_SUMS),
      }),
    );
  }
  const options = sessionOptions(device, RIGHT_SUMS);
  const pruned = pruneGraph(await readFile(graph), outputs);
  return pruned
    ? ort.InferenceSession.create(pruned, options)
    : ort.InferenceSession.create(graph, options);
}

function floats(result: Ort.InferenceSession.OnnxValueMapType, name: string): Float32Array {
  const value = result[name];
  if (!value || !('data' in value) || !(value.data instanceof Float32Array))
    throw new WordedError(phrase`the output "${name}" is not float32`);
  return value.data;
}
