/** What librsvg's style sheets know; tried with the version that sharp brings. */

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Properties that are drawn. */
export const DRAWN = words(`
  baseline-shift clip-path clip-rule color color-interpolation-filters cx cy direction display
  dominant-baseline enable-background fill fill-opacity fill-rule filter flood-color flood-opacity
  font font-family font-size font-stretch font-style font-variant font-weight
  glyph-orientation-vertical height image-rendering isolation letter-spacing lighting-color
  line-height marker marker-end marker-mid marker-start mask mask-type mix-blend-mode opacity
  overflow paint-order r rx ry shape-rendering stop-color stop-opacity stroke stroke-dasharray
  stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width
  text-anchor text-decoration text-orientation text-rendering transform unicode-bidi vector-effect
  visibility white-space width writing-mode x y`);

/** Of these an attribute has another grammar, or none. */
export const NO_ATTRIBUTE = words('font isolation line-height marker mix-blend-mode transform');

/** Those whose values are colours. */
export const COLOURS = words('color fill flood-color lighting-color stop-color stroke');

/** Those whose values may be names that look like anything. */
export const FREE_NAMES = words('font font-family');

/** Functions that are drawn in the value of any property, and of some. */
export const FUNCTIONS = words('url');
export const COLOUR_FUNCTIONS = words('rgb rgba hsl hsla hwb');
export const FUNCTIONS_OF: Readonly<Record<string, ReadonlySet<string> | undefined>> = {
  filter: words(`
    blur brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia
    rgb rgba hsl hsla hwb`),
  transform: words(`
    matrix rotate scale scaleX scaleY skew skewX skewY translate translateX translateY`),
};

/** Units of lengths and angles that are known; those of time count nowhere. */
export const UNITS = words('% ch cm deg em ex grad in mm pc pt px rad turn');

/** Names of colours that browsers take from the system. */
export const SYSTEM_COLOURS = words(`
  accentcolor accentcolortext activetext buttonborder buttonface buttontext canvas canvastext field
  fieldtext graytext highlight highlighttext linktext mark marktext selecteditem selecteditemtext
  visitedtext`);

/** Properties that browsers draw and librsvg does not, each with values that change nothing. */
export const UNDRAWN: Readonly<Record<string, ReadonlySet<string> | undefined>> =
  Object.fromEntries(
    [
      ['alignment-baseline', 'auto baseline alphabetic'],
      ['backdrop-filter', ''],
      ['background', 'transparent'],
      ['background-color', 'transparent'],
      ['background-image', ''],
      ['border', ''],
      ['border-radius', ''],
      ['box-shadow', ''],
      ['clip', ''],
      ['color-interpolation', 'srgb'],
      ['d', ''],
      ['font-feature-settings', ''],
      ['font-kerning', ''],
      ['font-optical-sizing', ''],
      ['font-palette', ''],
      ['font-size-adjust', ''],
      ['font-variant-alternates', ''],
      ['font-variant-caps', ''],
      ['font-variant-east-asian', ''],
      ['font-variant-ligatures', ''],
      ['font-variant-numeric', ''],
      ['font-variant-position', ''],
      ['font-variation-settings', ''],
      ['glyph-orientation-horizontal', '0deg'],
      ['inline-size', ''],
      ['kerning', ''],
      ['mask-border', ''],
      ['mask-clip', 'border-box'],
      ['mask-composite', 'add'],
      ['mask-image', ''],
      ['mask-mode', 'match-source'],
      ['mask-origin', 'border-box'],
      ['mask-position', ''],
      ['mask-repeat', 'repeat'],
      ['mask-size', ''],
      ['offset', ''],
      ['offset-distance', ''],
      ['offset-path', ''],
      ['offset-rotate', ''],
      ['outline', ''],
      ['perspective', ''],
      ['rotate', ''],
      ['scale', '1'],
      ['text-decoration-color', '*'],
      ['text-decoration-line', ''],
      ['text-decoration-style', 'solid'],
      ['text-decoration-thickness', ''],
      ['text-emphasis', ''],
      ['text-shadow', ''],
      ['text-transform', ''],
      ['transform-box', 'view-box'],
      ['transform-origin', ''],
      ['transform-style', 'flat'],
      ['translate', ''],
      ['word-spacing', ''],
      ['zoom', '1'],
    ].map(([name = '', initial = '']) => [
      name,
      words(`none normal auto 0 0px initial ${initial}`),
    ]),
  );

/** Those among them that are attributes, too. */
export const UNDRAWN_ATTRIBUTES = words(`
  alignment-baseline clip color-interpolation font-size-adjust glyph-orientation-horizontal kerning
  transform-origin word-spacing`);

/** Pseudo-classes that librsvg knows. */
export const PSEUDO_CLASSES = words(`
  empty first-child first-of-type lang last-child last-of-type link not nth-child nth-last-child
  nth-last-of-type nth-of-type only-child only-of-type root visited`);

/** Those that nothing has in a picture that stands still and is not touched, or no SVG has. */
export const NEVER = words(`
  active after before checked disabled focus focus-visible focus-within fullscreen hover
  placeholder selection target`);

/** Rules that say nothing about what is drawn, or that the drawer heeds. */
export const SILENT_RULES = words('charset counter-style namespace page property');
