import type { Size } from '../../shared/geometry';
import { isOneOf } from '../../shared/oneOf';
import { SERVED_TYPES, type ServerContract } from '../models/community/serverContract';
import type { ModelMetadata, TensorMetadata } from './oip/metadata';
import { phrase, type Words } from '../../shared/phrase';

/** Of a picture: smaller ones would be mostly margin, and larger ones fit into no message. */
const LEAST_SIDE = 16;
const LARGEST_SIDE = 16_384;
const LARGEST_TILE = 2048 * 2048;

/** What metadata say of a model that may be an upscaler. */
export type Described = Pick<ServerContract, 'input' | 'output' | 'gives' | 'type'> & {
  /** The only size that it takes. */
  readonly tile?: Size;
  /** Unless only a trial tells it. */
  readonly scale?: number;
};

/**
 * How a model takes pictures by its metadata: one image [1,3,H,W] in and one out, or a network of this
 * program's kind, of which the first residual is used. Else why it can't be used, which completes "it …".
 */
export function contractOf({
  inputs,
  outputs,
}: ModelMetadata): Described | { readonly unfit: Words } {
  const [image, second] = inputs;
  if (!image || second)
    return { unfit: phrase`has ${inputs.length} inputs where one picture goes in` };
  const own = outputs.find(({ name }) => name === 'pixel');
  const isOwn = own !== undefined && outputs.some(({ name }) => name === 'base');
  const [first, further] = outputs;
  const result = isOwn ? own : further ? undefined : first;
  if (!result) return { unfit: phrase`has ${outputs.length} outputs where one picture comes out` };
  const { datatype } = image;
  if (!isOneOf(SERVED_TYPES, datatype) || result.datatype !== datatype)
    return {
      unfit: phrase`takes ${datatype} and gives ${result.datatype}, where both must be FP32 or FP16`,
    };
  for (const tensor of [image, result])
    if (!isPicture(tensor))
      return {
        unfit: phrase`has "${tensor.name}" as [${tensor.shape.join(',')}], no picture [1,3,H,W]`,
      };
  const [, , height = -1, width = -1] = image.shape;
  if (height < 0 !== width < 0)
    return { unfit: phrase`takes pictures of one height or one width only` };
  const [, , outHeight = -1, outWidth = -1] = result.shape;
  const isKnown = height > 0 && outHeight > 0 && outWidth > 0;
  if (height * width > LARGEST_TILE)
    return { unfit: phrase`takes pictures of ${width}×${height} only, too large for one message` };
  return {
    input: image.name,
    output: result.name,
    gives: isOwn ? 'residual' : 'picture',
    type: datatype,
    ...(height > 0 ? { tile: { width, height } } : {}),
    ...(isKnown && outWidth / width === outHeight / height ? { scale: outWidth / width } : {}),
  };
}

/** −1 is any size; a picture has three channels. */
const isPicture = ({ shape }: TensorMetadata): boolean => {
  const [batch = 0, channels = 0, ...sides] = shape;
  return (
    shape.length === 4 &&
    (batch === 1 || batch < 0) &&
    (channels === 3 || channels < 0) &&
    sides.every((side) => side < 0 || (side >= LEAST_SIDE && side <= LARGEST_SIDE))
  );
};
