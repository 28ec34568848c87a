import { METRICS } from '../metrics/measure';
import type { MethodSummary, SetSummary } from '../summary';
import { round, scaleFor, SERIES_COLOURS, svgDocument, text, ticks } from './svg';

const PANEL = { width: 300, height: 260, gap: 76 };
const MARGIN = { left: 72, top: 66, right: 24, bottom: 50 };
const LEGEND = { columns: 4, row: 20 };

/**
 * The perception-distortion plane (Blau and Michaeli, CVPR 2018): a panel for each set, PSNR-Y to
 * the right, the perceptual distance upwards. Better is down and right. The points of one model's
 * guidance are joined.
 */
export function scatterPlot(sets: readonly SetSummary[]): string {
  const methods = sets[0]?.methods ?? [];
  const legendRows = Math.ceil(methods.length / LEGEND.columns);
  const width =
    MARGIN.left + MARGIN.right + sets.length * PANEL.width + (sets.length - 1) * PANEL.gap;
  const height = MARGIN.top + MARGIN.bottom + PANEL.height + legendRows * LEGEND.row;
  const title = 'Perception and distortion (better: down and right)';
  const parts = [text(MARGIN.left, 26, title, { kind: 'title' })];
  sets.forEach((set, i) => parts.push(panel(MARGIN.left + i * (PANEL.width + PANEL.gap), set)));
  const column = (width - MARGIN.left) / LEGEND.columns;
  methods.forEach(({ label }, i) => {
    const x = MARGIN.left + (i % LEGEND.columns) * column;
    const y =
      MARGIN.top + PANEL.height + MARGIN.bottom + Math.floor(i / LEGEND.columns) * LEGEND.row;
    parts.push(
      `<circle cx="${round(x + 5)}" cy="${y - 4}" r="5" fill="${colourOf(i)}"/>`,
      text(x + 16, y, label),
    );
  });
  return svgDocument(width, height, title, parts);
}

const colourOf = (index: number): string =>
  SERIES_COLOURS[index % SERIES_COLOURS.length] ?? '#888888';

function panel(left: number, { set, methods }: SetSummary): string {
  const top = MARGIN.top;
  const points = methods.flatMap((method, i) => {
    const { psnrY, stLpips } = method.all;
    return psnrY === null || stLpips === null ? [] : [{ method, index: i, psnrY, stLpips }];
  });
  const x = scaleFor(
    points.map(({ psnrY }) => psnrY),
    left,
    left + PANEL.width,
  );
  const y = scaleFor(
    points.map(({ stLpips }) => stLpips),
    top + PANEL.height,
    top,
  );
  const parts = [text(left, top - 12, set)];
  for (const tick of ticks(y, 5))
    parts.push(
      `<path class="rule" d="M${left} ${round(y.at(tick))}h${PANEL.width}"/>`,
      text(left - 8, y.at(tick) + 4, String(tick), { anchor: 'end', kind: 'faint' }),
    );
  for (const tick of ticks(x, 5))
    parts.push(
      `<path class="rule" d="M${round(x.at(tick))} ${top}v${PANEL.height}"/>`,
      text(x.at(tick), top + PANEL.height + 16, String(tick), { anchor: 'middle', kind: 'faint' }),
    );
  parts.push(`<path class="axis" fill="none" d="M${left} ${top}v${PANEL.height}h${PANEL.width}"/>`);
  const family = points.filter(({ method }) => familyOf(method) !== undefined);
  const path = family
    .map(
      (point, i) =>
        `${i === 0 ? 'M' : 'L'}${round(x.at(point.psnrY))} ${round(y.at(point.stLpips))}`,
    )
    .join('');
  if (family.length > 1)
    parts.push(`<path class="axis" d="${path}" fill="none" stroke-dasharray="4 3"/>`);
  for (const { index, psnrY, stLpips } of points)
    parts.push(
      `<circle cx="${round(x.at(psnrY))}" cy="${round(y.at(stLpips))}" r="5.5" ` +
        `fill="${colourOf(index)}"/>`,
    );
  parts.push(
    text(
      left + PANEL.width / 2,
      top + PANEL.height + 34,
      `${METRICS.psnrY.title}, ${METRICS.psnrY.unit}`,
      { anchor: 'middle' },
    ),
  );
  parts.push(
    `<g transform="translate(${left - 54} ${top + PANEL.height / 2}) ` +
      `rotate(-90)">${text(0, 0, METRICS.stLpips.title, { anchor: 'middle' })}</g>`,
  );
  return parts.join('\n');
}

/** The model of a method that is one of several with different guidance. */
const familyOf = ({ id }: MethodSummary): string | undefined =>
  /^(.+)_[\d.]+_[\d.]+$/.exec(id)?.[1];
