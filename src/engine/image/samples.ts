/** Bits of a sample. */
export type Depth = 8 | 16;

/** Interleaved samples, as a file of that depth holds them. */
export type Samples = Uint8Array | Uint16Array;

/** The largest value of a sample. */
export const maximumOf = (depth: Depth): number => (depth === 16 ? 65_535 : 255);

export const newSamples = (depth: Depth, length: number): Samples =>
  depth === 16 ? new Uint16Array(length) : new Uint8Array(length);

/** Samples of which each is rounded and clamped as it is set by `put`. */
export type ClampedSamples = Uint8ClampedArray | Uint16Array;

export const newClamped = (depth: Depth, length: number): ClampedSamples =>
  depth === 16 ? new Uint16Array(length) : new Uint8ClampedArray(length);

/** A value in [0,65535] as a 16-bit sample; 8-bit arrays clamp and round by themselves. */
export const clamped16 = (value: number): number =>
  value <= 0 ? 0 : value >= 65_535 ? 65_535 : Math.round(value);

/** The same memory, as what is written to a file. */
export const plain = (samples: ClampedSamples): Samples =>
  samples instanceof Uint16Array
    ? samples
    : new Uint8Array(samples.buffer, samples.byteOffset, samples.length);
