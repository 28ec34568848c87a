import type { ComputeType } from '../graph/sd21/weights';
import type { Value } from '../graph/graphBuilder';
import type { Network } from './network';
import type { StateDict } from './stateDict';

/** What a state dict tells about its network. Sizes are in input pixels. */
export type NetworkDescription = {
  /** Output pixels for an input pixel, along each side; 1 for restorers. */
  readonly scale: number;
  /** Channels of the network's own input and output: 1 (grey), 3 (RGB) or 4 (RGBA). */
  readonly inputChannels: number;
  readonly outputChannels: number;
  /** Width and height of the input must be a multiple of this; from `minimum` on. */
  readonly multipleOf: number;
  readonly minimum: number;
  /**
   * Pixels around a tile that its result depends on. `exact`: no more than these. Else results
   * differ a little between tilings, and tiles are joined by feathering.
   */
  readonly halo: number;
  readonly exactHalo: boolean;
  /** Memory that a run takes for each input pixel, measured on the CPU. */
  readonly bytesPerPixel: number;
  /** Whether float16 keeps the picture right on a GPU. */
  readonly float16: boolean;
  /** What tells it from others of its family, in a few words. */
  readonly size: string;
};

/**
 * A family of networks that is recognised by the names and shapes of its weights. A new one is one
 * file with such an object, and one line in `list.ts`.
 */
export type Architecture = {
  readonly id: string;
  readonly name: string;
  /** Where the network is defined. */
  readonly source: string;
  /** Whether a state dict is of this family. No false negatives; order in the list decides ties. */
  recognises(dict: StateDict): boolean;
  /** Throws `UnsupportedNetwork` for a member of the family that can't be built. */
  describe(dict: StateDict): NetworkDescription;
  /**
   * How much longer each weight takes for an input pixel than one of a convolution that sees all of
   * them does; 1 unless given. For the speed that a list tells.
   */
  effort?(description: NetworkDescription): number;
  /**
   * The forward pass: `x` [N,inputChannels,H,W] in [0,1] to [N,outputChannels,scale·H,scale·W].
   * Values may leave [0,1].
   */
  build(net: Network, x: Value, dict: StateDict): Value;
};

export type { ComputeType };
