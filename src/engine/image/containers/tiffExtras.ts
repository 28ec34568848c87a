import type { Extra } from './facts';
import { MOST_STEPS, type FileView } from './fileView';

/** A tag of a directory, and where its value stands if it is one of bytes that has no room there. */
export type Placed = { readonly tag: number; readonly at: number; readonly bytes: number };

/** ModelPixelScale, ModelTiepoint, ModelTransformation, GeoKeyDirectory. (OGC GeoTIFF 1.1, 7.) */
const MAP = [33_550, 33_922, 34_264, 34_735];
const [IMAGE_SOURCE_DATA, CREDENTIALS] = [37_724, 52_545];
/** From here on tags are those of single programs. */
const FIRST_PRIVATE = 50_000;
const NAMES: { readonly [tag: number]: string } = {
  42_112: 'GDAL_METADATA',
  42_113: 'GDAL_NODATA',
  50_838: 'ImageJ',
  50_839: 'ImageJ',
};
/** Print settings of cameras, and padding for editors. */
const MEANINGLESS = [50_341, 59_932, 59_933];

const DOCUMENT = 'Adobe Photoshop Document Data Block\0';
const SIGNATURE = '8BIM';
/** Layers of 8, 16 and 32 bits. */
const LAYERS = ['Layr', 'Lr16', 'Lr32'];
const MOST_PADDING = 4;

/** What a TIFF holds besides, by the tags of its first directory. */
export async function extrasOf(
  view: FileView,
  { isLittle }: { readonly isLittle: boolean },
  placed: readonly Placed[],
): Promise<readonly Extra[]> {
  const has = (tag: number): boolean => placed.some((each) => each.tag === tag);
  const document = placed.find(({ tag }) => tag === IMAGE_SOURCE_DATA);
  const ofPrograms = new Set(
    placed
      .map(({ tag }) => tag)
      .filter((tag) => tag >= FIRST_PRIVATE || tag in NAMES)
      .filter((tag) => tag !== CREDENTIALS && !MEANINGLESS.includes(tag))
      .map((tag) => NAMES[tag] ?? String(tag)),
  );
  return [
    ...(has(CREDENTIALS) ? (['credentials'] as const) : []),
    ...(document && (await hasLayers(view, document, isLittle)) ? (['layers'] as const) : []),
    ...(MAP.some(has) ? (['map'] as const) : []),
    ...(ofPrograms.size > 0 ? [{ ofPrograms: [...ofPrograms] }] : []),
  ];
}

/**
 * Whether Photoshop's own document in a TIFF has more than one layer; its words are in the TIFF's byte
 * order. (Adobe Photoshop TIFF Technical Notes, 2002; Photoshop File Formats, "Layer info".)
 */
async function hasLayers(
  view: FileView,
  { at: start, bytes }: Placed,
  isLittle: boolean,
): Promise<boolean> {
  const word = (data: Buffer, at: number): string => {
    const letters = Buffer.from(data.subarray(at, at + 4));
    return (isLittle ? letters.reverse() : letters).toString('latin1');
  };
  if ((await view.bytes(start, DOCUMENT.length)).toString('latin1') !== DOCUMENT) return false;
  const end = start + bytes;
  let at = start + DOCUMENT.length;
  for (let step = 0; step < MOST_STEPS && at < end; step++) {
    const found = await view.bytes(at, MOST_PADDING + 14);
    const skipped = [0, 1, 2, 3].find((by) => word(found, by) === SIGNATURE);
    if (skipped === undefined) return false;
    const block = found.subarray(skipped);
    if (block.length < 12) return false;
    const length = isLittle ? block.readUInt32LE(8) : block.readUInt32BE(8);
    if (LAYERS.includes(word(block, 4)) && length >= 2 && block.length >= 14) {
      // Negative where the first channel of transparency is that of all layers together.
      const count = isLittle ? block.readInt16LE(12) : block.readInt16BE(12);
      return Math.abs(count) > 1;
    }
    at += skipped + 12 + length;
  }
  return false;
}
