import type { Device } from '../../shared/settings';
import { damaged } from '../checkpoint/damaged';
import { unetTensors } from '../graph/sd21/adapterFiles';
import type { Int8Weights } from '../graph/sd21/int8Products';
import type { AttentionKind } from '../graph/sd21/layers';
import { tinyShape, type TinyShape } from '../graph/sd21/tinyBlock';
import { buildTinyDecoder } from '../graph/sd21/tinyDecoder';
import { buildTinyEncoder, hasTinyEncoder } from '../graph/sd21/tinyEncoder';
import { buildUNet } from '../graph/sd21/unet';
import { buildVae, type VaePart } from '../graph/sd21/vae';
import { Weights, type ComputeType } from '../graph/sd21/weights';
import type { ConvolutionKind } from '../graph/sd21/winogradConv';
import { openNetwork, type MemoryPlan, type Network } from '../runtime/network';
import type { PisaCheckpoint } from './pisaCheckpoint';
import { phrase } from '../../shared/phrase';

export type NetworkName =
  | 'unet'
  | 'draft'
  | 'draft.measured'
  | 'draftEncoder'
  | `${VaePart}.${'measure' | 'given'}`;

/** Fewer channels cost less as they are than in transforms. */
const LEAST_FILTERED_CHANNELS = 128;

/** The tiny decoder's layers of fewer channels are no faster in 8 bits. */
const LEAST_CHANNELS_IN_8_BITS = 32;

/**
 * How much further than measured values may go in 8 bits: dials beyond those that were measured have
 * stronger results.
 */
const ROOM = 1.15;

/** How the networks' layers are written. */
export type NetworkForms = {
  /** ONNX Runtime's fused attention is right on the CPU only: see `plainAttention`. */
  readonly attention?: AttentionKind | undefined;
  readonly convolutions?: ConvolutionKind | undefined;
  /** The UNet's weights in 8 bits, where it is computed in them. */
  readonly int8?: Int8Weights | undefined;
};

/** Minimal filtering pays on the CPU, in floats that leave it room to round. */
function convolutionsFor(
  { unetConfig, vaeConfig }: PisaCheckpoint,
  device: Device,
  type: ComputeType,
): ConvolutionKind {
  const channels = [...unetConfig.blockOutChannels, ...vaeConfig.blockOutChannels];
  const isWide = Math.min(...channels) >= LEAST_FILTERED_CHANNELS;
  return device === 'cpu' && type === 'float32' && isWide ? 'winograd' : 'direct';
}

/**
 * A diffusion model's networks on one device in one precision. Each is built and opened when it is first
 * needed.
 */
export class PisaNetworks {
  private readonly open = new Map<NetworkName, Promise<Network>>();
  private readonly attention: AttentionKind;
  private readonly convolutions: ConvolutionKind;
  private readonly int8: Int8Weights | undefined;
  private eightBits: { ranges: Float32Array; network: Promise<Network> } | undefined;

  /** Whether drafts of a dial that moves are decoded in 8 bits; undefined before that was tried. */
  draftsIn8Bits: boolean | undefined;

  constructor(
    readonly checkpoint: PisaCheckpoint,
    readonly device: Device,
    readonly type: ComputeType,
    {
      attention = device === 'cpu' ? 'fused' : 'plain',
      convolutions = convolutionsFor(checkpoint, device, type),
      int8,
    }: NetworkForms = {},
  ) {
    this.attention = attention;
    this.convolutions = convolutions;
    this.int8 = int8;
  }

  get(name: NetworkName): Promise<Network> {
    const known = this.open.get(name);
    if (known) return known;
    const opening = this.build(name).catch((error: unknown) => {
      this.open.delete(name);
      throw error;
    });
    this.open.set(name, opening);
    return opening;
  }

  /** Whether drafts in 8 bits are worth a try. */
  get mayDraftIn8Bits(): boolean {
    const { draft, vaeConfig } = this.checkpoint;
    return (
      this.device === 'cpu' &&
      this.type === 'float32' &&
      draft !== undefined &&
      tinyShape(draft, vaeConfig.latentChannels).channels >= LEAST_CHANNELS_IN_8_BITS
    );
  }

