import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PanelRequests } from '../../../src/extension/comparison/panelRequests';
import { RpcError } from '../../../src/shared/rpc';

const requests = new PanelRequests((id) => ['compact', 'pisa-sr'].includes(id));
const size = { width: 400, height: 300 };
const guidance = { pixel: 1, semantic: 0.5 };
const run = { model: 'compact', onProcessor: false, scale: 2.5, pixelArt: 'auto', prompt: 'a cat' };
const all = { first: undefined, region: undefined, have: [] };
const rect = { x: 10, y: 20, width: 390, height: 280 };
const choice = {
  model: 'compact',
  guidance,
  scale: 4,
  format: 'source',
  quality: 90,
  lossless: 'auto',
  pixelArt: 'off',
  prompt: '',
};

const isRefused = (error: unknown): boolean =>
  error instanceof RpcError &&
  error.code === 'invalid-request' &&
  error.message.includes('Nothing was changed');

test('what is as agreed comes through, and nothing else with it', () => {
  assert.deepEqual(requests.preview({ ...run, first: rect, have: [], path: '/etc/passwd' }), {
    ...run,
    ...all,
    first: rect,
  });
  assert.deepEqual(requests.preview({ ...run, ...all }), { ...run, ...all });
  const part = { first: rect, region: rect, have: [rect, rect] };
  assert.deepEqual(requests.preview({ ...run, ...part }), { ...run, ...part });
  for (const draft of [true, false])
    assert.deepEqual(requests.exact({ ...run, guidance, rect, draft }, size), {
      ...run,
      guidance,
      rect,
      draft,
    });
  assert.deepEqual(requests.choice({ ...choice, input: '/etc/passwd' }), choice);
  assert.deepEqual(
    requests.save({
      ...choice,
      onProcessor: true,
      how: 'saveAs',
      again: false,
      target: '/etc/x.png',
    }),
    { ...choice, onProcessor: true, how: 'saveAs', again: false },
  );
  const restore = 'pisa-sr';
  assert.deepEqual(requests.choice({ ...choice, restore }), { ...choice, restore });
  assert.deepEqual(requests.preview({ ...run, ...all, restore }), { ...run, ...all, restore });
  assert.deepEqual(requests.choice({ ...choice, restore: undefined }), choice);
  assert.equal(requests.modelAlone({ model: 'pisa-sr', folder: '/etc' }), 'pisa-sr');
  requests.nothing(undefined);
  assert.equal(requests.savedAction('reveal'), 'reveal');
  assert.equal(requests.unsaved(false), false);
  assert.equal(requests.step(-1), -1);
  const drop = { addresses: ['file:///a.png', 'file:///b.pth'], elsewhere: false };
  assert.deepEqual(requests.drop({ ...drop, confirmed: true }), drop);
});

test('nonsense is refused', () => {
  const bad: (() => unknown)[] = [
    () => requests.choice({ ...choice, prompt: undefined }),
    () => requests.choice({ ...choice, prompt: 'a'.repeat(4001) }),
    () => requests.preview({ ...run, ...all, prompt: 5 }),
    () => requests.modelAlone({ model: 'gone' }),
    () => requests.modelAlone('compact'),
    () => requests.step(2),
    () => requests.step(undefined),
    ...[undefined, null, 4, 'x', [], {}].flatMap((value) => [
      () => requests.preview(value),
      () => requests.exact(value, size),
      () => requests.choice(value),
      () => requests.save(value),
      () => requests.drop(value),
    ]),
    ...[undefined, 'file:///a.png', [5], ['x'.repeat(9000)], Array<string>(101).fill('')].map(
      (addresses) => () => requests.drop({ addresses, elsewhere: false }),
    ),
    () => requests.drop({ addresses: [], elsewhere: 1 }),
    ...['other', '', '../compact', 5, undefined, ['compact']].map(
      (model) => () => requests.choice({ ...choice, model }),
    ),
    ...['other', '', '../compact', 5].flatMap((restore) => [
      () => requests.choice({ ...choice, restore }),
      () => requests.preview({ ...run, ...all, restore }),
    ]),
    ...[1.6, -0.1, 1e9, Number.NaN, Infinity, '1', null, undefined].flatMap((dial) => [
      () => requests.choice({ ...choice, guidance: { pixel: dial, semantic: 1 } }),
      () =>
        requests.exact(
          { ...run, draft: false, rect, guidance: { pixel: 1, semantic: dial } },
          size,
        ),
    ]),
    ...[0.5, 9, Number.NaN, '4', undefined].flatMap((scale) => [
      () => requests.choice({ ...choice, scale }),
      () => requests.preview({ ...run, ...all, scale }),
      () => requests.exact({ ...run, draft: false, guidance, rect, scale }, size),
    ]),
    ...['AUTO', true, undefined, ['on']].flatMap((pixelArt) => [
      () => requests.choice({ ...choice, pixelArt }),
      () => requests.preview({ ...run, ...all, pixelArt }),
    ]),
    ...[undefined, 'all', {}, [1], [{ x: 0 }], new Array(4097).fill(rect)].map(
      (have) => () => requests.preview({ ...run, ...all, have }),
    ),
    ...['bmp', 'SOURCE', 1, undefined].map(
      (format) => () => requests.choice({ ...choice, format }),
    ),
    ...[0, 101, 50.5, '90', undefined].map(
      (quality) => () => requests.choice({ ...choice, quality }),
    ),
    ...['true', true, undefined].map((lossless) => () => requests.choice({ ...choice, lossless })),
    ...['delete', '/etc/passwd', undefined, {}].map((file) => () => requests.savedAction(file)),
    ...[undefined, 'true', 1].map((value) => () => requests.unsaved(value)),
    ...['delete', undefined, 0].map(
      (how) => () => requests.save({ ...choice, onProcessor: false, again: false, how }),
    ),
    ...[
      { ...rect, x: -1 },
      { ...rect, x: 0.5 },
      { ...rect, width: 0 },
      { ...rect, width: 1e12 },
      { ...rect, x: '1' },
      'all',
      { x: 0 },
    ].flatMap((part) => [
      () => requests.preview({ ...run, ...all, first: part }),
      () => requests.preview({ ...run, ...all, region: part }),
      () => requests.preview({ ...run, ...all, have: [part] }),
      () => requests.exact({ ...run, draft: false, guidance, rect: part }, size),
    ]),
    () => requests.exact({ ...run, draft: false, guidance, rect: { ...rect, width: 391 } }, size),
    ...['true', 1, undefined].map(
      (draft) => () => requests.exact({ ...run, guidance, rect, draft }, size),
    ),
    () => requests.preview({ ...run, ...all, onProcessor: 'yes' }),
    () => requests.save({ ...choice, how: 'save', again: false }),
    () => requests.save({ ...choice, onProcessor: false, how: 'save', again: 1 }),
    () => requests.nothing({ path: '/etc' }),
  ];
  for (const [index, ask] of bad.entries()) assert.throws(ask, isRefused, `case ${index}`);
});
