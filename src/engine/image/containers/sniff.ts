/** Containers of pixels that are read. */
export type Container = 'png' | 'jpeg' | 'webp' | 'avif' | 'tiff' | 'gif';

const text = (head: Buffer, from: number, length: number): string =>
  head.toString('latin1', from, from + length);

const BRANDS_OF_AVIF = ['avif', 'avis'];
/** Brands of files whose compatible brands may still say AVIF. */
const GENERAL_BRANDS = ['mif1', 'msf1', 'miaf'];

/**
 * The container of a file, from its first bytes alone: whatever its name says, no decoder is asked
 * that was not named here.
 */
export function sniffed(head: Buffer): Container | undefined {
  if (text(head, 0, 8) === '\x89PNG\r\n\x1a\n') return 'png';
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'jpeg';
  if (text(head, 0, 4) === 'RIFF' && text(head, 8, 4) === 'WEBP') return 'webp';
  if (/^GIF8[79]a/.test(text(head, 0, 6))) return 'gif';
  if (['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(text(head, 0, 4))) return 'tiff';
  if (text(head, 4, 4) === 'ftyp' && isAvif(head)) return 'avif';
  return undefined;
}

function isAvif(head: Buffer): boolean {
  const brands: string[] = [];
  const end = Math.min(head.length, head.readUInt32BE(0));
  for (let at = 16; at + 4 <= end; at += 4) brands.push(text(head, at, 4));
  const major = text(head, 8, 4);
  return (
    BRANDS_OF_AVIF.includes(major) ||
    (GENERAL_BRANDS.includes(major) && brands.some((brand) => BRANDS_OF_AVIF.includes(brand)))
  );
}
