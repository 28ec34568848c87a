import type { TensorInfo, Tensors } from '../../checkpoint/checkpoint';
import { isDict, isTensor, type CheckpointDict } from '../../checkpoint/torchValues';
import type { GraphBuilder, Value } from '../graphBuilder';
import { convAttributes, type Adapters, type ConvShape, type Layers } from './layers';

/** PiSA-SR's two LoRAs, as `pisa_sr.pkl` holds them. */
export type PisaLoras = {
  readonly tensors: Tensors;
  readonly pixel: LoraSize;
  readonly semantic: LoraSize;
};
/** ΔW = alpha / rank · B·A (Hu et al., 2021). */
export type LoraSize = { readonly rank: number; readonly alpha: number };

/** PiSA-SR leaves peft's default, which its checkpoint does not record. */
const DEFAULT_ALPHA = 8;
const LARGEST_RANK = 1024;
/** The suffixes of the branches in the checkpoint. */
const BRANCHES = ['pix', 'sem'] as const;
/** PiSA-SR sorts its modules into three adapters a branch. */
const GROUPS = ['encoder', 'decoder', 'others'] as const;

/** Takes the LoRAs out of a loaded `pisa_sr.pkl`. Throws an Error that says what is missing. */
export function readPisaLoras(checkpoint: CheckpointDict): PisaLoras {
  const state = checkpoint.get('state_dict_unet');
  if (!isDict(state)) throw new Error('it lacks "state_dict_unet", so it is no PiSA-SR checkpoint');
  const tensors = new Map<string, TensorInfo>();
  for (const [name, value] of state) if (isTensor(value)) tensors.set(name, { name, ...value });
  const size = (branch: string): LoraSize => {
    const rank = checkpoint.get(`lora_rank_unet_${branch}`);
    const alpha = checkpoint.get(`lora_alpha_unet_${branch}`) ?? DEFAULT_ALPHA;
    if (typeof rank !== 'number' || !Number.isInteger(rank) || rank < 1 || rank > LARGEST_RANK)
      throw new Error(`"lora_rank_unet_${branch}" is missing or no rank`);
    if (typeof alpha !== 'number' || !(alpha > 0))
      throw new Error(`"lora_alpha_unet_${branch}" is no number above 0`);
    return { rank, alpha };
  };
  return { tensors, pixel: size('pix'), semantic: size('sem') };
}

/** PiSA-SR adapts every convolution and linear layer but these. */
const NEVER_ADAPTED = /(^|\.)(time_embedding\.linear_[12]|time_emb_proj)$/;

/**
 * The graph input [1,2] that switches the branches: (1,0) yields ε_pix, (1,1) ε_full. λ belongs to
 * the outputs, not here.
 */
export const GATE = 'gate';

/**
 * Both LoRAs as one low-rank branch beside each layer they adapt: `y + B·(g ⊙ (A·x))` with A and B
 * of both stacked and g the gates times alpha / rank. Weights stay unmerged, so both ε come from
 * one set of weights.
 */
export class GatedLoras implements Adapters {
  readonly adapted = new Set<string>();
  readonly unadapted = new Set<string>();
  private readonly rank: number;
  private gates: Value | undefined;

  constructor(private readonly loras: PisaLoras) {
    this.rank = loras.pixel.rank + loras.semantic.rank;
  }

  conv(layers: Layers, x: Value, y: Value, module: string, shape: ConvShape): Value {
    const { from, to, kernel } = shape;
    const names = this.namesFor(module);
    if (!names) return y;
    const { graph } = layers;
    const down = this.stack(layers, names, 'A', (rank) => [rank, from, kernel, kernel], 0, module);
    const up = this.stack(layers, names, 'B', (rank) => [to, rank, 1, 1], 1, module);
    const inner = graph.node('Conv', [x, down], convAttributes(shape), {
      name: `${module}.lora_A/Conv`,
    });
    const gated = graph.node(
      'Mul',
      [inner, layers.reshape(this.gate(layers), [1, this.rank, 1, 1], `${module}.lora/Gate`)],
      {},
      { name: `${module}.lora/Gated` },
    );
    return layers.add(
      y,
      graph.node('Conv', [gated, up], { kernel_shape: [1, 1] }, { name: `${module}.lora_B/Conv` }),
      `${module}.lora/Add`,
    );
  }

  linear(layers: Layers, x: Value, y: Value, module: string, from: number, to: number): Value {
    const names = this.namesFor(module);
    if (!names) return y;
    const { graph } = layers;
    const down = this.stack(layers, names, 'A', (rank) => [rank, from], 0, module);
    const up = this.stack(layers, names, 'B', (rank) => [to, rank], 1, module);
    const inner = graph.node('Gemm', [x, down], { transB: 1 }, { name: `${module}.lora_A/Gemm` });
    const gated = graph.node(
      'Mul',
      [inner, this.gate(layers)],
      {},
      { name: `${module}.lora/Gated` },
    );
    return graph.node('Gemm', [gated, up, y], { transB: 1 }, { name: `${module}.lora_B/Gemm` });
  }

  private namesFor(
    module: string,
  ): { readonly [branch in (typeof BRANCHES)[number]]: string } | undefined {
    for (const group of GROUPS) {
      if (
        !BRANCHES.some((branch) =>
          this.loras.tensors.has(`${module}.lora_A.default_${group}_${branch}.weight`),
        )
      )
        continue;
      this.adapted.add(module);
      return { pix: `default_${group}_pix`, sem: `default_${group}_sem` };
    }
    if (!NEVER_ADAPTED.test(module)) this.unadapted.add(module);
    return undefined;
  }

  private stack(
    layers: Layers,
    names: { pix: string; sem: string },
    matrix: 'A' | 'B',
    shape: (rank: number) => number[],
    axis: number,
    module: string,
  ): Value {
    const part = (branch: 'pix' | 'sem', { rank }: LoraSize): Value =>
      layers.weight(`${module}.lora_${matrix}.${names[branch]}.weight`, shape(rank));
    return layers.graph.node(
      'Concat',
      [part('pix', this.loras.pixel), part('sem', this.loras.semantic)],
      { axis },
      { name: `${module}.lora_${matrix}` },
    );
  }

  /** [1, rank of both]: each branch's gate times its alpha / rank. */
  private gate(layers: Layers): Value {
    this.gates ??= this.makeGates(layers, layers.graph);
    return this.gates;
  }

  private makeGates(layers: Layers, graph: GraphBuilder): Value {
    const { pixel, semantic } = this.loras;
    const spread = new Float32Array(2 * this.rank);
    spread.fill(pixel.alpha / pixel.rank, 0, pixel.rank);
    spread.fill(semantic.alpha / semantic.rank, this.rank + pixel.rank);
    const input = graph.input(GATE, [1, 2]);
    const gates = graph.node(
      'MatMul',
      [input, graph.float32('lora/Spread', [2, this.rank], spread)],
      {},
      { name: 'lora/Gates' },
    );
    return layers.type === 'float32' ? gates : layers.cast(gates, layers.type, 'lora/Gates/Cast');
  }
}
