import { METRICS } from '../metrics/measure';
import { table } from '../report/markdown';
import { FIGURES, type FigureName, type Figures } from './figures';
import { BENCHMARKS } from './sets';
import type { BenchmarkSummary } from './summary';

/** All tables of the benchmarks as Markdown. */
export function benchmarkReport(summaries: readonly BenchmarkSummary[]): string {
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
  return `${parts.join('\n\n')}\n`;
}

const cell = (figures: Figures, name: FigureName): string =>
  figures[name]?.toFixed(METRICS[name].digits) ?? '–';
