import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DIAL_NAMES, direction, LAMBDAS } from '../../../eval/grid';
import { METRIC_NAMES, type Metrics } from '../../../eval/metrics/measure';
import { mostDetailed } from '../../../eval/report/detail';
import { dialPlot } from '../../../eval/report/dialPlot';
import { markdownReport, table } from '../../../eval/report/markdown';
import { scatterPlot } from '../../../eval/report/scatterPlot';
import { scaleFor, ticks } from '../../../eval/report/svg';
import type { SetSummary } from '../../../eval/summary';
import { checkTargets } from '../../../eval/targets';

const metrics = (psnrY: number, more: Partial<Metrics> = {}): Metrics => ({
  ...(Object.fromEntries(METRIC_NAMES.map((name) => [name, 1])) as Metrics),
  psnrY,
  ...more,
});
const method = (
  id: string,
  psnrY: number,
  more: Partial<Metrics> = {},
): SetSummary['methods'][number] => ({ id, label: id, all: metrics(psnrY, more), categories: {} });
const dial = (
  name: 'pixel' | 'semantic',
  model = 'pisa-compact-4x',
): SetSummary['dials'][number] => ({
  model,
  pictures: 3,
  dial: name,
  name: DIAL_NAMES[name],
  sharpness: 'rises',
  points: LAMBDAS.map((lambda) => ({
    lambda,
    metrics: metrics(24 + lambda, { sharpness: lambda }),
  })),
});
const clean: SetSummary = {
  set: 'clean',
  methods: [
    method('bicubic', 25),
    method('realesrgan-x4plus', 24),
    method('pisa-compact-4x_1_0', 25.6),
    method('pisa-compact-4x_1_1', 25, { lrPsnr: 29, deltaE: 0.9, niqe: null }),
  ],
  dials: [dial('pixel')],
};

test('a sequence goes one way only if every step does', () => {
  assert.equal(direction([1, 2, 3]), 'rises');
  assert.equal(direction([3, 2, 1]), 'falls');
  assert.equal(direction([1, 2, 2]), 'neither');
  assert.equal(direction([1, Number.NaN, 2]), 'neither');
  assert.equal(direction([1]), 'neither');
});

test('targets pass, fail, or are not measured', () => {
  const passed = (text: string, sets: SetSummary[] = [clean]): boolean | undefined =>
    checkTargets(sets).find((target) => target.text.startsWith(text))?.passed;
  assert.equal(passed('clean: PSNR-Y at (1, 0) above bicubic'), true);
  assert.equal(passed('clean: PSNR-Y at (1, 0) above Real-ESRGAN'), true);
  assert.equal(passed('clean: LR-PSNR'), false);
  assert.equal(passed('clean: sharpness goes one way with λ_pix'), true);
  assert.equal(
    passed('clean: sharpness goes one way with λ_pix', [
      { ...clean, dials: [{ ...dial('pixel'), sharpness: 'neither' }] },
    ]),
    false,
  );
  assert.equal(
    passed('clean: sharpness goes one way with λ_pix', [
      { ...clean, dials: [dial('pixel', 'another-4x')] },
    ]),
    undefined,
  );
  assert.equal(passed('clean: sharpness goes one way with λ_sem'), undefined);
  assert.equal(passed('clean: mean ΔE00 at (1, 1) to the base ≤'), true);
  assert.equal(passed('clean: PSNR-Y', [{ ...clean, methods: [] }]), undefined);
});

test('the report names sets, methods, dials and targets', () => {
  const report = markdownReport(3, [clean], checkTargets([clean]));
  for (const part of [
    '3 held-out pictures',
    '| bicubic',
    'pisa-compact-4x, λ_pix, the other dial at 1, over 3 pictures; the sharpness rises with it',
    '## Targets',
    'FAIL',
  ])
    assert.ok(report.includes(part), part);
});

test('tables are aligned', () => {
  assert.equal(
    table(
      ['a', 'b'],
      [
        ['x', '1.5'],
        ['long', '2'],
      ],
    ),
    '| a    |   b |\n|------|----:|\n| x    | 1.5 |\n| long |   2 |',
  );
});

test('plots hold every line and point', () => {
  const count = (svg: string, part: string): number => svg.split(part).length - 1;
  const dials = dialPlot('Model', [clean]);
  assert.equal(count(dials, '<circle'), 4 * LAMBDAS.length);
  assert.ok(!dials.includes('NaN'));
  const scatter = scatterPlot([clean]);
  // A point and an entry of the legend for each method.
  assert.equal(count(scatter, '<circle'), 2 * clean.methods.length);
  assert.ok(!scatter.includes('NaN'));
});

test('ticks are round numbers inside the scale', () => {
  assert.deepEqual(ticks(scaleFor([0, 1], 0, 100, 0), 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(ticks(scaleFor([23.1, 25.2], 0, 100, 0), 4), [24, 25]);
});

test('the most detailed part is found', () => {
  const data = new Uint8Array(3 * 64 * 64);
  for (let y = 40; y < 56; y++)
    for (let x = 16; x < 32; x++)
      if ((x + y) % 2 === 0) data.fill(255, 3 * (64 * y + x), 3 * (64 * y + x) + 3);
  const { left, top } = mostDetailed({ width: 64, height: 64, data }, 24);
  assert.ok(left <= 16 && left + 24 >= 32 && top <= 40 && top + 24 >= 56, `${left}, ${top}`);
});