  /** The tiny decoder in 8 bits for `PisaPicture.draftRanges`; the one for others is closed. */
  async draftIn8Bits(ranges: Float32Array): Promise<Network> {
    if (this.eightBits?.ranges === ranges) return this.eightBits.network;
    await this.closeEightBits();
    const room = ranges.map((range) => range * ROOM);
    const network = this.openGraph(
      this.buildTiny((weights, shape) =>
        buildTinyDecoder(weights, { ...shape, form: { ranges: room } }),
      ),
      'fastConvolutions',
    );
    this.eightBits = { ranges, network };
    return network;
  }

  private async closeEightBits(): Promise<void> {
    const before = this.eightBits;
    this.eightBits = undefined;
    await (await before?.network.catch(() => undefined))?.release();
  }

  /** Closes networks whose work is done, to make room. */
  async release(...names: readonly NetworkName[]): Promise<void> {
    for (const name of names) {
      const network = await this.open.get(name)?.catch(() => undefined);
      this.open.delete(name);
      await network?.release();
    }
  }

  async releaseAll(): Promise<void> {
    await this.release(...this.open.keys());
    await this.closeEightBits();
  }

  /**
   * Whether drafts of large pictures can be encoded by the tiny encoder, too. A model whose LoRAs change
   * the VAE's encoder was trained on what that yields.
   */
  get encodesDrafts(): boolean {
    const { draft, adapters } = this.checkpoint;
    return draft !== undefined && hasTinyEncoder(draft) && adapters.vaeEncoder === undefined;
  }

  private async build(name: NetworkName): Promise<Network> {
    return this.openGraph(this.graphOf(name), this.planOf(name));
  }

  private planOf(name: NetworkName): MemoryPlan {
    if (name !== 'unet') return 'fastConvolutions';
    return this.int8 ? 'mappedIntegers' : 'mappedWeights';
  }

  private openGraph(onnx: Uint8Array, plan: MemoryPlan): Promise<Network> {
    const { folder: weightsFolder } = this.checkpoint;
    return openNetwork({ onnx, weightsFolder, device: this.device, plan });
  }

  private graphOf(name: NetworkName): Uint8Array {
    if (name === 'unet') return this.buildUNet();
    if (name === 'draft') return this.buildTiny(buildTinyDecoder);
    if (name === 'draft.measured')
      return this.buildTiny((weights, shape) =>
        buildTinyDecoder(weights, { ...shape, form: 'measured' }),
      );
    if (name === 'draftEncoder') return this.buildTiny(buildTinyEncoder);
    return this.buildVae(...(name.split('.') as [VaePart, 'measure' | 'given']));
  }

  private buildVae(part: VaePart, statistics: 'measure' | 'given'): Uint8Array {
    const { folder, vaeConfig, vae, adapters } = this.checkpoint;
    const encoderLoras = adapters.vaeEncoder;
    const weights = new Weights(new Map([...vae, ...(encoderLoras?.tensors ?? [])]), folder);
    const { onnx } = buildVae(part, {
      config: vaeConfig,
      weights,
      type: this.type,
      statistics,
      attention: this.attention,
      convolutions: this.convolutions,
      encoderLoras,
    });
    refuseProblems(weights);
    return onnx;
  }

  private buildUNet(): Uint8Array {
    const { folder, unetConfig, unet, adapters, method, context } = this.checkpoint;
    const weights = new Weights(unetTensors(unet, adapters), folder);
    const { onnx } = buildUNet({
      config: unetConfig,
      weights,
      loras: adapters.unet,
      timestep: method.timestep,
      context,
      type: this.type,
      attention: this.attention,
      convolutions: this.convolutions,
      int8: this.int8,
    });
    refuseProblems(weights);
    return onnx;
  }

  private buildTiny(
    build: (weights: Weights, shape: TinyShape & { type: ComputeType }) => Uint8Array,
  ): Uint8Array {
    const { folder, vaeConfig, draft } = this.checkpoint;
    if (!draft) throw new Error('The tiny decoder is not installed.');
    const weights = new Weights(draft, folder);
    const shape = tinyShape(draft, vaeConfig.latentChannels);
    const onnx = build(weights, { ...shape, type: this.type });
    refuseProblems(weights);
    return onnx;
  }
}

function refuseProblems({ problems }: Weights): void {
  const [first] = problems;
  if (first !== undefined)
    throw damaged(
      'the checkpoint',
      problems.length === 1 ? first : phrase`${first}, and ${problems.length - 1} more`,
    );
}
