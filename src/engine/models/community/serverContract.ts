import type { Size } from '../../../shared/geometry';
import { isOneOf } from '../../../shared/oneOf';
import { quoted } from '../../checkpoint/limits';
import { list, text, textIfAny, whole } from '../manifestFields';
import { phrase, WordedError } from '../../../shared/phrase';
import { type Json } from '../../../shared/json';

/** What comes out of a network on a server: the picture itself, or what it adds to the base. */
export const SERVED_RESULTS = ['picture', 'residual'] as const;
export const SERVED_TYPES = ['FP32', 'FP16'] as const;

/** How a model that only a server has takes pictures and gives them back; three channels both. */
export type ServerContract = {
  /** Its name there, and its version if the person named one. */
  readonly name: string;
  readonly version?: string;
  readonly input: string;
  readonly output: string;
  readonly gives: (typeof SERVED_RESULTS)[number];
  readonly type: (typeof SERVED_TYPES)[number];
  /** What white is: 1 or 255. */
  readonly range: number;
  /** What it makes of the tile of noise, every so many values; it must do so later, too. */
  readonly sample: readonly number[];
};

const MOST_SAMPLES = 4096;

/** Reads the field `served` of a manifest. Throws an error that names what is wrong. */
export function parseServerContract(json: Json): ServerContract {
  const gives = text(json, 'gives');
  const type = text(json, 'type');
  const version = textIfAny(json, 'version');
  const sample = list(json, 'sample');
  if (!isOneOf(SERVED_RESULTS, gives))
    throw new WordedError(phrase`"${quoted(gives)}" is not a known result`);
  if (!isOneOf(SERVED_TYPES, type))
    throw new WordedError(phrase`the type "${quoted(type)}" is not known`);
  if (sample.length === 0 || sample.length > MOST_SAMPLES || !sample.every(isNumber))
    throw new WordedError(phrase`"sample" must be a list of numbers`);
  return {
    name: text(json, 'name'),
    ...(version === undefined ? {} : { version }),
    input: text(json, 'input'),
    output: text(json, 'output'),
    gives,
    type,
    range: whole(json, 'range', 1),
    sample,
  };
}

const isNumber = (value: unknown): value is number => Number.isFinite(value);

/** What tells such a model apart, the same for everybody who added it. */
export type ServerIdentity = Omit<ServerContract, 'sample'> & {
  readonly scale: number;
  readonly tile?: Size;
  /** A hexadecimal digit for each of 64 values of the noise: too coarse for another order of sums. */
  readonly signature: string;
};

const DIGITS = 64;

/** One digit for each of 64 values spread over `sample`, whose values are about [0, 1]. */
export function signatureOf(sample: readonly number[]): string {
  const step = Math.max(1, Math.floor(sample.length / DIGITS));
  return sample
    .filter((_, i) => i % step === 0)
    .slice(0, DIGITS)
    .map((value) => Math.min(15, Math.max(0, Math.floor(value * 16))).toString(16))
    .join('');
}
