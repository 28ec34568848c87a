import type { PrecisionFinding } from '../../shared/engineProtocol';
import type { ProductsCompared } from './compareProducts';
import { numeral, phrase, type Words } from '../../shared/phrase';

/** How far apart the two forms of a model were, in levels of 255, and how long each run took. */
export type FormsCompared = {
  /** Of a single pixel's channel. */
  readonly largest: number;
  /** Root mean square. */
  readonly deviation: number;
  /** Milliseconds of each run. */
  readonly fp32: readonly number[];
  readonly int8: readonly number[];
};

/**
 * Trained for 8 bits, a network differs by a quarter of a level in root mean square. Processors whose
 * products of 8 bits don't fit into the 16 bits that they are added in are off by tens of levels.
 */
export const LARGEST_LEVELS = 12;
export const DEVIATION_LEVELS = 1;
/** 8 bits must take less than this share of the time of floats, so that the choice is no accident. */
export const FASTER_SHARE = 0.9;

/** What a processor should compute a model in, by what was measured there. */
export function precisionVerdict(model: string, compared: FormsCompared): PrecisionFinding<Words> {
  const { largest, deviation } = compared;
  const ratio = least(compared.int8) / least(compared.fp32);
  const agrees = largest <= LARGEST_LEVELS && deviation <= DEVIATION_LEVELS;
  const distance = phrase`${levels(largest)} of 255 levels at most, ${levels(deviation)} in root mean square`;
  const share = phrase`${Math.round(100 * ratio)}% of the time of 32-bit floats`;
  const common = { model, agrees, largest, deviation, ratio };
  if (!agrees)
    return {
      ...common,
      precision: 'fp32',
      reason: phrase`in 8 bits pixels are off by ${distance}; allowed are ${LARGEST_LEVELS} and ${DEVIATION_LEVELS}`,
    };
  if (!(ratio <= FASTER_SHARE))
    return {
      ...common,
      precision: 'fp32',
      reason: phrase`8 bits take ${share}, which gains nothing`,
    };
  return {
    ...common,
    precision: 'int8',
    reason: phrase`8 bits take ${share}; pixels differ by ${distance}`,
  };
}

/**
 * What is to be said of 8 bits for a diffusion model, by how products did. They are added up rightly or
 * not; how far a picture is off depends on the weights and on the picture, so `auto` takes floats.
 */
export function productsVerdict(
  model: string,
  { wrong, fp32, int8 }: ProductsCompared,
): PrecisionFinding<Words> {
  const ratio = least(int8) / least(fp32);
  const common = { model, precision: 'fp32', agrees: wrong === 0, ratio } as const;
  const reason =
    wrong === 0
      ? phrase`8 bits are taken only where int8 is asked for: pixels differ by some levels; products take ${Math.round(100 * ratio)}% of the time of 32-bit floats`
      : phrase`this processor adds up products of 8 bits wrongly`;
  return { ...common, reason };
}

/** The least: what else the machine does only adds to a time. */
const least = (times: readonly number[]): number => Math.min(...times);

const levels = (value: number): Words => (Number.isFinite(value) ? numeral(value, 2) : 'NaN');
