import type { Size } from '../../shared/geometry';
import { PLAIN_DENSITY } from './drawing';
import { type SvgText, withAttributes } from './svg';

/** Pixels of an inch, as CSS has it, and of a font that nobody gave a size. */
const [PER_INCH, FONT_SIZE] = [96, 16];
/**
 * Pixels per inch at which the drawer keeps units, such as millimetres, in that proportion to pixels;
 * it enlarges all by `ENLARGED` then.
 */
export const DENSITY = PER_INCH;
export const ENLARGED = DENSITY / PLAIN_DENSITY;

const PIXELS: Readonly<Record<string, number | undefined>> = {
  '': 1,
  px: 1,
  pt: PER_INCH / 72,
  pc: PER_INCH / 6,
  mm: PER_INCH / 25.4,
  cm: PER_INCH / 2.54,
  q: PER_INCH / 101.6,
  in: PER_INCH,
};
/** Units of the font's size; of `ex` and `ch` browsers ask the font, which mostly says about half. */
const FONT_UNITS: Readonly<Record<string, number | undefined>> = {
  em: 1,
  rem: 1,
  ex: 0.5,
  ch: 0.5,
};
const LENGTH = /^\s*\+?((?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([a-z]*)\s*$/i;

/** A drawing whose view box fills it also fills the whole pixels that its result has. */
const SAME_PROPORTIONS = 1e-3;

type Length = { readonly value: number; readonly unit: string };

/** A width or height of the root that says how many pixels it has, by itself or by the font. */
function lengthOf({ attributes }: SvgText, name: 'width' | 'height'): Length | undefined {
  const [, value, written = ''] = LENGTH.exec(attributes.get(name) ?? '') ?? [];
  const unit = written.toLowerCase();
  const isKnown = PIXELS[unit] !== undefined || FONT_UNITS[unit] !== undefined;
  return value === undefined || !isKnown ? undefined : { value: Number(value), unit };
}

/** Whether the root's width or height depends on the size of its font. */
export const dependsOnFont = (svg: SvgText): boolean =>
  (['width', 'height'] as const).some(
    (name) => FONT_UNITS[lengthOf(svg, name)?.unit ?? ''] !== undefined,
  );

/** Width and height in units of the drawing that the view box says. */
function viewBox({ attributes }: SvgText): Size | undefined {
  const [, , width = 0, height = 0] = (attributes.get('viewBox') ?? '')
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  return width > 0 && height > 0 ? { width, height } : undefined;
}

/**
 * Width and height in pixels that the root's attributes say, one of them perhaps by the proportions
 * of the view box. Browsers let style sheets change nothing about that.
 */
export function saidSize(svg: SvgText, fontSize = FONT_SIZE): Size | undefined {
  const pixels = (name: 'width' | 'height'): number | undefined => {
    const length = lengthOf(svg, name);
    if (length === undefined) return undefined;
    return length.value * (PIXELS[length.unit] ?? (FONT_UNITS[length.unit] ?? 1) * fontSize);
  };
  const [width, height, box] = [pixels('width'), pixels('height'), viewBox(svg)];
  if (width !== undefined && height !== undefined) return { width, height };
  if (!box) return undefined;
  if (width !== undefined) return { width, height: (width * box.height) / box.width };
  if (height !== undefined) return { width: (height * box.width) / box.height, height };
  return undefined;
}

/** Width and height in pixels that the root claims, by itself or by its view box. */
export const claimedSize = (svg: SvgText, fontSize?: number): Size | undefined =>
  saidSize(svg, fontSize) ?? viewBox(svg);

/** Whether the drawer needs not look at what is drawn to know how large it is. */
export const hasOwnSize = (svg: SvgText): boolean => viewBox(svg) !== undefined;

/**
 * The SVG at exactly `size` pixels, drawn at `DENSITY`: `natural` units of it, or what its view box
 * says, stretched where the proportions differ. Units inside it, such as millimetres, keep their size
 * relative to the drawing.
 */
export function atSize(svg: SvgText, natural: Size, size: Size): string {
  const attributes = new Map(svg.attributes);
  if (!attributes.has('viewBox'))
    attributes.set('viewBox', `0 0 ${natural.width} ${natural.height}`);
  const proportions = ({ width, height }: Size): number => width / height;
  const factor = proportions(size) / proportions(natural);
  const fillsBox =
    Math.abs(proportions(viewBox(svg) ?? natural) / proportions(natural) - 1) < SAME_PROPORTIONS;
  // A side is rounded to whole pixels; beyond that the person chose other proportions.
  const rounded = 1 + 1 / Math.min(size.width, size.height);
  if (factor !== 1 && (fillsBox || factor > rounded || factor < 1 / rounded))
    attributes.set('preserveAspectRatio', 'none');
  const [width, height] = [size.width / ENLARGED, size.height / ENLARGED];
  return withLengths({ ...svg, attributes }, `${width}px`, `${height}px`);
}

/** An SVG of no use but that it is `FONT_LENGTHS` times as wide and high as its font's size. */
export const FONT_LENGTHS = 1000;
export const forFontSize = (svg: SvgText): string =>
  withLengths(svg, `${FONT_LENGTHS}em`, `${FONT_LENGTHS}em`);

/**
 * An SVG whose texts are as large as in browsers where nothing says how large: the drawer would make
 * them 12 pixels.
 */
export function withFontSize(svg: SvgText): SvgText {
  return svg.attributes.has('font-size')
    ? svg
    : { ...svg, attributes: new Map([...svg.attributes, ['font-size', String(FONT_SIZE)]]) };
}

/**
 * The SVG with a width and a height that none of its style sheets changes: they stand last in the
 * root's own style, and first, since what it says itself may have no end.
 */
function withLengths(svg: SvgText, width: string, height: string): string {
  const attributes = new Map(withFontSize(svg).attributes);
  const style = `width:${width}!important;height:${height}!important`;
  attributes.set('width', width);
  attributes.set('height', height);
  attributes.set('style', `${style};${attributes.get('style') ?? ''};${style}`);
  return withAttributes(svg, attributes);
}
