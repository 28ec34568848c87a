import { isOneOf } from './oneOf';
import { phrase, type Words } from './phrase';

/** `auto` looks at the picture: pixel art is enlarged without the network. */
export const PIXEL_ART_CHOICES = ['auto', 'on', 'off'] as const;
export type PixelArtChoice = (typeof PIXEL_ART_CHOICES)[number];

/** Cells of a sprite sheet; all have the same size. */
export type SpriteGrid = { readonly columns: number; readonly rows: number };

/** What kind of asset a picture is. */
export type AssetOptions = {
  /** `auto` unless given. */
  readonly pixelArt?: PixelArtChoice;
  /** The picture tiles: its edges continue at the opposite ones. */
  readonly seamless?: boolean;
  /** Each cell is a picture of its own, so that nothing bleeds into its neighbours. */
  readonly grid?: SpriteGrid;
  /** Frames of an animation; `all` unless given. */
  readonly frames?: 'all' | 'first';
  /** Also upscales a file whose name says that it is an enlargement already (`icon@2x.png`). */
  readonly again?: boolean;
};

/** What is wrong with asset options that came over a boundary; undefined when nothing is. */
export function assetOptionsProblem({
  pixelArt,
  seamless,
  grid,
  frames,
  again,
}: AssetOptions): Words | undefined {
  if (pixelArt !== undefined && !isOneOf(PIXEL_ART_CHOICES, pixelArt))
    return phrase`The pixel art choice is ${String(pixelArt)}; it must be one of ${PIXEL_ART_CHOICES.join(', ')}.`;
  if (frames !== undefined && !isOneOf(['all', 'first'], frames))
    return phrase`The frames are ${String(frames)}; they must be all or first.`;
  for (const [name, value] of Object.entries({ seamless, again } as Record<string, unknown>)) {
    if (value !== undefined && typeof value !== 'boolean')
      return phrase`The option ${name} must be true or false.`;
  }
  if (grid !== undefined) {
    const { columns, rows } = grid as { columns: unknown; rows: unknown };
    if (
      ![columns, rows].every(
        (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 1000,
      )
    ) {
      return phrase`The grid is ${String(columns)}×${String(rows)} cells; both must be whole numbers between 1 and 1000.`;
    }
    if (seamless === true)
      return phrase`A sprite sheet can't be seamless as a whole: choose one of both.`;
  }
  return undefined;
}
