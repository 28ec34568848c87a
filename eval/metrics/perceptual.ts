import { openNetwork, type Floats, type Network } from '../../src/engine/runtime/network';
import { mirroredIndices, tileInput } from '../../src/engine/upscale/tileInput';
import { LAYERS, type StLpips } from '../models/stLpips';
import { CACHE } from '../paths';
import { requireSameSize, type Picture } from '../picture';

/**
 * What the network sees in a picture; kept for a reference that many pictures are compared with.
 */
export type Features = {
  readonly picture: Picture;
  readonly layers: { readonly [name: string]: Floats };
};

/**
 * The perceptual distance ST-LPIPS: 0 for equal pictures, smaller is closer. See models/stLpips.
 */
export class PerceptualDistance {
  private constructor(
    private readonly toFeatures: Network,
    private readonly toDistance: Network,
  ) {}

  static async open({ features, distance }: StLpips): Promise<PerceptualDistance> {
    const open = (onnx: Uint8Array): Promise<Network> =>
      openNetwork({ onnx, weightsFolder: CACHE, device: 'cpu', plan: 'fastConvolutions' });
    return new PerceptualDistance(await open(features), await open(distance));
  }

  async features(picture: Picture): Promise<Features> {
    const outputs = await this.toFeatures.run({ image: inputOf(picture) });
    const layers = Array.from({ length: LAYERS }, (_, layer): [string, Floats] => {
      const floats = outputs[`features${layer}`];
      if (!floats) throw new Error(`The network has no features ${layer}.`);
      return [`reference${layer}`, floats];
    });
    return { picture, layers: Object.fromEntries(layers) };
  }

  async distance(reference: Features, picture: Picture): Promise<number> {
    requireSameSize(reference.picture, picture);
    const { distance } = await this.toDistance.run({
      image: inputOf(picture),
      ...reference.layers,
    });
    const value = distance?.data[0];
    if (value === undefined) throw new Error('The network has no distance.');
    return value;
  }

  async release(): Promise<void> {
    await this.toFeatures.release();
    await this.toDistance.release();
  }
}

function inputOf({ data, width, height }: Picture): Floats {
  return {
    data: tileInput(
      data,
      width,
      mirroredIndices(0, width, width),
      mirroredIndices(0, height, height),
    ),
    dims: [1, 3, height, width],
  };
}
