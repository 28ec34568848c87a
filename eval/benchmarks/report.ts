import { METRICS } from '../metrics/measure';
import { mark, table } from '../report/markdown';
import type { Target } from '../targets';
import { FIGURES, type FigureName, type Figures } from './figures';
import { BENCHMARKS } from './sets';
import type { BenchmarkSummary } from './summary';

/** All tables of the benchmarks as Markdown; `targets` by the model that they are checked for. */
export function benchmarkReport(
  summaries: readonly BenchmarkSummary[],
  targets: ReadonlyMap<string, readonly Target[]>,
): string {
  const parts = [
    '# Benchmarks, ×4',
    'PSNR-Y, SSIM-Y: luma of BT.601 in [16,235], peak 255; 4 pixels shaved on the clean sets, none ' +
      'on pairs. The rows of λ are those of PiSA-SR’s Table 1.',
  ];
  for (const { set, pictures, methods, dials } of summaries) {
    const names = FIGURES.filter((name) => methods.some(({ figures }) => figures[name] !== null));
    const cells = (figures: Figures): string[] => names.map((name) => cell(figures, name));
    const header = names.map((name) => METRICS[name].title);
    parts.push(`## ${BENCHMARKS[set].title} (${pictures} pictures)`);
    const rows = methods.map(({ label, figures }) => [label, ...cells(figures)]);
    parts.push(table(['Method', ...header], rows));
    for (const { label, name, points } of dials) {
      parts.push(`${label}, ${name}, the other dial at 1:`);
      const lines = points.map(({ lambda, figures }) => [String(lambda), ...cells(figures)]);
      parts.push(table([name, ...header], lines));
    }
  }
  for (const [model, own] of targets) {
    parts.push(`## Targets of ${model}`);
    const rows = own.map(({ text, measured, passed }) => [mark(passed), text, measured]);
    parts.push(table(['', 'Target', 'Measured'], rows));
  }
  return `${parts.join('\n\n')}\n`;
}

const cell = (figures: Figures, name: FigureName): string =>
  figures[name]?.toFixed(METRICS[name].digits) ?? '–';
