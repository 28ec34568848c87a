import type { Size } from '../../shared/geometry';
import type { ServerContract } from '../models/community/serverContract';
import { inferLayers, type InferOptions, type Transport } from './oip/transport';

/** Values of a tile that are kept to know the model again. */
const SAMPLES = 512;

/** Spread over a layer; a prime step meets all columns and channels. */
export function sampleOf(layer: Float32Array): readonly number[] {
  const step = primeFrom(Math.max(1, Math.floor(layer.length / SAMPLES)));
  const sample: number[] = [];
  for (let i = 0; i < layer.length && sample.length < SAMPLES; i += step)
    sample.push(Number((layer[i] ?? 0).toPrecision(6)));
  return sample;
}

function primeFrom(start: number): number {
  const isPrime = (n: number): boolean => {
    for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
    return true;
  };
  let n = start;
  while (!isPrime(n)) n++;
  return n;
}

/**
 * What a model that only a server has makes of an image in [0,1]: the picture, or what it adds to the
 * base, as the contract says; in a range of 1.
 */
export async function askContract(
  transport: Transport,
  { name, version, input, output, type, range }: ServerContract,
  { image, width, height, scale }: Size & { readonly image: Float32Array; readonly scale: number },
  options: InferOptions,
): Promise<Float32Array> {
  const layers = await inferLayers(
    transport,
    { name, ...(version === undefined ? {} : { version }) },
    {
      input,
      image: range === 1 ? image : image.map((value) => value * range),
      width,
      height,
      outputs: [output],
      scale,
      datatype: type,
    },
    options,
  );
  const layer = layers.get(output) ?? new Float32Array();
  return range === 1 ? layer : layer.map((value) => value / range);
}

/** What a picture adds to its base; the picture is cut to [0,1], as it is on this machine. */
export function residual(picture: Float32Array, base: Float32Array): Float32Array {
  const result = new Float32Array(picture.length);
  for (let i = 0; i < result.length; i++)
    result[i] = Math.min(1, Math.max(0, picture[i] ?? 0)) - (base[i] ?? 0);
  return result;
}
