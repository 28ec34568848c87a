import type { Size } from '../../../shared/geometry';
import { wordsOf } from '../../../shared/rpc';
import { clause, phrase, WordedError, type Words } from '../../../shared/phrase';

const MULTIPLES = [1, 2, 4, 8, 16, 32, 64];
export const MOST_SCALE = 8;
const LEAST_SIDE = 32;
/** How far the result of an even grey may be from it, of a range of 1. */
export const GREY_TOLERANCE = 0.25;
export const GREY = 0.5;

/** What a network turned out to do. */
export type Sizes = {
  readonly scale: number;
  readonly multipleOf: number;
  readonly inputChannels: number;
  readonly outputChannels: number;
};

/** Runs the network on an even picture of so many channels; yields the result's dimensions. */
export type RunSize = (channels: number, size: Size) => Promise<readonly number[]>;

/** Two sizes that are multiples of `multiple` and of no larger power of two. */
export function sizesFor(multiple: number): readonly [Size, Size] {
  const times = Math.ceil(LEAST_SIDE / multiple);
  const side = multiple * (times % 2 === 0 ? times + 1 : times);
  return [
    { width: side, height: side },
    { width: side + 2 * multiple, height: side },
  ];
}

/**
 * Scale, channels and multiples of a network, by running it at several sizes, or at the `only` one
 * that it takes. Rejects when it does not run, or is no enlargement; with what `run` says when that
 * `isFinal`.
 */
export async function findSizes(
  { only, inputChannels }: { readonly only?: Size; readonly inputChannels: number | undefined },
  run: RunSize,
  isFinal: (error: unknown) => boolean = () => false,
): Promise<Sizes> {
  let failure: Words = '';
  const channels = inputChannels === undefined ? [3, 1, 4] : [inputChannels];
  for (const multipleOf of only ? [1] : MULTIPLES)
    for (const inputChannels of channels)
      try {
        const trials: Sizes[] = [];
        for (const size of only ? [only] : sizesFor(multipleOf)) {
          const dims = await run(inputChannels, size);
          trials.push({ multipleOf, inputChannels, ...enlargement(dims, size) });
        }
        const [first, second = first] = trials;
        if (!first || first.scale !== second?.scale)
          throw new WordedError(phrase`its results have no fixed scale`);
        return first;
      } catch (error) {
        if (isFinal(error)) throw error;
        failure = firstLine(wordsOf(error));
      }
  throw new WordedError(phrase`a trial with small pictures failed: ${failure}`);
}

function enlargement(
  dims: readonly number[],
  { width, height }: Size,
): Pick<Sizes, 'scale' | 'outputChannels'> {
  const [batch, outputChannels = 0, outHeight = 0, outWidth = 0] = dims;
  const scale = outWidth / width;
  if (
    dims.length !== 4 ||
    batch !== 1 ||
    ![1, 3, 4].includes(outputChannels) ||
    scale !== outHeight / height ||
    !Number.isInteger(scale) ||
    scale < 1 ||
    scale > MOST_SCALE
  )
    throw new WordedError(
      phrase`[1, 3, ${height}, ${width}] became [${dims.join(', ')}], which is not an enlargement by 1 to ${MOST_SCALE}`,
    );
  return { scale, outputChannels };
}

export const firstLine = (words: Words): Words =>
  clause(typeof words === 'string' ? (words.split('\n')[0] ?? '').slice(0, 200) : words);
