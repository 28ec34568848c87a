import type { Tensors } from '../../checkpoint/checkpoint';
import type { GraphBuilder, Value } from '../graphBuilder';
import { convAttributes, type Adapters, type ConvShape, type Layers } from './layers';

/** ΔW = alpha / rank · B·A (Hu et al., 2021). */
export type LoraSize = { readonly rank: number; readonly alpha: number };

/**
 * A LoRA over many layers. Its authors sort layers into groups, each an adapter of peft's with a
 * name of its own; every layer belongs to one group.
 */
export type LoraBranch = LoraSize & { readonly adapters: readonly string[] };

/** The LoRAs of one network as a checkpoint holds them. Groups are the same for all branches. */
export type Loras = {
  readonly tensors: Tensors;
  readonly branches: readonly LoraBranch[];
  /** Whether the graph's input `GATE` switches each branch; else all of them count. */
  readonly gated: boolean;
};

/** Every convolution and linear layer is adapted but these, in all models of this family. */
const NEVER_ADAPTED = /(^|\.)(time_embedding\.linear_[12]|time_emb_proj)$/;

/**
 * The graph input [1, branches] that switches the branches; of PiSA-SR's, (1,0) yields ε_pix and
 * (1,1) ε_full. λ belongs to the outputs, not here.
 */
export const GATE = 'gate';

/**
 * All LoRAs as one low-rank branch beside each layer they adapt: `y + B·(g ⊙ (A·x))` with A and B
 * of all stacked and g the gates times alpha / rank. Weights stay unmerged: they are read where they
 * lie, and every ε comes from one set of them.
 */
export class LoraAdapters implements Adapters {
  readonly adapted = new Set<string>();
  readonly unadapted = new Set<string>();
  private readonly rank: number;
  private gates: Value | undefined;

  constructor(private readonly loras: Loras) {
    this.rank = loras.branches.reduce((sum, { rank }) => sum + rank, 0);
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

  /** The adapters of a layer, one for each branch. */
  private namesFor(module: string): readonly string[] | undefined {
    const { branches, tensors } = this.loras;
    const groups = branches[0]?.adapters.length ?? 0;
    for (let group = 0; group < groups; group++) {
      const names = branches.map(({ adapters }) => adapters[group] ?? '');
      if (!names.some((name) => tensors.has(`${module}.lora_A.${name}.weight`))) continue;
      this.adapted.add(module);
      return names;
    }
    if (!NEVER_ADAPTED.test(module)) this.unadapted.add(module);
    return undefined;
  }

  private stack(
    layers: Layers,
    names: readonly string[],
    matrix: 'A' | 'B',
    shape: (rank: number) => number[],
    axis: number,
    module: string,
  ): Value {
    const parts = this.loras.branches.map(({ rank }, i) =>
      layers.weight(`${module}.lora_${matrix}.${names[i] ?? ''}.weight`, shape(rank)),
    );
    const [only] = parts;
    if (only && parts.length === 1) return only;
    return layers.graph.node('Concat', parts, { axis }, { name: `${module}.lora_${matrix}` });
  }

  /** [1, rank of all]: each branch's gate times its alpha / rank. */
  private gate(layers: Layers): Value {
    this.gates ??= this.makeGates(layers, layers.graph);
    return this.gates;
  }

  private makeGates(layers: Layers, graph: GraphBuilder): Value {
    const { branches, gated } = this.loras;
    const rows = gated ? branches.length : 1;
    const spread = new Float32Array(rows * this.rank);
    let column = 0;
    branches.forEach(({ rank, alpha }, i) => {
      const from = (gated ? i * this.rank : 0) + column;
      spread.fill(alpha / rank, from, from + rank);
      column += rank;
    });
    const scales = graph.float32('lora/Spread', [rows, this.rank], spread);
    const gates = gated
      ? graph.node('MatMul', [graph.input(GATE, [1, rows]), scales], {}, { name: 'lora/Gates' })
      : scales;
    return layers.type === 'float32' ? gates : layers.cast(gates, layers.type, 'lora/Gates/Cast');
  }
}
