import type { Hidden } from './facts';
import { MOST_TEXT_BYTES } from './fileView';

const EXTENSION = Buffer.from('http://ns.adobe.com/xmp/extension/\0', 'latin1');
const PHOTOSHOP = Buffer.from('Photoshop 3.0\0', 'latin1');
const GUID_BYTES = 32;

type Extension = { readonly bytes: Buffer; filled: number };

/**
 * Metadata of a JPEG that is longer than a segment can be, put together from its segments: of these
 * the decoder takes one. (XMP, part 3, 1.1.3.1; Photoshop's resources go on in the next one.)
 */
export class JpegParts {
  private readonly extensions = new Map<string, Extension>();
  private readonly resources: Buffer[] = [];
  private resourceBytes = 0;

  /** Takes the content of a segment if it is such a part. */
  add(data: Buffer): void {
    if (startsWith(data, PHOTOSHOP)) {
      const rest = Buffer.from(data.subarray(PHOTOSHOP.length));
      this.resourceBytes += rest.length;
      if (this.resourceBytes <= MOST_TEXT_BYTES) this.resources.push(rest);
      return;
    }
    const from = EXTENSION.length + GUID_BYTES + 8;
    if (!startsWith(data, EXTENSION) || data.length < from) return;
    const guid = data.toString('latin1', EXTENSION.length, EXTENSION.length + GUID_BYTES);
    const [length, offset] = [data.readUInt32BE(from - 8), data.readUInt32BE(from - 4)];
    const part = data.subarray(from);
    const known = this.extensions.get(guid);
    if (known === undefined && (length > MOST_TEXT_BYTES || this.extensions.size > 0)) return;
    const extension = known ?? { bytes: Buffer.alloc(length), filled: 0 };
    this.extensions.set(guid, extension);
    if (offset + part.length > extension.bytes.length) return;
    part.copy(extension.bytes, offset);
    extension.filled += part.length;
  }

  /** What is whole. */
  hidden(): Hidden {
    const whole = [...this.extensions].find(([, { bytes, filled }]) => filled === bytes.length);
    return {
      ...(this.resources.length > 1 ? { iptc: Buffer.concat([PHOTOSHOP, ...this.resources]) } : {}),
      ...(whole ? { xmpExtension: { guid: whole[0], bytes: whole[1].bytes } } : {}),
    };
  }
}

const startsWith = (data: Buffer, mark: Buffer): boolean =>
  data.subarray(0, mark.length).equals(mark);
