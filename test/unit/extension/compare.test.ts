// What the comparison after an upscaling begins with, with a stand-in for VS Code.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import type * as comparing from '../../../src/extension/comparison/comparison';
import type * as command from '../../../src/extension/commands/compare';
import type * as jobs from '../../../src/extension/jobs/upscaleJobs';
import type { UpscaleOverrides } from '../../../src/extension/jobs/upscaleJobs';
import type { AssetOptions } from '../../../src/shared/assetOptions';
import type { UpscaleResult } from '../../../src/shared/engineProtocol';
import { RpcError } from '../../../src/shared/rpc';
import { DEFAULT_SETTINGS } from '../../../src/shared/settings';
import { resultOf } from './fakes';
import { withFakeVscode, type Fake } from './withFakeVscode';

type Bundle = typeof comparing & typeof command & typeof jobs & Fake;
type Uri = Parameters<typeof comparing.baseName>[0];

const SETTINGS = {
  ...DEFAULT_SETTINGS,
  model: 'two',
  format: 'webp',
  quality: 70,
  output: {},
  namePattern: '{name}@{scale}x',
};

let bundle: Bundle;
before(async () => {
  bundle = await withFakeVscode<Bundle>([
    'extension/comparison/comparison',
    'extension/commands/compare',
    'extension/jobs/upscaleJobs',
  ]);
});

function at(file: string): Uri {
  const stored = bundle.fromStored({ kind: 'preview', source: `file://${file}` });
  assert.ok(stored?.kind === 'preview');
  return stored.source;
}

/** The jobs of a window whose settings have these, with an engine that makes `result`. */
function jobsWith(asset: AssetOptions, upscale: (signal: AbortSignal) => Promise<UpscaleResult>) {
  const told: string[] = [];
  let cancel = (): void => undefined;
  const config = { upscale: () => ({ ...SETTINGS, asset }) };
  const client = {
    upscale: (
      _call: unknown,
      { signal, onProgress }: { signal: AbortSignal; onProgress: (step: unknown) => void },
    ) => {
      onProgress({ phase: 'infer', tile: 1, tiles: 2 });
      return upscale(signal);
    },
  };
  const made = new bundle.UpscaleJobs(
    { use: (work: (one: typeof client) => unknown) => work(client) } as never,
    config as never,
    { info: () => undefined, warn: () => undefined, error: () => undefined } as never,
    {
      begin: (work) => {
        cancel = work.cancel;
        return { tell: (text) => told.push(text), end: () => told.push('end') };
      },
      computedOn: () => undefined,
    },
  );
  return { jobs: made, config, told, cancel: () => cancel() };
}

/** What Compare opens after an upscaling with these overrides. */
async function compared(
  overrides: UpscaleOverrides,
  changes: Partial<UpscaleResult> = {},
  asset: AssetOptions = {},
): Promise<comparing.Comparison | undefined> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'compare-'));
  try {
    const file = path.join(folder, 'hero.png');
    const result = resultOf({ input: file, output: path.join(folder, 'hero@4x.png'), ...changes });
    const { jobs: running, config } = jobsWith(asset, async () => result);
    const made = await running.render(
      at(file),
      overrides,
      new AbortController().signal,
      () => undefined,
    );
    let shown: comparing.Comparison | undefined;
    const panels = { show: async (one: comparing.Comparison) => void (shown = one) };
    await bundle.compare({ panels, config } as never, at(file), at(result.output), made);
    return shown;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const USUAL = { format: 'webp', quality: 70, lossless: 'auto', pixelArt: 'auto', prompt: '' };

for (const [name, overrides, output] of [
  ['the settings', {}, USUAL],
  ['Treat as Photo', { asset: { pixelArt: 'off' } }, { ...USUAL, pixelArt: 'off' }],
  ['Pixel Art', { asset: { pixelArt: 'on' } }, { ...USUAL, pixelArt: 'on' }],
  [
    'a format, a restorer and words',
    { format: 'png', quality: 80, output: { lossless: true }, restore: 'clean', prompt: 'a cat' },
    {
      format: 'png',
      quality: 80,
      lossless: 'always',
      pixelArt: 'auto',
      prompt: 'a cat',
      restore: 'clean',
    },
  ],
] as const)
  test(`Compare begins with what the result was made with: ${name}`, async () => {
    const shown = await compared(overrides);
    assert.ok(shown?.kind === 'preview');
    const { guidance, model, scale } = resultOf();
    assert.deepEqual(shown.wish, { model, guidance, scale, output });
    assert.equal(path.basename(shown.result?.path ?? ''), 'hero@4x.png');
    // It is kept over a restart.
    const again = bundle.fromStored(JSON.parse(JSON.stringify(bundle.toStored(shown))));
    assert.ok(again?.kind === 'preview');
    assert.deepEqual(again.wish, shown.wish);
  });

for (const [name, overrides, changes] of [
  ['a seamless texture', { asset: { seamless: true } }, {}],
  ['a sprite sheet', { asset: { grid: { columns: 8, rows: 4 } } }, {}],
  ['a size that no scale of two decimals has', {}, { width: 1000, height: 750, scale: 3.90625 }],
] as const)
  test(`Compare shows the two files of what a panel can't make again: ${name}`, async () => {
    const shown = await compared(overrides, changes);
    assert.ok(shown?.kind === 'pair');
    assert.equal(shown.facts, 'λ_pix 1.00 · λ_sem 0.50');
  });

test('a kind that the settings have is that of the panel, too', async () => {
  const shown = await compared({}, {}, { seamless: true });
  assert.equal(shown?.kind, 'preview');
  const changed = await compared({ asset: { seamless: false } }, {}, { seamless: true });
  assert.equal(changed?.kind, 'pair');
});

test('what other code says of a result is not trusted', async () => {
  const { config } = jobsWith({}, async () => resultOf());
  const shown: comparing.Comparison[] = [];
  const panels = { show: async (one: comparing.Comparison) => void shown.push(one) };
  const { asked, ...made } = { ...resultOf(), asked: { format: 'exe', quality: 90 } };
  for (const one of [made, { ...made, asked }, { ...made, asked: 7 }])
    await bundle.compare({ panels, config } as never, at('/w/a.png'), at('/w/a@4x.png'), one);
  const { guidance, model, scale } = resultOf();
  for (const one of shown) {
    assert.ok(one.kind === 'preview');
    assert.deepEqual(one.wish, { model, guidance, scale });
  }
});

test('what a panel saves is in the status bar, and ends there', async () => {
  const {
    jobs: running,
    told,
    cancel,
  } = jobsWith(
    {},
    (signal) =>
      new Promise((_, reject) =>
        signal.addEventListener('abort', () =>
          reject(new RpcError({ code: 'cancelled', message: 'Canceled.' })),
        ),
      ),
  );
  const folder = mkdtempSync(path.join(os.tmpdir(), 'compare-'));
  const seen: unknown[] = [];
  const saving = running.render(
    at(path.join(folder, 'hero.png')),
    {},
    new AbortController().signal,
    (step) => {
      seen.push(step.tile);
      setImmediate(cancel);
    },
  );
  await assert.rejects(saving, { code: 'cancelled' });
  rmSync(folder, { recursive: true, force: true });
  assert.deepEqual(told, ['Upscaling hero.png', 'Upscaling hero.png · 48%', 'end']);
  assert.deepEqual(seen, [1]);
});
