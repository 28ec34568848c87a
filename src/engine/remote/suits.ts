import type { Size } from '../../shared/geometry';
import type { TiledDescriptor } from '../models/manifest';
import type { ServerContract } from '../models/community/serverContract';
import type { ModelMetadata, TensorMetadata } from './oip/metadata';
import type { DataType } from './oip/tensors';
import { phrase, type Words } from '../../shared/phrase';

/** What a server's model is like, when it can be the one that is meant. */
export type Suited = {
  /** The only size of a tile that it takes; undefined when it takes any. */
  readonly tile: Size | undefined;
};

/**
 * Whether a model as a server describes it can be the one of a manifest. The answer is what differs,
 * which completes "…: ", or how tiles must be.
 */
export function suits(
  { branches, scale }: Pick<TiledDescriptor, 'branches' | 'scale'>,
  { inputs, outputs }: ModelMetadata,
  datatype: DataType,
): Suited | { readonly differs: Words } {
  const [image, second] = inputs;
  if (image?.name !== 'image' || second)
    return { differs: phrase`its inputs are ${names(inputs)} instead of "image"` };
  const missing = branches.filter((name) => !outputs.some((output) => output.name === name));
  if (missing.length > 0)
    return {
      differs: phrase`its outputs are ${names(outputs)}, and "${missing.join('", "')}" is missing`,
    };
  const [, , height = -1, width = -1] = image.shape;
  for (const tensor of [image, ...outputs.filter(({ name }) => isOneOf(branches, name))]) {
    const { name, shape } = tensor;
    if (tensor.datatype !== datatype)
      return {
        differs: phrase`"${name}" is ${tensor.datatype} there, and ${datatype} is asked for`,
      };
    const factor = tensor === image ? 1 : scale;
    const wanted = [1, 3, factor * height, factor * width];
    const fits =
      shape.length === 4 &&
      shape.every((dim, i) => dim < 0 || dim === wanted[i] || (i > 1 && (wanted[i] ?? 0) < 0));
    if (!fits) return { differs: phrase`"${name}" has the shape [${shape.join(',')}] there` };
  }
  if (height < 0 !== width < 0)
    return { differs: phrase`it takes pictures of one height or one width only` };
  return { tile: height > 0 && width > 0 ? { width, height } : undefined };
}

const names = (tensors: readonly TensorMetadata[]): Words =>
  tensors.length === 0 ? phrase`none` : tensors.map(({ name }) => `"${name}"`).join(', ');

const isOneOf = (list: readonly string[], name: string): boolean => list.includes(name);

/** What differs between a model's metadata and how it was when it was added; completes "… ". */
export function contractSuits(
  { input, output, type }: Pick<ServerContract, 'input' | 'output' | 'type'>,
  tile: Size | undefined,
  { inputs, outputs }: ModelMetadata,
): Words | undefined {
  const [image, second] = inputs;
  const result = outputs.find(({ name }) => name === output);
  if (image?.name !== input || second || !result)
    return phrase`its inputs or outputs have other names`;
  if (image.datatype !== type || result.datatype !== type)
    return phrase`its numbers are of another type`;
  const [, , height = -1, width = -1] = image.shape;
  const same = tile ? height === tile.height && width === tile.width : height < 0 && width < 0;
  return same ? undefined : phrase`it takes pictures of another size: [${image.shape.join(',')}]`;
}
