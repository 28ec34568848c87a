import { MOST_TEXT_BYTES, type FileView } from './fileView';
import { TYPE_BYTES, type TiffEntry, type TiffLayout } from './tiffDirectory';

const MOST_ENTRIES = 4096;

/**
 * Reads directories of a TIFF with the values of the tags that are wanted, wherever these lie; not more
 * than is ever read of texts. Without a tag whose values are cut off.
 */
export class TiffEntries {
  private bytes = 0;

  constructor(
    private readonly view: FileView,
    private readonly layout: TiffLayout,
  ) {}

  /** The tags of the directory that lies at `at`. */
  async at(at: number, wanted: (tag: number, type: number) => boolean): Promise<TiffEntry[]> {
    const place = this.layout.isBig ? 8 : 4;
    const [countBytes, entryBytes] = [this.layout.isBig ? 8 : 2, 4 + 2 * place] as const;
    const begin = Buffer.from(await this.view.bytes(at, countBytes));
    if (begin.length < countBytes) return [];
    const count = Math.min(MOST_ENTRIES, this.number(begin, 0, countBytes));
    const data = Buffer.from(await this.view.bytes(at + begin.length, count * entryBytes));
    const entries: TiffEntry[] = [];
    for (let from = 0; from + entryBytes <= data.length; from += entryBytes) {
      const [tag, type] = [this.number(data, from, 2), this.number(data, from + 2, 2)];
      const values = this.number(data, from + 4, place);
      const length = (TYPE_BYTES[type] ?? 0) * values;
      if (length === 0 || !wanted(tag, type) || this.bytes + length > MOST_TEXT_BYTES) continue;
      const value =
        length <= place
          ? data.subarray(from + 4 + place, from + 4 + place + length)
          : Buffer.from(await this.view.bytes(this.number(data, from + 4 + place, place), length));
      if (value.length < length) continue;
      this.bytes += length;
      entries.push({ tag, type, count: values, value });
    }
    return entries;
  }

  /** A whole number in the file's byte order. */
  number(data: Buffer, at: number, length: 2 | 4 | 8): number {
    const { isLittle } = this.layout;
    if (length === 8) return Number(isLittle ? data.readBigUInt64LE(at) : data.readBigUInt64BE(at));
    return isLittle ? data.readUIntLE(at, length) : data.readUIntBE(at, length);
  }
}
