import type { CodePoints } from './facts';

const SEQUENCE_HEADER = 1;
const SELECT = 2;
const WITHOUT_COLOURS: CodePoints = { primaries: 2, transfer: 2, isFullRange: true };

/**
 * The colours that the sequence header among these OBUs of AV1 names; undefined where there is no
 * whole one. (AV1 bitstream specification, 5.3 to 5.5.)
 */
export function sequenceColours(obus: Buffer): CodePoints | undefined {
  for (let at = 0; at < obus.length;) {
    const head = obus[at++] ?? 0;
    if ((head & 4) !== 0) at++;
    let size = obus.length - at;
    if ((head & 2) !== 0) {
      size = 0;
      for (let i = 0; i < 8; i++) {
        const byte = obus[at++] ?? 0;
        size += (byte & 0x7f) * 2 ** (7 * i);
        if (byte < 0x80) break;
      }
    }
    if (((head >> 3) & 15) === SEQUENCE_HEADER) {
      const bits = new Bits(obus.subarray(at, at + size));
      const colours = coloursOf(bits);
      return bits.isBeyond ? undefined : colours;
    }
    at += size;
  }
  return undefined;
}

function coloursOf(bits: Bits): CodePoints {
  const profile = bits.number(3);
  bits.skip(1);
  const isReduced = bits.flag();
  if (isReduced) bits.skip(5);
  else skipOperatingPoints(bits);
  const [width, height] = [bits.number(4) + 1, bits.number(4) + 1];
  bits.skip(width + height);
  if (!isReduced && bits.flag()) bits.skip(7);
  bits.skip(3);
  if (!isReduced) skipTools(bits);
  bits.skip(3);
  const isDeep = bits.flag();
  if (profile === 2 && isDeep) bits.skip(1);
  if (profile !== 1) bits.skip(1);
  if (!bits.flag()) return WITHOUT_COLOURS;
  // Whether the samples are full range is the decoder's business.
  return { primaries: bits.number(8), transfer: bits.number(8), isFullRange: true };
}

function skipOperatingPoints(bits: Bits): void {
  let delayBits = 0;
  if (bits.flag()) {
    bits.skip(64);
    if (bits.flag()) bits.skipVariable();
    if (bits.flag()) {
      delayBits = bits.number(5) + 1;
      bits.skip(42);
    }
  }
  const saysDelay = bits.flag();
  for (let points = bits.number(5) + 1; points > 0; points--) {
    bits.skip(12);
    if (bits.number(5) > 7) bits.skip(1);
    if (delayBits > 0 && bits.flag()) bits.skip(2 * delayBits + 1);
    if (saysDelay && bits.flag()) bits.skip(4);
  }
}

/** Of pictures that follow each other. */
function skipTools(bits: Bits): void {
  bits.skip(4);
  const hasOrder = bits.flag();
  if (hasOrder) bits.skip(2);
  const screenTools = bits.flag() ? SELECT : bits.number(1);
  if (screenTools > 0 && !bits.flag()) bits.skip(1);
  if (hasOrder) bits.skip(3);
}

/** Bits of a header, the highest of each byte first. */
class Bits {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  /** Whether more was read than there is. */
  get isBeyond(): boolean {
    return this.at > 8 * this.bytes.length;
  }

  number(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.at++)
      value = 2 * value + (((this.bytes[this.at >> 3] ?? 0) >> (7 - (this.at & 7))) & 1);
    return value;
  }

  flag = (): boolean => this.number(1) === 1;
  skip(count: number): void {
    this.at += count;
  }

  /** A number of as many bits as zeros stand before it (uvlc). */
  skipVariable(): void {
    let zeros = 0;
    while (!this.isBeyond && !this.flag()) zeros++;
    if (zeros < 32) this.skip(zeros);
  }
}
