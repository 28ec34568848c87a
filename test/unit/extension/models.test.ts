import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTrue, textOf, textsOf } from '../../../src/extension/commands/commandArguments';
import { modelItems } from '../../../src/extension/models/modelList';
import { summarize } from '../../../src/extension/jobs/summary';
import { untranslated as t } from '../../../src/extension/translate';
import type { ModelSummary } from '../../../src/shared/engineProtocol';
import type { ModelState } from '../../../src/shared/modelProtocol';
import { RpcError } from '../../../src/shared/rpc';

const embedded: ModelSummary = {
  id: 'small',
  name: 'Small',
  description: 'A small one',
  scale: 4,
  branches: ['pixel'],
  licence: 'MIT',
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
const state = (status: ModelState) => [{ id: 'pisa-sr' as const, name: 'PiSA-SR', status }];

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
  assert.deepEqual([pisa?.description, pisa?.actions], ['not installed', ['install', 'import']]);
});

test('what an interrupted installation left is shown and can be removed', () => {
  const pisa = modelItems(
    [embedded],
    state({ state: 'not-installed', downloadedBytes: 1.2e9 }),
    SMALL,
    t,
  )[1];
  assert.equal(pisa?.description, 'not installed, 1.2 GB downloaded');
  assert.ok(pisa.actions.includes('remove'));
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
    'not supported here: it needs 6 GB of memory and this machine has 3.8 GB',
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
  assert.equal(items.length, 2);
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
