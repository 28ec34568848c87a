import type { FileView } from './fileView';
import { START_OF_SCAN, type Segment } from './jpegSegments';

/** Frames whose scans bring a part of each coefficient: with Huffman's codes, and arithmetic ones. */
const PROGRESSIVE = [0xc2, 0xca];
const SEQUENTIAL = [0xc0, 0xc1, 0xc9];
const COEFFICIENTS = 64;
/** No decoder takes more; a file may say 255, to keep who counts busy. */
const MOST_COMPONENTS = 4;

/**
 * What a JPEG's scans do not bring, which a decoder does not say: of a component anything, as when
 * colors are missing; or of the coefficients their last bits, so that the picture is coarse.
 */
export type Lacking = 'nothing' | 'components' | 'details';

/** Counts what the scans of a JPEG bring. (ITU-T T.81, B.2 and G.1.) */
export class JpegScans {
  /** Bits that each coefficient still lacks, by component; none has come at first. */
  private readonly bits = new Map<number, number[]>();
  private isProgressive = false;

  get lacking(): Lacking {
    const components = [...this.bits.values()];
    if (!components.every(([mean = 0]) => mean < Infinity)) return 'components';
    return components.every((left) => left.every((each) => each === 0)) ? 'nothing' : 'details';
  }

  /** Takes a segment, if it begins a frame or a scan. */
  async add(view: FileView, { marker, from, length }: Segment): Promise<void> {
    if (PROGRESSIVE.includes(marker) || SEQUENTIAL.includes(marker)) {
      this.isProgressive = PROGRESSIVE.includes(marker);
      const data = await view.bytes(from, length);
      for (let i = 0; i < Math.min(MOST_COMPONENTS, data[5] ?? 0); i++)
        this.bits.set(data[6 + 3 * i] ?? 0, Array<number>(COEFFICIENTS).fill(Infinity));
    } else if (marker === START_OF_SCAN) this.addScan(await view.bytes(from, length));
  }

  private addScan(data: Buffer): void {
    const count = data[0] ?? 0;
    const [first = 0, last = 0, bits = 0] = this.isProgressive
      ? data.subarray(1 + 2 * count)
      : [0, COEFFICIENTS - 1, 0];
    for (let i = 0; i < count; i++)
      this.bits.get(data[1 + 2 * i] ?? 0)?.fill(bits & 15, first, last + 1);
  }
}
