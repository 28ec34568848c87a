import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import {
  readEngineSettings,
  readInstallSettings,
  rangeProblems,
  readUpscaleSettings,
} from '../../../src/extension/settingsReader';
import { DEFAULT_PISA_SR_MIRRORS, DEFAULT_SETTINGS } from '../../../src/shared/settings';

const from = (values: Record<string, unknown>) => (key: string) => values[key];

test('values are taken over', () => {
  const values = {
    model: ' m ',
    device: 'cuda',
    precision: 'int8',
    scale: 2,
    pixelGuidance: 0.5,
    semanticGuidance: 0,
    restore: ' cleaner ',
    colourFix: 'wavelet',
    prompt: ' a kingfisher ',
    outputFormat: 'webp',
    quality: 70,
    namePattern: 'up/{name}.{ext}',
    overwrite: 'skip',
    maxInputMegapixels: 5,
    maxOutputMegapixels: 50,
    maxFrames: 7,
    metadata: 'strip',
    provenance: true,
    lossless: 'always',
    palette: false,
    maxOutputKilobytes: 250,
    pixelArt: 'off',
    seamless: true,
    animation: 'firstFrame',
  };
  assert.deepEqual(readUpscaleSettings(from(values)), {
    model: 'm',
    restore: 'cleaner',
    device: 'cuda',
    precision: 'int8',
    scale: 2,
    guidance: { pixel: 0.5, semantic: 0 },
    colourFix: 'wavelet',
    prompt: 'a kingfisher',
    promptIsUsual: true,
    format: 'webp',
    quality: 70,
    namePattern: 'up/{name}.{ext}',
    overwrite: 'skip',
    maxInputMegapixels: 5,
    maxOutputMegapixels: 50,
    maxFrames: 7,
    output: {
      metadata: 'strip',
      provenance: true,
      lossless: true,
      palette: false,
      maxBytes: 250_000,
    },
    asset: { pixelArt: 'off', seamless: true, frames: 'first' },
  });
});

test('values of the wrong type or outside their set become the default', () => {
  for (const wrong of [null, [], {}, 'nonsense '.repeat(0), Number.NaN, '4']) {
    const settings = readUpscaleSettings((key) =>
      ['model', 'restore', 'prompt', 'namePattern'].includes(key) && typeof wrong === 'string'
        ? ''
        : wrong,
    );
    assert.deepEqual(settings, DEFAULT_SETTINGS, JSON.stringify(wrong));
  }
});

test('numbers are brought into their range', () => {
  const { scale, quality, guidance } = readUpscaleSettings(
    from({ scale: 100, quality: -3, pixelGuidance: 9, semanticGuidance: -1 }),
  );
  assert.deepEqual([scale, quality, guidance.pixel, guidance.semantic], [8, 1, 1.5, 0]);
});

test('model folders that are not absolute are named, not used', () => {
  const good = path.resolve('/models');
  const settings = readEngineSettings(
    from({ modelFolders: [good, 'relative', 7], engineIdleMinutes: 2 }),
  );
  assert.deepEqual(settings, {
    modelFolders: [good],
    ignoredModelFolders: ['"relative"', '7'],
    idleSeconds: 120,
    store: undefined,
    ignoredStore: undefined,
  });
  assert.deepEqual(readEngineSettings(from({ modelFolders: 'x' })).modelFolders, []);
});

test('a store that is not absolute is named, not used', () => {
  const good = path.resolve('/store');
  const read = (modelStore: unknown): unknown[] => {
    const { store, ignoredStore } = readEngineSettings(from({ modelStore }));
    return [store, ignoredStore];
  };
  assert.deepEqual(read(good), [good, undefined]);
  assert.deepEqual(read('~/store'), [undefined, '"~/store"']);
  assert.deepEqual(read(7), [undefined, '7']);
  for (const none of ['', undefined]) assert.deepEqual(read(none), [undefined, undefined]);
});

test('mirrors that are no text are left out, and a list without any is the default', () => {
  assert.deepEqual(
    readInstallSettings(
      from({ pisaSrMirrors: ['https://a/{path}', 7, ' '], modelPrecision: 'fp16' }),
    ),
    { mirrors: ['https://a/{path}'], precision: 'fp16', prompts: false },
  );
  for (const [prompt, prompts] of [
    ['a cat', true],
    [' ', false],
    [7, false],
  ] as const)
    assert.equal(readInstallSettings(from({ prompt })).prompts, prompts);
  for (const none of [[], [' '], 'https://a', undefined])
    assert.deepEqual(
      readInstallSettings(from({ pisaSrMirrors: none })).mirrors,
      DEFAULT_PISA_SR_MIRRORS,
    );
  assert.equal(readInstallSettings(from({ modelPrecision: 'int8' })).precision, 'fp32');
});

test('a number out of its range is told with the range and what is used instead', () => {
  const settings: Record<string, unknown> = {
    scale: 99,
    quality: 0,
    pixelGuidance: -1,
    semanticGuidance: 2,
    maxInputMegapixels: 0,
    maxOutputKilobytes: -1,
  };
  const problems = rangeProblems((key) => settings[key]);
  assert.deepEqual(
    problems.map(({ setting, value, used }) => [setting, value, used]),
    [
      ['scale', 99, 8],
      ['pixelGuidance', -1, 0],
      ['semanticGuidance', 2, 1.5],
      ['quality', 0, 1],
      ['maxInputMegapixels', 0, 1],
      ['maxOutputKilobytes', -1, 0],
    ],
  );
  // What is told is what the reader does.
  const read = readUpscaleSettings((key) => settings[key]);
  assert.deepEqual(
    [read.scale, read.guidance, read.quality, read.maxInputMegapixels],
    [8, { pixel: 0, semantic: 1.5 }, 1, 1],
  );
  assert.deepEqual(
    rangeProblems((key) => (key === 'scale' ? 2 : undefined)),
    [],
  );
});
