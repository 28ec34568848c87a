import sharp, { type OverlayOptions } from 'sharp';
import { sharpFrom, type Picture } from '../picture';
import { svgDocument, text } from './svg';

export type Tile = { readonly picture: Picture; readonly label?: string };

const GAP = 6;
const LABEL = 18;
const TITLE = 34;

export type SheetOptions = { readonly title: string; readonly rowNames?: readonly string[] };

/** Draws rows of equally large pictures at 100 %, each with its label above, onto one WebP. */
export async function drawSheet(
  file: string,
  rows: readonly (readonly Tile[])[],
  { title, rowNames }: SheetOptions,
): Promise<void> {
  const side = rows[0]?.[0]?.picture;
  if (!side) throw new Error('There is nothing to draw.');
  const left = rowNames ? 96 : GAP;
  const columns = Math.max(...rows.map((row) => row.length));
  const width = left + columns * (side.width + GAP);
  const height = TITLE + rows.length * (side.height + LABEL + GAP);
  const labels = [text(GAP, 22, title, { kind: 'title' })];
  const layers: OverlayOptions[] = [];
  for (const [row, tiles] of rows.entries()) {
    const top = TITLE + row * (side.height + LABEL + GAP);
    const name = rowNames?.[row];
    if (name !== undefined) labels.push(text(GAP, top + LABEL + side.height / 2, name));
    for (const [column, { picture, label }] of tiles.entries()) {
      const x = left + column * (side.width + GAP);
      if (label !== undefined) labels.push(text(x, top + LABEL - 5, label));
      layers.push({ input: await sharpFrom(picture).png().toBuffer(), left: x, top: top + LABEL });
    }
  }
  await sharp(Buffer.from(svgDocument(width, height, title, labels)))
    .composite(layers)
    .webp({ quality: 92, effort: 6, smartSubsample: true })
    .toFile(file);
}
