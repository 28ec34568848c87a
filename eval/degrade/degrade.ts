import { mapChannels, readPicture, sharpFrom, type Picture } from '../picture';
import { blurGaussian, resizeBicubic } from '../separable';
import { gaussian, seedFrom } from './random';

/** Reduction of the held-out pictures. */
export const FACTOR = 4;
/**
 * Raise it when what `degrade` yields changes: results of older versions are then computed anew.
 */
export const DEGRADE_VERSION = 1;

/** Standard deviation of the blur, in pixels of the large picture. */
const BLUR_SIGMA = 1.2;
/** Standard deviation of the noise, in 8-bit levels. */
const NOISE_SIGMA = 8;

export const SETS = ['clean', 'blur-jpeg', 'noise-jpeg'] as const;
/** A set of small pictures that the methods enlarge. */
export type SetName = (typeof SETS)[number];

export const SET_TITLES: Readonly<Record<SetName, string>> = {
  clean: 'Clean: bicubic ×¼',
  'blur-jpeg': 'Blur + JPEG: Gaussian σ 1.2, bicubic ×¼, JPEG quality 50',
  'noise-jpeg': 'Noise + JPEG: bicubic ×¼, Gaussian noise σ 8/255, JPEG quality 70',
};

/**
 * The small picture of a set, the same each time. `name` seeds the noise. The reduction is this
 * folder's own bicubic (antialiased, a = −0.5, Pillow's edges); JPEG is sharp's with its defaults:
 * libjpeg's tables, colour at half resolution (4:2:0).
 */
export async function degrade(picture: Picture, set: SetName, name: string): Promise<Picture> {
  if (picture.width % FACTOR !== 0 || picture.height % FACTOR !== 0)
    throw new Error(`The sides of ${name} are no multiples of ${FACTOR}.`);
  switch (set) {
    case 'clean':
      return reduce(picture);
    case 'blur-jpeg':
      return throughJpeg(reduce(picture, BLUR_SIGMA), 50);
    case 'noise-jpeg':
      return throughJpeg(addNoise(reduce(picture), NOISE_SIGMA, seedFrom(name)), 70);
  }
}

/** A picture at a quarter of its size, blurred before if `blur` is given. */
export function reduce(picture: Picture, blur = 0): Picture {
  return mapChannels(picture, (plane) =>
    resizeBicubic(
      blur > 0 ? blurGaussian(plane, blur) : plane,
      plane.width / FACTOR,
      plane.height / FACTOR,
    ),
  );
}

function addNoise(picture: Picture, sigma: number, seed: number): Picture {
  const next = gaussian(seed);
  return {
    ...picture,
    data: Uint8Array.from(Uint8ClampedArray.from(picture.data, (value) => value + sigma * next())),
  };
}

async function throughJpeg(picture: Picture, quality: number): Promise<Picture> {
  return readPicture(await sharpFrom(picture).jpeg({ quality }).toBuffer());
}
