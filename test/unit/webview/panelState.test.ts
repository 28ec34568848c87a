import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PanelInit } from '../../../src/shared/panelProtocol';
import { defaultState, restoreState } from '../../../src/webview/panel/panelState';
import { PanelStore } from '../../../src/webview/panel/panelStore';

const INIT: PanelInit = {
  kind: 'preview',
  original: { fileName: 'a.png', address: 'a', problem: '', size: { width: 10, height: 10 } },
  result: undefined,
  facts: '',
  models: [
    {
      id: 'two',
      name: 'Two',
      scale: 4,
      branches: ['pixel', 'semantic'],
      byTiles: true,
      partners: ['one'],
    },
    { id: 'one', name: 'One', scale: 2, branches: ['pixel'], byTiles: true, partners: [] },
    { id: 'clean', name: 'Clean', scale: 1, branches: ['pixel'], byTiles: true, partners: [] },
  ],
  model: 'two',
  guidance: { pixel: 1, semantic: 0.6 },
  output: { scale: 3, format: 'webp', quality: 70, lossless: 'never', pixelArt: 'on', prompt: '' },
  leftAlone: '',
};

test('a stored state is taken up as it was, through JSON', () => {
  const state = {
    ...defaultState(INIT),
    view: { zoom: 2, x: 0.25, y: 0.75 },
    mode: 'map',
    guidance: { pixel: 0.4, semantic: 1.2 },
    divider: 0.3,
    pinned: {
      model: 'two+one',
      guidance: { pixel: 1, semantic: 0 },
      prompt: 'a cat',
      restore: 'clean',
    },
    compareWith: 'A',
    model: 'one',
    output: {
      scale: 2.5,
      format: 'avif',
      quality: 33,
      lossless: 'always',
      pixelArt: 'off',
      prompt: 'a dog',
      restore: 'clean',
    },
    padOpen: true,
    saved: 'one clean 1 1 4 png 90 auto off',
    saving: { key: 'one clean 1 1 4 png 80 auto off', how: 'saveAs' },
    checkerboard: true,
    loupe: true,
  } as const;
  assert.deepEqual(restoreState(JSON.parse(JSON.stringify(state)), INIT), state);
});

test('a restorer that is not there any more, or never was one, is none', () => {
  for (const restore of ['gone', 'one', '', 7]) {
    const output = {
      scale: 2,
      format: 'png',
      quality: 90,
      lossless: 'auto',
      pixelArt: 'auto',
      prompt: '',
    };
    const pinned = { model: 'one', guidance: { pixel: 1, semantic: 0 }, prompt: '' };
    const stored = { output: { ...output, restore }, pinned: { ...pinned, restore } };
    const state = restoreState(stored, INIT);
    assert.deepEqual([state.output, state.pinned], [output, pinned]);
  }
});

test('nonsense becomes the default, part by part', () => {
  const fallback = defaultState(INIT);
  for (const stored of [
    undefined,
    null,
    7,
    'x',
    [],
    {
      view: 'x',
      mode: 'both',
      guidance: { pixel: 'a', semantic: 1 },
      divider: 2,
      pinned: 3,
      model: 'gone',
      output: { scale: 'x', format: 'bmp' },
      loupe: 1,
    },
  ]) {
    assert.deepEqual(restoreState(stored, INIT), fallback);
  }
  const mixed = restoreState(
    {
      mode: 'side',
      divider: Number.NaN,
      guidance: { pixel: 9, semantic: -3 },
      output: { scale: 99, format: 'png', quality: 0, lossless: true },
      padOpen: 'yes',
      saved: 3,
      compareWith: 'A',
    },
    INIT,
  );
  assert.deepEqual(mixed, {
    ...fallback,
    mode: 'side',
    guidance: { pixel: 1.5, semantic: 0 },
    output: {
      scale: 8,
      format: 'png',
      quality: 70,
      lossless: 'never',
      pixelArt: 'auto',
      prompt: '',
    },
  });
  // A pinned setting of a model that is gone, and a map that a pair does not have.
  assert.equal(
    restoreState({ pinned: { model: 'gone', guidance: { pixel: 1, semantic: 1 } } }, INIT).pinned,
    undefined,
  );
  assert.equal(
    restoreState({ mode: 'map' }, { ...INIT, kind: 'pair', models: [] }).mode,
    'divider',
  );
});

test('a gesture is one step; undo and redo go through the steps', () => {
  const seen: number[] = [];
  const store: PanelStore = new PanelStore(defaultState(INIT), () =>
    seen.push(store.state.guidance.pixel),
  );
  store.setGuidance({ pixel: 0.5, semantic: 0.6 });
  store.beginGesture();
  for (const pixel of [0.6, 0.7, 0.8]) store.setGuidance({ pixel, semantic: 0.6 });
  store.endGesture();
  store.setGuidance({ pixel: 0.8, semantic: 0.6 });
  assert.deepEqual(seen, [0.5, 0.6, 0.7, 0.8], 'the same guidance again is no step');
  store.undo();
  assert.equal(store.state.guidance.pixel, 0.5);
  store.undo();
  store.undo();
  assert.equal(store.state.guidance.pixel, 1);
  assert.equal(store.canUndo, false);
  store.redo();
  store.redo();
  assert.equal(store.state.guidance.pixel, 0.8);
  assert.equal(store.canRedo, false);
  store.undo();
  store.setGuidance({ pixel: 0.1234, semantic: 7 });
  assert.deepEqual(store.state.guidance, { pixel: 0.12, semantic: 1.5 });
  assert.equal(store.canRedo, false, 'a new step ends what could be redone');
});

test('Auto is undone to what was there before, also with the same dials', () => {
  const store = new PanelStore(defaultState(INIT), () => undefined);
  store.setGuidance({ pixel: 1, semantic: 0.6 }, true);
  assert.equal(store.state.auto, true);
  store.setGuidance({ pixel: 1.05, semantic: 0.6 });
  assert.equal(store.state.auto, false);
  store.undo();
  assert.equal(store.state.auto, true);
  store.undo();
  assert.equal(store.state.auto, false);
});

test('what the settings hold is brought into its range', () => {
  const { guidance, output, model } = defaultState({
    ...INIT,
    guidance: { pixel: 99, semantic: -1 },
    output: {
      scale: 1e9,
      format: 'png',
      quality: 90,
      lossless: 'auto',
      pixelArt: 'auto',
      prompt: '',
    },
    model: 'gone',
  });
  assert.deepEqual(
    [guidance, output, model],
    [
      { pixel: 1.5, semantic: 0 },
      { scale: 8, format: 'png', quality: 90, lossless: 'auto', pixelArt: 'auto', prompt: '' },
      'two',
    ],
  );
});
