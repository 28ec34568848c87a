const MOST_CODES = 4096;
const MOST_BITS = 12;

/**
 * Counts the pixels that GIF's compressed data stands for, without making them. What comes behind
 * the end code or a code that can't be stands for none. (GIF89a, appendix F.)
 */
export class LzwPixels {
  /** How many pixels the data so far stands for. */
  pixels = 0;
  /** The highest number of a color among them. */
  highest = 0;
  private readonly lengths = new Uint32Array(MOST_CODES);
  private readonly clear: number;
  private hasEnded: boolean;
  private next = 0;
  private bits = 0;
  private previous = -1;
  private held = 0;
  private heldBits = 0;

  /** `minimum`: the byte before the data, how many bits a pixel has. */
  constructor(minimum: number) {
    this.clear = 2 ** Math.min(minimum, MOST_BITS);
    this.hasEnded = minimum < 1 || minimum >= MOST_BITS;
    this.lengths.fill(1, 0, this.clear);
    this.restart();
  }

  /** Takes the bytes that follow. */
  feed(bytes: Uint8Array): void {
    if (this.hasEnded) return;
    for (const byte of bytes) {
      this.held |= byte << this.heldBits;
      this.heldBits += 8;
      while (this.heldBits >= this.bits) {
        const code = this.held & ((1 << this.bits) - 1);
        this.held >>>= this.bits;
        this.heldBits -= this.bits;
        if (!this.take(code)) {
          this.hasEnded = true;
          return;
        }
      }
    }
  }

  private restart(): void {
    this.next = this.clear + 2;
    this.bits = Math.log2(this.clear) + 1;
    this.previous = -1;
  }

  /** Whether codes may follow. */
  private take(code: number): boolean {
    if (code === this.clear) {
      this.restart();
      return true;
    }
    const { next, previous, lengths } = this;
    const isKnown = code < this.clear || (code > this.clear + 1 && code < next);
    if (!isKnown && (code !== next || previous < 0)) return false;
    const before = previous < 0 ? 0 : (lengths[previous] ?? 0);
    if (previous >= 0 && next < MOST_CODES) {
      lengths[next] = before + 1;
      this.next++;
      if (this.next === 2 ** this.bits && this.bits < MOST_BITS) this.bits++;
    }
    if (code < this.clear && code > this.highest) this.highest = code;
    this.pixels += lengths[code] ?? 0;
    this.previous = code;
    return true;
  }
}
