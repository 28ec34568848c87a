/**
 * The colours of lines and points, distinguishable for colour-blind eyes and on light and dark
 * ground (Okabe and Ito 2008, darkened or lightened).
 */
export const SERIES_COLOURS = [
  '#0f7fc4',
  '#dd6a00',
  '#0f9d74',
  '#c0569b',
  '#a68a00',
  '#7a6fd0',
  '#5f8a2b',
  '#8a7f78',
  '#c23b4b',
  '#2a9d9d',
] as const;

/** Follows the reader's choice of light or dark, where the viewer knows it. */
const STYLE = `
  .ground { fill: #ffffff } .text { fill: #24292f } .faint { fill: #57606a }
  .axis { stroke: #8c959f } .rule { stroke: #d8dee4 }
  text { font-family: system-ui, 'Segoe UI', 'DejaVu Sans', Roboto, sans-serif; font-size: 12px }
  .title { font-size: 14px; font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } .text { fill: #e6edf3 } .faint { fill: #9198a1 }
    .axis { stroke: #656c76 } .rule { stroke: #262c34 }
  }`;

/** A whole drawing. */
export function svgDocument(
  width: number,
  height: number,
  title: string,
  parts: readonly string[],
): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ` +
      `width="${width}" height="${height}" role="img" aria-label="${escapeText(title)}">`,
    `<style>${STYLE}\n</style>`,
    `<rect class="ground" width="${width}" height="${height}" rx="6"/>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

export const escapeText = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

export type TextOptions = {
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly kind?: 'text' | 'faint' | 'title';
  readonly fill?: string;
};

export function text(
  x: number,
  y: number,
  content: string,
  { anchor = 'start', kind = 'text', fill }: TextOptions = {},
): string {
  const look =
    fill === undefined ? `class="${kind === 'title' ? 'text title' : kind}"` : `fill="${fill}"`;
  return (
    `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" ` +
    `${look}>${escapeText(content)}</text>`
  );
}

export const round = (value: number): string => String(Math.round(value * 10) / 10);

/** Maps values to pixels. */
export type Scale = {
  readonly minimum: number;
  readonly maximum: number;
  readonly at: (value: number) => number;
};

/** A linear scale from `from` to `to` pixels whose ends lie a little beyond the values. */
export function scaleFor(
  values: readonly number[],
  from: number,
  to: number,
  padding = 0.08,
): Scale {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (high - low || Math.abs(high) || 1) * padding;
  const [minimum, maximum] = [low - room, high + room];
  return {
    minimum,
    maximum,
    at: (value) => from + ((value - minimum) / (maximum - minimum)) * (to - from),
  };
}

/** Round numbers on a scale, about `count` of them. */
export function ticks({ minimum, maximum }: Scale, count: number): number[] {
  const rough = (maximum - minimum) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(minimum / step);
  return Array.from({ length: Math.max(0, Math.floor(maximum / step) - first + 1) }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}
