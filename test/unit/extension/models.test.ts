import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTrue, textOf, textsOf } from '../../../src/extension/commands/commandArguments';
import { DEFAULT_MODEL } from '../../../src/shared/settings';
import { modelItems } from '../../../src/extension/models/modelList';
import { summarize } from '../../../src/extension/jobs/summary';
import { untranslated as t } from '../../../src/shared/translate';
import type { ModelSummary } from '../../../src/shared/engineProtocol';
import type { ModelState } from '../../../src/shared/modelProtocol';
import { panelModelOf, panelModels } from '../../../src/shared/panelModels';
import { pairChoices } from '../../../src/shared/pairs';
import { RpcError } from '../../../src/shared/rpc';

const embedded: ModelSummary = {
  id: 'small',
  name: 'Small',
  description: 'A small one',
  scale: 4,
  branches: ['pixel'],
  licence: 'MIT',
  precisions: ['fp32'],
  folder: '/models/small',
  byTiles: true,
};
const installed: ModelSummary = {
  ...embedded,
  id: 'pisa-sr',
  name: 'PiSA-SR',
  branches: ['pixel', 'semantic'],
  folder: '/store/pisa-sr',
};
const SMALL = { current: 'small', inWorkspace: true };
const state = (status: ModelState) => [
  {
    id: 'pisa-sr' as const,
    name: 'PiSA-SR',
    description: 'One diffusion step',
    licence: 'CreativeML Open RAIL++-M + Apache-2.0',
    status,
  },
];

test('a model that is not installed can be installed or imported, and nothing else', () => {
  const [small, pisa] = modelItems(
    [embedded],
    state({ state: 'not-installed', downloadedBytes: 0 }),
    SMALL,
    t,
  );
  assert.deepEqual(
    [small?.description, small?.actions],
    ['ready · in use', ['useHere', 'useEverywhere', 'verify']],
  );
  assert.deepEqual(
    [pisa?.description, pisa?.actions],
    [
      'not installed · about 4 GB, shared · CreativeML Open RAIL++-M + Apache-2.0',
      ['install', 'import'],
    ],
  );
});

test('what models of the product are for fits a row of the list, which cuts the rest', () => {
  const items = modelItems(
    [
      { ...embedded, id: DEFAULT_MODEL },
      { ...installed, id: 'osediff' },
    ],
    state({ state: 'not-installed', downloadedBytes: 0 }),
    SMALL,
    t,
  );
  // VS Code's list is 600 pixels wide, for which the widest of its fonts needs 7.2 a letter.
  for (const { label, detail } of items) assert.ok(detail.length <= 80, `${label}: ${detail}`);
  assert.ok(items.filter(({ detail }) => detail !== '').length >= 3);
});

test('what an interrupted installation left is shown and can be removed', () => {
  const pisa = modelItems(
    [embedded],
    state({ state: 'not-installed', downloadedBytes: 1.2e9 }),
    SMALL,
    t,
  )[1];
  assert.match(pisa?.description ?? '', /^not installed, 1\.2 GB downloaded · /);
  assert.match(pisa?.description ?? '', /^not installed, 1\.2 GB downloaded · /);
});

test('a model that can’t run here says why and offers nothing', () => {
  const pisa = modelItems(
    [embedded],
    state({ state: 'unsupported', reason: 'it needs 6 GB of memory and this machine has 3.8 GB' }),
    SMALL,
    t,
  )[1];
  assert.equal(
    pisa?.description,
    'not supported here: it needs 6 GB of memory and this machine has 3.8 GB · ' +
      'about 4 GB, shared · CreativeML Open RAIL++-M + Apache-2.0',
  );
  assert.deepEqual(pisa.actions, []);
});

test('an installed model is listed once, with its size, and can be removed', () => {
  const items = modelItems(
    [embedded, installed],
    state({ state: 'ready', folder: '/store/pisa-sr', bytes: 3.83e9, precision: 'fp32' }),
    { current: 'pisa-sr', inWorkspace: true },
    t,
  );
  assert.deepEqual(
    items.map(({ label }) => label),
    ['Small', 'PiSA-SR', 'Add Model from File…', 'Two Models as One…'],
  );
  assert.equal(items[1]?.description, 'ready, 3.8 GB, fp32 · in use');
  assert.deepEqual(items[1].actions, ['useHere', 'useEverywhere', 'verify', 'reveal', 'remove']);
});

