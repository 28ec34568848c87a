import type { Hidden } from './facts';
import { MOST_TEXT_BYTES } from './fileView';

const PACKET = Buffer.from('http://ns.adobe.com/xap/1.0/\0', 'latin1');
const EXTENSION = Buffer.from('http://ns.adobe.com/xmp/extension/\0', 'latin1');
const PHOTOSHOP = Buffer.from('Photoshop 3.0\0', 'latin1');
const GUID_BYTES = 32;
/** A packet names one; others are left from an earlier edit. */
const MOST_EXTENSIONS = 16;

/** Without bytes it is longer than what is read. */
type Extension = { readonly bytes: Buffer | undefined; filled: number };

/**
 * Metadata of a JPEG that is longer than a segment can be, put together from its segments: of these
 * the decoder takes one, be it the packet or not. (XMP, part 3, 1.1.3.1; Photoshop's resources go on in the next one.)
 */
export class JpegParts {
  private readonly extensions = new Map<string, Extension>();
  private readonly resources: Buffer[] = [];
  private packet: Buffer | undefined;
  private resourceBytes = 0;
  private extensionBytes = 0;

  /** Takes the content of a segment if it is such a part. */
  add(data: Buffer): void {
    if (startsWith(data, PHOTOSHOP)) {
      const rest = Buffer.from(data.subarray(PHOTOSHOP.length));
      this.resourceBytes += rest.length;
      if (this.resourceBytes <= MOST_TEXT_BYTES) this.resources.push(rest);
      return;
    }
    if (startsWith(data, PACKET)) {
      this.packet ??= Buffer.from(data.subarray(PACKET.length));
      return;
    }
    const from = EXTENSION.length + GUID_BYTES + 8;
    if (!startsWith(data, EXTENSION) || data.length < from) return;
    const guid = data.toString('latin1', EXTENSION.length, EXTENSION.length + GUID_BYTES);
    const [length, offset] = [data.readUInt32BE(from - 8), data.readUInt32BE(from - 4)];
    const part = data.subarray(from);
    const extension = this.extensions.get(guid) ?? this.begin(guid, length);
    if (!extension?.bytes || offset + part.length > extension.bytes.length) return;
    part.copy(extension.bytes, offset);
    extension.filled += part.length;
  }

  /** What there is. */
  hidden(): Hidden {
    return {
      ...(this.packet ? { xmp: this.packet } : {}),
      ...(this.resources.length > 1 ? { iptc: Buffer.concat([PHOTOSHOP, ...this.resources]) } : {}),
      ...(this.extensions.size > 0
        ? {
            xmpExtensions: [...this.extensions].map(([guid, { bytes, filled }]) => ({
              guid,
              content: bytes === undefined ? 'long' : filled === bytes.length ? bytes : 'cut',
            })),
          }
        : {}),
    };
  }

  private begin(guid: string, length: number): Extension | undefined {
    if (this.extensions.size === MOST_EXTENSIONS) return undefined;
    const isLong = this.extensionBytes + length > MOST_TEXT_BYTES;
    if (!isLong) this.extensionBytes += length;
    const extension = { bytes: isLong ? undefined : Buffer.alloc(length), filled: 0 };
    this.extensions.set(guid, extension);
    return extension;
  }
}

const startsWith = (data: Buffer, mark: Buffer): boolean =>
  data.subarray(0, mark.length).equals(mark);
