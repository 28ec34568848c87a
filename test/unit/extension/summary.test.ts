import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import type { BatchReport } from '../../../src/extension/jobs/batch';
import { describeResult, summarize } from '../../../src/extension/jobs/summary';
import { untranslated as t } from '../../../src/shared/translate';
import type { UpscaleResult } from '../../../src/shared/engineProtocol';
import { RpcError } from '../../../src/shared/rpc';
import { resultOf } from './fakes';

const reportOf = (changes: Partial<BatchReport>): BatchReport => ({
  total: changes.results?.length ?? 0,
  results: [],
  failures: [],
  cancelled: false,
  ...changes,
});
const broken = {
  index: 0,
  input: '/site/broken.png',
  error: new RpcError({
    code: 'input-damaged',
    message: 'The file is damaged.',
    hint: 'Export it again.',
  }),
};

test('one picture: name, size, time and where it lies', () => {
  const summary = summarize(reportOf({ results: [resultOf()] }), 0, t);
  assert.equal(summary.text, 'hero@4x.png: upscaled to 1024×768 in 12 s, beside the original.');
  assert.equal(summary.severity, 'information');
  assert.deepEqual(summary.actions, ['open', 'compare', 'reveal']);
});

test('what is not usual is told: another device, another folder, a long time', () => {
  const textOf = (...results: readonly Partial<UpscaleResult>[]): string =>
    summarize(reportOf({ results: results.map(resultOf) }), 0, t, (folder) => path.basename(folder))
      .text;
  const base = resultOf();
  assert.match(textOf({ device: 'webgpu' }), /in 12 s on WebGPU, beside/);
  const output = '/site/public/hero.png';
  assert.match(textOf({ output }), /in 12 s, in public\.$/);
  assert.match(textOf({ output }, { output: '/site/other/b.png' }), /^2 of 2 .* in 2 folders\.$/);
  assert.match(textOf({}, {}), /^2 of 2 images upscaled in 25 s, beside the originals\.$/);
  assert.match(textOf({ seconds: { ...base.seconds, total: 0.02 } }), /in 0\.1 s/);
  assert.match(textOf({ seconds: { ...base.seconds, total: 195 } }), /in 3 min/);
});

test('the log has the device and the dials that the model has', () => {
  assert.equal(
    describeResult(resultOf(), t),
    'hero@4x.png · 1024×768 · 12.3 s on CPU · λ_pix 1.00 · λ_sem 0.50',
  );
  assert.match(describeResult(resultOf({ branches: ['pixel'] }), t), /λ_pix 1\.00$/);
});

test('a fallback is told once for a whole batch', () => {
  const notes = ['webgpu failed; used cpu instead.'];
  const { text } = summarize(
    reportOf({ results: [resultOf({ notes }), resultOf({ notes })] }),
    0,
    t,
  );
  assert.equal(
    text,
    '2 of 2 images upscaled in 25 s, beside the originals. webgpu failed; used cpu instead.',
  );
});

test('one failure: what, why and what to do', () => {
  const summary = summarize(reportOf({ total: 1, failures: [broken] }), 0, t);
  assert.equal(summary.text, 'broken.png was not upscaled: The file is damaged. Export it again.');
  assert.equal(summary.severity, 'error');
  assert.deepEqual([summary.actions, summary.remedies], [[], [{ kind: 'show-log' }]]);
});

test('a message that names the file is not preceded by its name', () => {
  const error = new RpcError({
    code: 'input-missing',
    message: '/site/broken.png does not exist.',
  });
  assert.equal(
    summarize(reportOf({ total: 1, failures: [{ ...broken, error }] }), 0, t).text,
    '/site/broken.png does not exist.',
  );
});

test('several: counts, the first reason, what was skipped', () => {
  const results = [resultOf({ branches: [] }), resultOf({ skipped: true })];
  const summary = summarize(reportOf({ total: 4, results, failures: [broken, broken] }), 2, t);
  assert.equal(
    summary.text,
    '1 of 4 images upscaled in 12 s, beside the original. 1 skipped: its output exists. 2 failed, the ' +
      'first: broken.png was not upscaled: The file is damaged. Export it again. Skipped 2 ' +
      'that are not images.',
  );
  assert.equal(summary.severity, 'warning');
  assert.deepEqual(summary.actions, ['open', 'compare', 'reveal']);
  assert.deepEqual(summary.remedies, [{ kind: 'show-log' }]);
});

test('a cancel is quiet', () => {
  const summary = summarize(reportOf({ total: 3, results: [resultOf()], cancelled: true }), 0, t);
  assert.deepEqual(
    [summary.text, summary.severity, summary.actions],
    ['Canceled. 1 of 3 done.', 'quiet', []],
  );
});

test('a choice without images', () => {
  const summary = summarize(reportOf({}), 1, t);
  assert.deepEqual(
    [summary.text, summary.severity],
    ['Skipped 1 that is not an image.', 'warning'],
  );
});

test('one picture whose output exists', () => {
  const summary = summarize(
    reportOf({ results: [resultOf({ skipped: true, notes: ['The output exists already.'] })] }),
    0,
    t,
  );
  assert.equal(summary.text, 'hero.png was skipped. The output exists already.');
  assert.deepEqual(summary.actions, ['open', 'compare', 'reveal']);
});

test('a picture that is left alone is named once, alone and among others', () => {
  const note = 'Its name says that it is the ×2 picture of a set.';
  const left = resultOf({
    skipped: true,
    input: '/site/icon@2x.png',
    output: '',
    notes: [note],
  });
  const textOf = (...results: BatchReport['results']): string =>
    summarize(reportOf({ results }), 0, t).text;
  assert.equal(textOf(left), `icon@2x.png was skipped. ${note}`);
  assert.equal(
    textOf(resultOf(), left),
    `1 of 2 images upscaled in 12 s, beside the original. 1 left alone. icon@2x.png: ${note}`,
  );
});

test('what no model made has no dials; what was recognized wrongly has its button', () => {
  const drawn = resultOf({
    branches: [],
    notes: ['This looks like pixel art.'],
    remedies: [{ kind: 'treat-as-photo' }],
  });
  const summary = summarize(reportOf({ results: [drawn] }), 0, t);
  assert.doesNotMatch(summary.text, /λ/);
  assert.deepEqual(summary.remedies, [{ kind: 'treat-as-photo' }]);
});