test('without a workspace a model can’t be chosen for one', () => {
  const [small] = modelItems(
    [embedded],
    state({ state: 'not-installed', downloadedBytes: 0 }),
    { current: 'small', inWorkspace: false },
    t,
  );
  assert.deepEqual(small?.actions, ['useEverywhere', 'verify']);
});

test('arguments of commands are checked: what is there must be right, what is not is asked for', () => {
  assert.equal(textOf({ folder: '/x' }, 'folder'), '/x');
  for (const none of [undefined, null, 7, 'folder', {}, { folder: undefined }])
    assert.equal(textOf(none, 'folder'), undefined);
  for (const wrong of [{ folder: 7 }, { folder: '' }, { folder: null }, { folder: ['/x'] }])
    assert.throws(() => textOf(wrong, 'folder'), TypeError);
  assert.equal(isTrue({ confirmed: true }, 'confirmed'), true);
  assert.equal(isTrue({ confirmed: 'true' }, 'confirmed'), false);
  assert.deepEqual(textsOf({ mirrors: ['a'] }, 'mirrors'), ['a']);
  assert.equal(textsOf({}, 'mirrors'), undefined);
  for (const wrong of [{ mirrors: ['a', 7] }, { mirrors: 'a' }])
    assert.throws(() => textsOf(wrong, 'mirrors'), TypeError);
});

test('a picture that failed because the model is missing offers to get it', () => {
  const error = new RpcError({
    code: 'model-not-installed',
    message: 'The model "pisa-sr" is not installed.',
  });
  const { remedies } = summarize(
    { total: 1, results: [], failures: [{ index: 0, input: '/a.png', error }], cancelled: false },
    0,
    t,
  );
  assert.deepEqual(
    remedies.map(({ kind }) => kind),
    ['install-model', 'import-model', 'show-log'],
  );
});

test('a picture that failed because the model can’t run here says why and offers the log only', () => {
  const error = new RpcError({
    code: 'model-unsupported',
    message: "PiSA-SR can't run here: it needs 6 GB of memory.",
  });
  const { remedies, text } = summarize(
    { total: 1, results: [], failures: [{ index: 0, input: '/a.png', error }], cancelled: false },
    0,
    t,
  );
  assert.deepEqual(remedies, [{ kind: 'show-log' }]);
  assert.match(text, /it needs 6 GB of memory/);
});

const OWN: ModelSummary = {
  ...embedded,
  id: 'sharp',
  name: 'Sharp',
  description: 'ESRGAN, 64 features, 23 blocks. Detail.',
  folder: '/store/sharp',
  own: {
    id: 'sharp',
    name: 'Sharp',
    description: 'ESRGAN, 64 features, 23 blocks. Detail.',
    file: '/downloads/Sharp.pth',
    bytes: 66_961_958,
    sha256: 'a'.repeat(64),
    architecture: 'ESRGAN',
    size: '64 features, 23 blocks',
    speed: 'slow',
    scale: 4,
    licence: { name: 'CC-BY-NC-SA-4.0', terms: 'non-commercial', source: 'OpenModelDB' },
    added: true,
  },
};

test('a model in a file says its network, scale, size and licence, and can be removed or shown', () => {
  const items = modelItems([embedded, OWN], [], SMALL, t);
  const own = items.find(({ id }) => id === 'sharp');
  assert.equal(
    own?.description,
    'ESRGAN · ×4 · 67 MB · slow · CC-BY-NC-SA-4.0 (pictures not for commercial use)',
  );
  assert.equal(own.folder, '/downloads/Sharp.pth');
  assert.deepEqual(own.actions, ['useHere', 'useEverywhere', 'verify', 'reveal', 'remove']);
  const found = { ...OWN, own: { ...OWN.own!, added: false } };
  const [item] = modelItems([found], [], SMALL, t);
  assert.deepEqual(item?.actions, ['useHere', 'useEverywhere', 'verify', 'reveal', 'add']);
});

