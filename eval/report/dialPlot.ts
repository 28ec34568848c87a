import { LAMBDAS } from '../grid';
import { METRICS, type MetricName } from '../metrics/measure';
import type { SetSummary } from '../summary';
import { round, scaleFor, SERIES_COLOURS, svgDocument, text, ticks } from './svg';

const SHOWN: readonly MetricName[] = ['psnrY', 'stLpips', 'niqe', 'sharpness'];
const PANEL = { width: 300, height: 150, gapX: 64, gapY: 46 };
/** Room for the legend. */
const SMALLEST_WIDTH = 440;
const MARGIN = { left: 64, top: 76, right: 24, bottom: 48 };

type Series = {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
};

/** Small multiples: a column for each dial, a row for each metric, a line for each set. */
export function dialPlot(modelName: string, sets: readonly SetSummary[]): string {
  const dials = sets[0]?.dials ?? [];
  const width = Math.max(
    SMALLEST_WIDTH,
    MARGIN.left + MARGIN.right + dials.length * PANEL.width + (dials.length - 1) * PANEL.gapX,
  );
  const height =
    MARGIN.top + MARGIN.bottom + SHOWN.length * PANEL.height + (SHOWN.length - 1) * PANEL.gapY;
  const parts = [
    text(MARGIN.left, 26, `${modelName}: metrics over λ`, { kind: 'title' }),
    ...legend(sets.map(({ set }) => set)),
  ];
  SHOWN.forEach((metric, row) => {
    const seriesOf = (column: number): Series[] =>
      sets.map(({ set, dials: own }, i) => ({
        name: set,
        colour: SERIES_COLOURS[i] ?? '#888888',
        points: (own[column]?.points ?? []).flatMap(({ lambda, metrics }) =>
          metrics[metric] === null ? [] : [{ x: lambda, y: metrics[metric] }],
        ),
      }));
    // The panels of a row share their scale, so that the dials compare.
    const all = dials.flatMap((_, column) =>
      seriesOf(column).flatMap(({ points }) => points.map(({ y }) => y)),
    );
    dials.forEach(({ name }, column) => {
      const left = MARGIN.left + column * (PANEL.width + PANEL.gapX);
      const top = MARGIN.top + row * (PANEL.height + PANEL.gapY);
      const other = dials.find((dial) => dial.name !== name)?.name ?? 'the other';
      parts.push(
        panel(
          left,
          top,
          metric,
          seriesOf(column),
          all,
          row === SHOWN.length - 1 ? `${name} (${other} = 1)` : undefined,
        ),
      );
    });
  });
  return svgDocument(width, height, `${modelName}: metrics over λ`, parts);
}

function legend(names: readonly string[]): string[] {
  return names.flatMap((name, i) => {
    const x = MARGIN.left + 120 * i;
    const colour = SERIES_COLOURS[i] ?? '#888888';
    return [
      `<path d="M${x} 44h18" stroke="${colour}" stroke-width="2.5"/>`,
      text(x + 24, 48, name),
    ];
  });
}

function panel(
  left: number,
  top: number,
  metric: MetricName,
  series: readonly Series[],
  all: readonly number[],
  axisName: string | undefined,
): string {
  const { title, unit, better } = METRICS[metric];
  const x = scaleFor(LAMBDAS, left, left + PANEL.width, 0.02);
  const y = scaleFor(all, top + PANEL.height, top);
  const parts = [
    text(
      left,
      top - 8,
      title +
        (unit === '' ? '' : `, ${unit}`) +
        (better === 'neither' ? '' : ` (${better} is better)`),
    ),
  ];
  for (const tick of ticks(y, 4)) {
    parts.push(
      `<path class="rule" d="M${left} ${round(y.at(tick))}h${PANEL.width}"/>`,
      text(left - 8, y.at(tick) + 4, String(tick), { anchor: 'end', kind: 'faint' }),
    );
  }
  for (const lambda of LAMBDAS)
    parts.push(
      text(x.at(lambda), top + PANEL.height + 16, String(lambda), {
        anchor: 'middle',
        kind: 'faint',
      }),
    );
  parts.push(`<path class="axis" d="M${left} ${top + PANEL.height}h${PANEL.width}"/>`);
  for (const { colour, points } of series) {
    const path = points
      .map((point, i) => `${i === 0 ? 'M' : 'L'}${round(x.at(point.x))} ${round(y.at(point.y))}`)
      .join('');
    parts.push(
      `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"/>`,
    );
    for (const point of points)
      parts.push(
        `<circle cx="${round(x.at(point.x))}" cy="${round(y.at(point.y))}" r="3" ` +
          `fill="${colour}"/>`,
      );
  }
  if (axisName !== undefined)
    parts.push(
      text(left + PANEL.width / 2, top + PANEL.height + 36, axisName, { anchor: 'middle' }),
    );
  return parts.join('\n');
}
