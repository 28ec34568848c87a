import type { Hidden, Remark } from './facts';

const XMP_KEYWORD = /^\s*XML:com\.adobe\.xmp\s*$/i;
/** ImageMagick's and older programs' way to put other formats' blocks into a PNG: as hex digits. */
const RAW_PROFILE = /^\s*Raw profile type\b\s*(.*?)\s*$/i;
const EXIF_MARK = Buffer.from('Exif\0\0', 'latin1');
const XMP_MARK = Buffer.from('http://ns.adobe.com/xap/1.0/\0', 'latin1');

/**
 * The metadata that a text of a PNG is, if it is no text for people. Empty for blocks that can't be
 * read.
 */
export function hiddenIn({ keyword = '', text }: Remark): Hidden | undefined {
  if (XMP_KEYWORD.test(keyword)) return { xmp: Buffer.from(text, 'utf8') };
  const kind = RAW_PROFILE.exec(keyword)?.[1]?.toLowerCase();
  if (kind === undefined) return undefined;
  const block = unpacked(text);
  if (!block) return {};
  switch (kind) {
    case 'exif':
    case 'app1':
      // What a JPEG has in such a segment: EXIF, or XMP behind its namespace.
      if (block.subarray(0, EXIF_MARK.length).equals(EXIF_MARK)) return { exif: block };
      if (block.subarray(0, XMP_MARK.length).equals(XMP_MARK))
        return { xmp: block.subarray(XMP_MARK.length) };
      return kind === 'exif' ? { exif: block } : {};
    case 'xmp':
      return { xmp: block };
    case 'iptc':
    case '8bim':
      return { iptc: block };
    case 'icc':
    case 'icm':
      return { icc: block };
    default:
      return {};
  }
}

/** A line with a name, one with the number of bytes, then these in hex digits. */
function unpacked(text: string): Buffer | undefined {
  const match = /^\s*\S.*\n\s*(\d+)\n/.exec(text);
  if (!match) return undefined;
  const block = Buffer.from(text.slice(match[0].length).replaceAll(/\s+/g, ''), 'hex');
  return block.length > 0 && block.length === Number(match[1]) ? block : undefined;
}
