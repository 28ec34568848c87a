import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { readEngineSettings, readUpscaleSettings } from '../../../src/extension/settingsReader';
import { DEFAULT_SETTINGS } from '../../../src/shared/settings';

const from = (values: Record<string, unknown>) => (key: string) => values[key];

test('values are taken over', () => {
  const values = { model: ' m ', device: 'cuda', scale: 2, pixelGuidance: 0.5, semanticGuidance: 0, colourFix: 'wavelet', outputFormat: 'webp', quality: 70, namePattern: 'up/{name}.{ext}', overwrite: 'skip', maxInputMegapixels: 5 };
  assert.deepEqual(readUpscaleSettings(from(values)), {
    model: 'm', device: 'cuda', scale: 2, guidance: { pixel: 0.5, semantic: 0 }, colourFix: 'wavelet', format: 'webp', quality: 70, namePattern: 'up/{name}.{ext}', overwrite: 'skip', maxInputMegapixels: 5,
  });
});

test('values of the wrong type or outside their set become the default', () => {
  for (const wrong of [null, [], {}, true, 'nonsense '.repeat(0), Number.NaN, '4']) {
    const settings = readUpscaleSettings((key) => (key === 'model' || key === 'namePattern' ? (typeof wrong === 'string' ? '' : wrong) : wrong));
    assert.deepEqual(settings, DEFAULT_SETTINGS, JSON.stringify(wrong));
  }
});

test('numbers are brought into their range', () => {
  const { scale, quality, guidance } = readUpscaleSettings(from({ scale: 100, quality: -3, pixelGuidance: 9, semanticGuidance: -1 }));
  assert.deepEqual([scale, quality, guidance.pixel, guidance.semantic], [8, 1, 1.5, 0]);
});

test('model folders that are not absolute are named, not used', () => {
  const good = path.resolve('/models');
  const settings = readEngineSettings(from({ modelFolders: [good, 'relative', 7], engineIdleMinutes: 2 }));
  assert.deepEqual(settings, { modelFolders: [good], ignoredModelFolders: ['"relative"', '7'], idleSeconds: 120, store: undefined });
  assert.deepEqual(readEngineSettings(from({ modelFolders: 'x' })).modelFolders, []);
});