test('a model that only a server has says so, and is part of no pair', () => {
  const there = {
    ...OWN,
    own: { ...OWN.own!, unverified: true, architecture: 'Inference server' },
  };
  const items = modelItems([embedded, there], [], { ...SMALL, hasServer: true }, t);
  const own = items.find(({ id }) => id === 'sharp');
  assert.match(own?.description ?? '', /^unverified · Inference server · ×4 · /);
  const labels = items.map(({ label }) => label);
  assert.ok(labels.includes('Models of the Inference Server…'));
  assert.ok(!labels.includes('Two Models as One…'));
  assert.ok(
    !modelItems([embedded, there], [], SMALL, t).some(({ actions }) => actions.includes('served')),
  );
});

test('two models can be one when they work tile by tile and have one scale', () => {
  const labels = (models: readonly ModelSummary[]): readonly string[] =>
    modelItems(models, [], SMALL, t).map(({ label }) => label);
  assert.ok(labels([embedded, OWN]).includes('Two Models as One…'));
  assert.ok(!labels([embedded, { ...OWN, scale: 2 }]).includes('Two Models as One…'));
  assert.ok(!labels([embedded, { ...OWN, byTiles: false }]).includes('Two Models as One…'));
  const shown = panelModels([embedded, OWN]);
  const both = panelModelOf(shown, 'small+sharp');
  assert.equal(both?.id, 'small+sharp');
  assert.deepEqual(both.branches, ['pixel', 'semantic']);
  assert.equal(panelModelOf(shown, 'small')?.name, embedded.name);
  for (const id of ['small+small', 'small+gone', 'small+sharp+small', 'small+', 'gone', ''])
    assert.equal(panelModelOf(shown, id), undefined, id);
});

const promptsOf = ({ id }: ModelSummary): Pick<ModelSummary, 'prompts'> =>
  id === 'osediff' ? { prompts: 'ready' } : {};

test('a diffusion model with one dial can be the second of a pair, and its first never', () => {
  const osediff: ModelSummary = {
    ...installed,
    id: 'osediff',
    name: 'OSEDiff',
    branches: ['semantic'],
    byTiles: false,
  };
  const pisa: ModelSummary = { ...installed, byTiles: false };
  const all = [embedded, OWN, osediff, pisa];
  const ids = (first?: ModelSummary): string[] => pairChoices(all, first).map(({ id }) => id);
  assert.deepEqual(ids(), ['small', 'sharp']);
  assert.deepEqual(ids(embedded), ['sharp', 'osediff']);
  assert.deepEqual(ids(osediff), []);
  assert.deepEqual(
    pairChoices([embedded, osediff]).map(({ id }) => id),
    ['small'],
  );
  const shown = panelModels(all.map((model) => ({ ...model, ...promptsOf(model) })));
  const pair = panelModelOf(shown, 'small+osediff');
  assert.deepEqual(
    [pair?.id, pair?.byTiles, pair?.branches, pair?.prompts],
    ['small+osediff', false, ['pixel', 'semantic'], 'ready'],
  );
  assert.equal(panelModelOf(shown, 'small+sharp')?.prompts, undefined);
  for (const id of ['osediff+small', 'small+pisa-sr', 'osediff+pisa-sr'])
    assert.equal(panelModelOf(shown, id), undefined, id);
});

test('published models are offered with their licence until they are installed', () => {
  const published = {
    id: 'soft',
    name: 'Soft',
    author: 'Somebody',
    licence: { name: 'CC-BY-NC-SA-4.0', terms: 'non-commercial' as const },
    network: 'ESRGAN, 23 blocks',
    speed: 'medium' as const,
    scale: 4,
    bytes: 67_025_055,
    sha256: 'b'.repeat(64),
    host: 'example.org',
    purpose: 'Soft detail',
    installed: false,
  };
  const item = modelItems([embedded], [], SMALL, t, [published]).find(({ id }) => id === 'soft');
  assert.equal(
    item?.description,
    'available · ×4 · 67 MB · medium speed · CC-BY-NC-SA-4.0 (pictures not for commercial use)',
  );
  assert.deepEqual(item.actions, ['install']);
  const there = modelItems([embedded], [], SMALL, t, [{ ...published, installed: true }]);
  assert.ok(!there.some(({ id }) => id === 'soft'));
});
