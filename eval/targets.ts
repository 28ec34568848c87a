import type { SetName } from './degrade/degrade';
import { DIAL_NAMES, DIALS } from './grid';
import { idAt, OURS } from './methods';
import type { MetricName } from './metrics/measure';
import type { SetSummary } from './summary';

/** Something the model should reach; `passed` is undefined when what it takes was not measured. */
export type Target = {
  readonly text: string;
  readonly measured: string;
  readonly passed: boolean | undefined;
};

const FAITHFUL = idAt(OURS, { pixel: 1, semantic: 0 });
const DETAILED = idAt(OURS, { pixel: 1, semantic: 1 });
const X4PLUS = 'realesrgan-x4plus';
const THICK = 'esrgan-thick-4x';

/** dB by which PSNR at (1, 0) should exceed the bicubic enlargement's. */
const GAIN: Readonly<Record<SetName, number>> = { clean: 0.5, 'blur-jpeg': 1.2, 'noise-jpeg': 1.2 };
/** dB that LR-PSNR at (1, 1) should reach on the clean set. */
const CONSISTENCY = 30;
/**
 * ΔE00 to the bicubic enlargement that (1, 1) should not exceed: about the smallest difference that
 * is seen side by side.
 */
const COLOUR = 1;

const NOT_MEASURED = 'not measured';

/** The targets of `OURS`, each with what was measured for it. */
export function checkTargets(sets: readonly SetSummary[]): Target[] {
  const value = (set: SetName, method: string, metric: MetricName): number | undefined =>
    sets.find((one) => one.set === set)?.methods.find(({ id }) => id === method)?.all[metric] ??
    undefined;
  const targets: Target[] = [];
  const compare = (
    text: string,
    digits: number,
    a: number | undefined,
    b: number | undefined,
    passes: (a: number, b: number) => boolean,
  ): void => {
    const known = a !== undefined && b !== undefined;
    targets.push({
      text,
      measured: known ? `${a.toFixed(digits)} and ${b.toFixed(digits)}` : NOT_MEASURED,
      passed: known ? passes(a, b) : undefined,
    });
  };
  const names = sets.map(({ set }) => set);
  for (const set of names) {
    compare(
      `${set}: PSNR-Y at (1, 0) above bicubic by ≥ ${GAIN[set]} dB`,
      2,
      value(set, FAITHFUL, 'psnrY'),
      value(set, 'bicubic', 'psnrY'),
      (a, b) => a - b >= GAIN[set],
    );
  }
  for (const set of names) {
    compare(
      `${set}: PSNR-RGB at (1, 0) above bicubic by ≥ ${GAIN[set]} dB`,
      2,
      value(set, FAITHFUL, 'psnrRgb'),
      value(set, 'bicubic', 'psnrRgb'),
      (a, b) => a - b >= GAIN[set],
    );
  }
  for (const set of names)
    compare(
      `${set}: PSNR-Y at (1, 0) above Real-ESRGAN x4plus`,
      2,
      value(set, FAITHFUL, 'psnrY'),
      value(set, X4PLUS, 'psnrY'),
      (a, b) => a > b,
    );
  for (const set of names.filter((name) => name !== 'clean')) {
    const distance = value(set, DETAILED, 'stLpips');
    compare(
      `${set}: ST-LPIPS at (1, 1) below (1, 0)`,
      4,
      distance,
      value(set, FAITHFUL, 'stLpips'),
      (a, b) => a < b,
    );
    compare(
      `${set}: ST-LPIPS at (1, 1) below ESRGAN Thick`,
      4,
      distance,
      value(set, THICK, 'stLpips'),
      (a, b) => a < b,
    );
  }
  compare(
    `clean: LR-PSNR at (1, 1) ≥ ${CONSISTENCY} dB`,
    2,
    value('clean', DETAILED, 'lrPsnr'),
    CONSISTENCY,
    (a, b) => a >= b,
  );
  for (const { set, dials } of sets) {
    for (const dial of DIALS) {
      const found = dials.find((one) => one.dial === dial && one.model === OURS);
      targets.push({
        text: `${set}: sharpness goes one way with ${DIAL_NAMES[dial]}`,
        measured: found
          ? `${found.sharpness}: ` +
            found.points.map(({ metrics }) => metrics.sharpness?.toFixed(3) ?? '–').join(', ')
          : NOT_MEASURED,
        passed: found ? found.sharpness !== 'neither' : undefined,
      });
    }
  }
  for (const set of names)
    compare(
      `${set}: mean ΔE00 at (1, 1) to the base ≤ ${COLOUR}`,
      2,
      value(set, DETAILED, 'deltaE'),
      COLOUR,
      (a, b) => a <= b,
    );
  for (const set of names)
    compare(
      `${set}: mean ΔE00 at (1, 1) to the base over 16×16 means ≤ ${COLOUR}`,
      2,
      value(set, DETAILED, 'colourShift'),
      COLOUR,
      (a, b) => a <= b,
    );
  return targets;
}
