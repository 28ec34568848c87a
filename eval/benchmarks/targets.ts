import { idAt } from '../methods';
import type { Target } from '../targets';
import type { FigureName } from './figures';
import type { BenchmarkName } from './sets';
import type { BenchmarkSummary } from './summary';

type Limit = {
  readonly set: BenchmarkName;
  readonly semantic: 0 | 1;
  readonly figure: FigureName;
  readonly text: string;
  readonly least?: number;
  readonly most?: number;
};

/** What a model with two branches should reach on the benchmarks. */
const LIMITS: readonly Limit[] = [
  { set: 'set5', semantic: 0, figure: 'psnrY', text: 'Set5: PSNR-Y at (1, 0)', least: 31.6 },
  { set: 'set14', semantic: 0, figure: 'psnrY', text: 'Set14: PSNR-Y at (1, 0)', least: 28.2 },
  { set: 'realsr', semantic: 0, figure: 'psnrY', text: 'RealSR: PSNR-Y at (1, 0)', least: 27.5 },
  { set: 'realsr', semantic: 1, figure: 'psnrY', text: 'RealSR: PSNR-Y at (1, 1)', least: 25.3 },
  {
    set: 'realsr',
    semantic: 1,
    figure: 'stLpips',
    text: 'RealSR: ST-LPIPS at (1, 1)',
    most: 0.225,
  },
  {
    set: 'realsr',
    semantic: 1,
    figure: 'sharpness',
    text: 'RealSR: sharpness at (1, 1)',
    least: 5.5,
  },
];
/** By how much the sharpness at (1, 1) should exceed that at (1, 0) on RealSR. */
const SHARPER = 1.4;

/** The targets with what was measured for the model called `model`. */
export function checkBenchmarks(summaries: readonly BenchmarkSummary[], model: string): Target[] {
  const value = (set: BenchmarkName, semantic: number, figure: FigureName): number | undefined =>
    summaries
      .find((summary) => summary.set === set)
      ?.methods.find(({ id }) => id === idAt(model, { pixel: 1, semantic }))?.figures[figure] ??
    undefined;
  const targets = LIMITS.map(({ set, semantic, figure, text, least, most }): Target => {
    const measured = value(set, semantic, figure);
    const limit = least === undefined ? `≤ ${most}` : `≥ ${least}`;
    const passed = (found: number): boolean =>
      found >= (least ?? -Infinity) && found <= (most ?? Infinity);
    return target(`${text} ${limit}`, measured, figure === 'stLpips' ? 3 : 2, passed);
  });
  const [sharp, soft] = [value('realsr', 1, 'sharpness'), value('realsr', 0, 'sharpness')];
  const ratio = sharp === undefined || soft === undefined ? undefined : sharp / soft;
  const text = `RealSR: sharpness at (1, 1) over (1, 0) ≥ ${SHARPER}`;
  return [...targets, target(text, ratio, 2, (found) => found >= SHARPER)];
}

const target = (
  text: string,
  measured: number | undefined,
  digits: number,
  passed: (measured: number) => boolean,
): Target => ({
  text,
  measured: measured?.toFixed(digits) ?? 'not measured',
  passed: measured === undefined ? undefined : passed(measured),
});
