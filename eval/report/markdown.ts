import { SET_TITLES } from '../degrade/degrade';
import { CATEGORIES } from '../heldout';
import { METRIC_NAMES, METRICS, type MetricName, type Metrics } from '../metrics/measure';
import type { SetSummary } from '../summary';
import type { Target } from '../targets';

/** Metrics of the tables by category. */
const BY_CATEGORY: readonly MetricName[] = ['psnrY', 'stLpips', 'niqe'];

/** All tables as Markdown. */
export function markdownReport(
  pictures: number,
  sets: readonly SetSummary[],
  targets: readonly Target[],
): string {
  const parts = [`# Results on ${pictures} held-out pictures, ×4`, legend()];
  for (const { set, methods, dials } of sets) {
    parts.push(`## ${SET_TITLES[set]}`);
    parts.push(
      table(
        ['Method', ...METRIC_NAMES.map(heading)],
        methods.map(({ label, all }) => [label, ...cells(all)]),
      ),
    );
    const categories = CATEGORIES.filter((category) =>
      methods.some((method) => method.categories[category]),
    );
    parts.push('By category:');
    parts.push(
      table(
        [
          'Method',
          ...categories.flatMap((category) =>
            BY_CATEGORY.map((name) => `${category} ${METRICS[name].title}`),
          ),
        ],
        methods.map(({ label, categories: own }) => [
          label,
          ...categories.flatMap((category) => BY_CATEGORY.map((name) => cell(own[category], name))),
        ]),
      ),
    );
    for (const { model, name, pictures: some, points, sharpness } of dials) {
      parts.push(
        `${model}, ${name}, the other dial at 1, over ${some} pictures; the sharpness ` +
          `${sharpness === 'neither' ? 'rises and falls' : sharpness} with it:`,
      );
      parts.push(
        table(
          [name, ...METRIC_NAMES.map(heading)],
          points.map(({ lambda, metrics }) => [String(lambda), ...cells(metrics)]),
        ),
      );
    }
  }
  parts.push(
    '## Targets',
    table(
      ['', 'Target', 'Measured'],
      targets.map(({ text, measured, passed }) => [mark(passed), text, measured]),
    ),
  );
  return `${parts.join('\n\n')}\n`;
}

export const mark = (passed: boolean | undefined): string =>
  passed === undefined ? '–' : passed ? 'pass' : 'FAIL';

function legend(): string {
  return [
    'PSNR-Y, SSIM-Y: luma of BT.601, 4 pixels shaved. LR-PSNR: the result reduced by ' +
      'bicubic ×¼ against its input, RGB. ST-LPIPS: shift-tolerant LPIPS',
    '(AlexNet). NIQE: no reference, made for photographs; charts, icons and pages are no ' +
      'natural pictures. ΔE00: CIEDE2000 to the bicubic enlargement, the',
    'mean over pixels, and over the mean colours of 16×16 squares. Sharpness: mean ' +
      'gradient of luma.',
  ].join('\n');
}

function heading(name: MetricName): string {
  const { title, better } = METRICS[name];
  return `${title}${better === 'higher' ? ' ↑' : better === 'lower' ? ' ↓' : ''}`;
}

const cells = (metrics: Metrics): string[] => METRIC_NAMES.map((name) => cell(metrics, name));

const cell = (metrics: Metrics | undefined, name: MetricName): string =>
  metrics?.[name]?.toFixed(METRICS[name].digits) ?? '–';

/** A table whose columns are padded, so that it reads well as plain text too. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const padded = (value: string, i: number): string =>
    i === 0 ? value.padEnd(widths[i] ?? 0) : value.padStart(widths[i] ?? 0);
  const line = (values: readonly string[]): string => `| ${values.map(padded).join(' | ')} |`;
  const dashes = widths.map((width, i) =>
    i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`,
  );
  return [line(header), `|${dashes.join('|')}|`, ...rows.map(line)].join('\n');
}
