// What a comparison's host does with a file that changes, with a stand-in for VS Code.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, before, beforeEach, test } from 'node:test';
import type * as comparing from '../../../src/extension/comparison/comparison';
import type * as hosting from '../../../src/extension/comparison/previewHost';
import type { CallContext } from '../../../src/shared/rpc';
import { DEFAULT_SETTINGS } from '../../../src/shared/settings';
import { withFakeVscode, type Fake } from './withFakeVscode';

type Bundle = typeof comparing & typeof hosting & Fake;
type Host = ReturnType<hosting.PreviewHost['api']>;

const MODEL = { id: 'two', name: 'Two', scale: 4, branches: ['pixel', 'semantic'], byTiles: true };
const RUN = { model: 'two', onProcessor: false, scale: 4, pixelArt: 'auto', prompt: '' };
const CHOICE = {
  ...RUN,
  guidance: { pixel: 1, semantic: 1 },
  format: 'source',
  quality: 90,
  lossless: 'auto',
};
const RECT = { x: 0, y: 0, width: 8, height: 8 };
const quiet: CallContext = { signal: new AbortController().signal, progress: () => undefined };

let bundle: Bundle;
let folder: string;
let file: string;
let done: string[];
let host: Host;

before(async () => {
  bundle = await withFakeVscode<typeof comparing & typeof hosting>([
    'extension/comparison/comparison',
    'extension/comparison/previewHost',
  ]);
});

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'preview-host-'));
  file = path.join(folder, 'a.png');
  writeFileSync(file, 'as it was');
  done = [];
  bundle.told.splice(0);
  host = hostOf({});
  await host.init(undefined, quiet);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function hostOf(wish: comparing.Wish): Host {
  const comparison = bundle.fromStored({ kind: 'preview', source: `file://${file}`, wish });
  assert.ok(comparison?.kind === 'preview');
  const client = {
    models: async () => [MODEL],
    pictureHeader: async () => ({ size: { width: 40, height: 30 }, format: 'png' }),
  };
  const settings = { ...DEFAULT_SETTINGS, output: {}, asset: {} };
  const session = {
    result: { size: { width: 160, height: 120 } },
    compute: async () => void done.push('preview'),
    exact: async () => void done.push('exact'),
  };
  const services = {
    engine: { use: (work: (one: typeof client) => unknown) => work(client) },
    config: { upscale: () => settings, autoGuidance: () => false },
    log: { warn: () => undefined, error: () => undefined },
    jobs: {
      render: async () => {
        done.push('save');
        return { skipped: false, output: path.join(folder, 'a@4x.png') };
      },
    },
  };
  const webview = { asWebviewUri: (uri: unknown) => uri };
  const surroundings = { word: 'word', onShown: () => undefined, onUnsaved: () => undefined };
  return new bundle.PreviewHost(
    comparison,
    webview as never,
    session as never,
    services as never,
    surroundings,
  ).api();
}

/** Everything that reads the file for what is shown, or writes what was chosen. */
const asks: Record<string, () => Promise<unknown>> = {
  preview: () => host.preview({ ...RUN, have: [], region: RECT }, quiet),
  exact: () => host.exact({ ...CHOICE, rect: RECT, draft: false }, quiet),
  save: () => host.save({ ...CHOICE, how: 'save', again: false }, quiet),
};
const questions = (): string[] =>
  bundle.told.filter(({ where }) => where === 'warning').map(({ text }) => text);

test('of a file as it was opened parts are computed, and it is saved without a question', async () => {
  for (const ask of Object.values(asks)) await ask();
  assert.deepEqual(done, ['preview', 'exact', 'save']);
  assert.deepEqual(questions(), []);
});

test('of a file that changed since no part is computed, and it is saved only when the person says so', async () => {
  writeFileSync(file, 'another picture');
  await assert.rejects(asks.preview!(), { code: 'source-changed' });
  await assert.rejects(asks.exact!(), { code: 'source-changed' });
  bundle.answers.push(undefined);
  assert.deepEqual(await asks.save!(), { fileName: '' });
  assert.deepEqual(done, []);
  assert.deepEqual(await asks.save!(), { fileName: 'a@4x.png' });
  assert.deepEqual(done, ['save']);
  const question = 'a.png changed on disk since it was opened here.';
  assert.deepEqual(questions(), [question, question]);
  // Read anew, it is what is seen.
  await host.init(undefined, quiet);
  for (const ask of Object.values(asks)) await ask();
  assert.deepEqual(done, ['save', 'preview', 'exact', 'save']);
  assert.equal(questions().length, 2);
});

test('of a file that is gone nothing is asked: who reads it tells', async () => {
  rmSync(file);
  for (const ask of Object.values(asks)) await ask();
  assert.deepEqual(done, ['preview', 'exact', 'save']);
  assert.deepEqual(questions(), []);
});

test('a page begins with what was wished for, and else with the settings', async () => {
  const usual = (await host.init(undefined, quiet)).output;
  assert.deepEqual(usual, {
    scale: 4,
    format: 'source',
    quality: 90,
    lossless: 'auto',
    pixelArt: 'auto',
    prompt: '',
  });
  const output = { ...usual, format: 'png', pixelArt: 'off', prompt: 'a cat' } as const;
  const { scale, ...form } = output;
  const init = await hostOf({ scale, output: { ...form, restore: 'gone' } }).init(undefined, quiet);
  assert.deepEqual(init.output, output, 'a restorer that is not there any more is none');
});
