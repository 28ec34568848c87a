import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { DEFAULT_MODEL } from '../../src/shared/settings';
import {
  INIT,
  ONE_DIAL,
  PAIR,
  PanelHarness,
  PREVIEW,
  progress,
  RESULT,
  TWO_DIALS,
  type PanelPage,
  type Call,
  type Sent,
} from './panelHarness';

let harness: PanelHarness;
let panel: PanelPage;

before(async () => {
  harness = await PanelHarness.start();
});
after(() => harness.close());
afterEach(async () => {
  const problems = [...panel.problems];
  await panel.close();
  assert.deepEqual(problems, []);
});

const click = async (selector: string): Promise<void> => {
  await panel.page.click(selector);
  await panel.frame();
};
const hidden = (selector: string): Promise<boolean> => panel.page.locator(selector).isHidden();
/** Until the name and the size of the result are known, which are asked a moment after the picture. */
const named = (): Promise<void> =>
  panel.until(`document.querySelector('#outputFile').textContent !== '–'`);
const GPU_ERROR = {
  code: 'inference-failed',
  message: 'WebGPU ran out of memory.',
  hint: 'Close other programs.',
};

test('a run that takes long offers the embedded model, which starts at once', async () => {
  const embedded = { ...TWO_DIALS, id: DEFAULT_MODEL };
  const clean = { ...TWO_DIALS, id: 'clean', name: 'Clean', scale: 1 };
  panel = await harness.open({ init: { ...INIT, models: [...INIT.models, clean, embedded] } });
  await panel.choose('#restore', 'clean');
  const call = await panel.called('preview', 1);
  await panel.progress(call, progress(0, { secondsLeft: 700 }));
  assert.equal(await panel.text('#workingText'), 'Upscaling · tile 1 of 16 · 12 min left');
  await click('#faster');
  const next = await panel.called('preview', 2);
  assert.ok(await panel.isCancelled(call));
  assert.deepEqual([next.params?.model, next.params?.restore], [DEFAULT_MODEL, undefined]);
  // There is nothing faster than it.
  await panel.progress(next, progress(0, { secondsLeft: 700 }));
  assert.ok(await hidden('#faster'));
  await panel.close();
  panel = await harness.open();
  await panel.progress(await panel.called('preview'), progress(0, { secondsLeft: 700 }));
  assert.ok(await hidden('#faster'), 'where the embedded model is not there');
});

test('while it runs: progress, time left, tiles in order, Cancel, and dials that work', async () => {
  panel = await harness.open();
  const call = await panel.called('preview');
  assert.deepEqual(call.params, {
    model: 'two',
    onProcessor: false,
    scale: 4,
    pixelArt: 'auto',
    prompt: '',
    have: [],
  });
  assert.equal(await panel.text('#announcements'), 'Upscaling has started');
  assert.equal(await panel.attribute('body', 'aria-busy'), 'true');
  const next = { x: 256, y: 192, width: 256, height: 192 };
  await panel.progress(call, progress(6, { next }));
  assert.equal(await panel.text('#chipText'), 'WebGPU · 5.0 s left');
  assert.equal(await panel.text('#workingText'), 'Upscaling · tile 7 of 16 · 5.0 s left');
  assert.equal(await panel.attribute('#progress', 'aria-valuenow'), '38');
  assert.ok(await panel.page.locator('#save').isDisabled());
  assert.ok(await panel.page.locator('#saveMore').isDisabled());
  assert.ok(await panel.page.locator('#pin').isDisabled());
  assert.deepEqual(
    [await panel.text('#consistencyValue'), await panel.text('#consistencyWord')],
    ['–', 'after the run'],
  );
  assert.deepEqual((await panel.scene()).workingTile, next);
  await panel.openPad();
  await panel.page.focus('#pad');
  await panel.page.keyboard.press('ArrowUp');
  await panel.frame();
  assert.equal((await panel.scene()).guidance.semantic, 1.05);
  await panel.progress(call, progress(8));
  assert.equal(await panel.text('#announcements'), 'Half done');
  await panel.progress(call, progress(16));
  await panel.result(call, PREVIEW);
  assert.equal(await panel.text('#announcements'), 'Done in 0.42 s on WebGPU');
  assert.equal(await panel.text('#chipText'), 'WebGPU · 0.42 s');
  assert.ok(await panel.page.locator('#save').isEnabled());
  assert.ok(await hidden('#progress'));
  assert.ok(await hidden('#working'));
  assert.deepEqual(
    (await panel.renderer('addTile')).map(([, rect]) => (rect as { x: number }).x),
    [320, 448, 960],
  );
  // Once for the estimate, once for what the engine tells.
  assert.deepEqual(
    (await panel.renderer('begin')).map(([, size]) => size),
    [RESULT.size, RESULT.size],
  );
});

test('a first look is named as such, until the whole picture has taken its place', async () => {
  panel = await harness.open();
  const call = await panel.called('preview');
  await panel.progress(call, progress(0));
  assert.equal(await panel.text('#badge'), '');
  const look = { rect: { x: 128, y: 64, width: 64, height: 64 }, address: 'look' };
  await panel.progress(call, progress(0, { look }));
  assert.equal(await panel.text('#badge'), 'First look · the whole picture follows');
  assert.equal(await panel.text('#announcements'), 'A first look at a part is there');
  assert.deepEqual(
    (await panel.renderer('addTile')).map(([, rect]) => rect),
    [look.rect],
  );
  await panel.progress(call, progress(16));
  await panel.result(call, PREVIEW);
  assert.equal(await panel.text('#badge'), '');
});

test('a run is cancelled and tried again', async () => {
  panel = await harness.open();
  const call = await panel.called('preview');
  await panel.progress(call, progress(2));
  await click('#cancel');
  assert.ok(await panel.isCancelled(call));
  assert.equal(await panel.text('.notice h2'), 'Upscaling was canceled');
  await panel.error(call, { code: 'cancelled', message: 'Canceled.' });
  assert.equal(await panel.page.locator('.notice').count(), 1);
  await click('[data-action=tryAgain]');
  await panel.finish(PREVIEW, RESULT, 1);
  assert.equal(await panel.page.locator('.notice').count(), 0);
});

test('an error says what happened and how to go on: processor, again, log', async () => {
  panel = await harness.open();
  await panel.error(await panel.called('preview'), GPU_ERROR);
  assert.equal(await panel.attribute('.notice', 'role'), 'alert');
  assert.match(
    await panel.text('.notice'),
    /could not be upscaled\s+WebGPU ran out of memory\.\s+Close other programs\./,
  );
  for (const id of ['save', 'pin', 'applyToOthers'])
    assert.ok(await panel.page.locator(`#${id}`).isDisabled(), id);
  await click('[data-action=showLog]');
  assert.equal((await panel.sent('showLog')).length, 1);
  await click('[data-action=tryAgain]');
  const again = await panel.called('preview', 1);
  assert.equal(again.params?.onProcessor, false);
  await panel.error(again, GPU_ERROR);
  await click('[data-action=tryProcessor]');
  const onProcessor = await panel.called('preview', 2);
  assert.equal(onProcessor.params?.onProcessor, true);
  await panel.error(onProcessor, GPU_ERROR);
  assert.ok(await hidden('[data-action=tryProcessor]'), 'the processor has failed too');
  await click('[data-action=tryAgain]');
  await panel.finish({ ...PREVIEW, device: 'CPU' }, RESULT, 3);
  assert.equal(await panel.text('#chipText'), 'CPU · 0.42 s');
});

test('a tile that cannot be shown ends the run with its reason', async () => {
  panel = await harness.open();
  const call = await panel.called('preview');
  await panel.page.evaluate(`window.failing = 'addTile'`);
  await panel.progress(call, progress(1));
  assert.ok(await panel.isCancelled(call));
  await panel.error(call, { code: 'cancelled', message: 'Canceled.' });
  assert.equal(await panel.text('.notice .what'), 'addTile failed');
});

test('another model ends the run before, whose tiles count no more', async () => {
  panel = await harness.open();
  const first = await panel.called('preview');
  await panel.progress(first, progress(1));
  await panel.choose('#model', 'one');
  const second = await panel.called('preview', 1);
  assert.equal(second.params?.model, 'one');
  assert.ok(await panel.isCancelled(first));
  await panel.progress(first, progress(9));
  await panel.error(first, { code: 'cancelled', message: 'Canceled.' });
  assert.equal((await panel.renderer('addTile')).length, 1);
  assert.equal(await panel.page.locator('.notice').count(), 0);
});

test('saving: progress, confirmation, failure, and what the menu does', async () => {
  panel = await harness.open();
  await panel.finish();
  await click('[data-preset=balanced]');
  await panel.page.keyboard.press('Control+s');
  const call = await panel.called('save');
  assert.deepEqual(call.params, {
    scale: 4,
    format: 'source',
    quality: 90,
    lossless: 'auto',
    pixelArt: 'auto',
    prompt: '',
    model: 'two',
    guidance: { pixel: 1, semantic: 0.5 },
    onProcessor: false,
    how: 'save',
    again: false,
  });
  await panel.progress(call, progress(4, { tile: undefined, picture: undefined }));
  assert.equal(await panel.text('#chipText'), 'Saving · WebGPU · 6.0 s left');
  assert.equal(await panel.attribute('#progress', 'aria-label'), 'Saving');
  await panel.result(call, { fileName: 'maple@4x.jpg' });
  assert.equal(await panel.text('#saved'), 'Saved maple@4x.jpg');
  assert.equal(await panel.attribute('#saved', 'role'), 'status');

  await panel.page.focus('#saveMore');
  await panel.page.keyboard.press('ArrowDown');
  await panel.page.keyboard.press('ArrowDown');
  await panel.page.keyboard.press('Enter');
  const overwrite = await panel.called('save', 1);
  assert.equal(overwrite.params?.how, 'overwrite');
  // Keys that follow change nothing, and Cancel is near.
  await panel.until("document.activeElement.id === 'stage'");
  await panel.error(overwrite, { code: 'disk-full', message: 'The disk is full.', hint: '' });
  assert.match(await panel.text('.notice'), /could not be saved\s+The disk is full\./);
  await click('[data-action=tryAgain]');
  const again = await panel.called('save', 2);
  assert.equal(again.params?.how, 'overwrite');
  assert.match(await panel.text('#working'), /^Saving\s+Cancel$/);
  await click('#cancel');
  assert.ok(await panel.isCancelled(again));
  await panel.error(again, { code: 'cancelled', message: 'Canceled.' });
  assert.equal(await panel.page.locator('.notice').count(), 0);
  assert.ok(await panel.page.locator('#save').isEnabled());

  await panel.page.keyboard.press('Control+Shift+S');
  const saveAs = await panel.called('save', 3);
  assert.equal(saveAs.params?.how, 'saveAs');
  await panel.result(saveAs, { fileName: '' });
  assert.equal(await panel.text('#saved'), '');
});

test('a saved file can be opened and shown, until something else is done', async () => {
  panel = await harness.open();
  await panel.finish();
  assert.equal(await panel.page.locator('#openSaved').count(), 0);
  await click('#save');
  await panel.result(await panel.called('save'), { fileName: 'maple@4x.jpg' });
  await click('#openSaved');
  await click('#revealSaved');
  assert.deepEqual(
    (await panel.sent('showSaved')).map(({ params }) => params),
    ['open', 'reveal'],
  );
  await panel.error(await panel.called('showSaved'), { code: 'io', message: 'It is gone.' });
  assert.match(await panel.text('.notice'), /It is gone/);
  await click('[data-action=dismiss]');
  await panel.page.keyboard.press('Control+s');
  await panel.result(await panel.called('save', 1), { fileName: '' });
  assert.equal(await panel.page.locator('#openSaved').count(), 0);
});

test('a save that a page before began is followed: how far it is, Cancel, and how it ended', async () => {
  const stored = { saving: { key: 'what was chosen', how: 'save' } };
  panel = await harness.open({ init: { ...INIT, saving: true, unsaved: true }, stored });
  const call = await panel.called('saving');
  assert.equal((await panel.called('unsaved')).params, false, 'the mark of before is taken away');
  await panel.progress(await panel.called('preview'), progress(1));
  await panel.result(await panel.called('preview'), PREVIEW);
  await panel.progress(call, progress(8));
  assert.equal(await panel.attribute('#progress', 'aria-valuenow'), '50');
  assert.ok(await panel.page.locator('#save').isDisabled(), 'one at a time');
  await panel.page.keyboard.press('Control+s');
  assert.deepEqual(await panel.sent('save'), []);
  await panel.result(call, { fileName: 'maple@4x.jpg' });
  await panel.frame();
  assert.match(await panel.text('#saved'), /maple@4x\.jpg/);
  assert.ok(await panel.page.locator('#openSaved').isVisible());
  const now = await panel.stored();
  assert.deepEqual([now.saved, now.saving], ['what was chosen', undefined]);
  assert.ok(await panel.page.locator('#save').isEnabled());
  await panel.close();

  panel = await harness.open({ init: { ...INIT, saving: true }, stored });
  const cancelled = await panel.called('saving');
  await click('#cancel');
  assert.ok(await panel.isCancelled(cancelled));
  await panel.error(cancelled, { code: 'cancelled', message: 'Canceled.' });
  assert.equal(await panel.page.locator('.notice').count(), 0);
  await panel.close();

  panel = await harness.open({ init: { ...INIT, saving: true }, stored });
  await panel.error(await panel.called('saving'), { code: 'disk-full', message: 'It is full.' });
  await panel.finish();
  assert.match(await panel.text('.notice'), /It is full/);
  await click('[data-action=tryAgain]');
  assert.equal((await panel.called('save')).params?.how, 'save');
});

test('Refresh while something is saved leaves that alone', async () => {
  panel = await harness.open();
  await panel.finish();
  await click('#save');
  const call = await panel.called('save');
  await panel.ask(900, 'sourceChanged', 'changed');
  await click('[data-action=refresh]');
  const second = await panel.called('preview', 1);
  assert.equal(await panel.isCancelled(call), false);
  await panel.progress(second, progress(1));
  await panel.result(second, PREVIEW);
  assert.ok(await panel.page.locator('#save').isDisabled());
  await panel.result(call, { fileName: 'maple@4x.jpg' });
  await panel.frame();
  assert.match(await panel.text('#saved'), /maple@4x\.jpg/);
  assert.deepEqual(await panel.sent('saving'), []);
});

test('the editor is told what is not saved', async () => {
  panel = await harness.open();
  await panel.finish();
  const told = async (): Promise<unknown[]> =>
    (await panel.sent('unsaved')).map(({ params }) => params);
  assert.deepEqual(await told(), []);
  await click('[data-preset=vivid]');
  assert.deepEqual(await told(), [true]);
  await panel.page.keyboard.press('Control+z');
  await panel.frame();
  assert.deepEqual(await told(), [true, false]);
  await click('[data-preset=faithful]');
  await panel.page.keyboard.press('Control+s');
  await panel.result(await panel.called('save'), { fileName: 'maple@4x.jpg' });
  await panel.called('unsaved', 3);
  assert.deepEqual(await told(), [true, false, true, false]);
  await panel.choose('#format', 'png');
  assert.deepEqual(await told(), [true, false, true, false, true]);
  // What was saved is known, also when the page comes back.
  await panel.choose('#format', 'source');
  const stored = await panel.stored();
  await panel.close();
  panel = await harness.open({ stored });
  await panel.finish();
  assert.deepEqual(await told(), []);
});

test('a model that is not installed is told in the panel, and can be got there', async () => {
  panel = await harness.open({ init: { ...INIT, missingModel: 'pisa-sr' } });
  await panel.finish();
  assert.match(
    await panel.text('#banner'),
    /The model pisa-sr is not installed\. The comparison shows PiSA Compact ×4 instead\./,
  );
  await click('[data-action=installMissing]');
  const added = { ...ONE_DIAL, id: 'pisa-sr', name: 'PiSA-SR' };
  await panel.result(await panel.called('installMissing'), {
    models: [...INIT.models, added],
    model: 'pisa-sr',
  });
  assert.equal((await panel.called('preview', 1)).params?.model, 'pisa-sr');
  assert.ok(await hidden('#banner'));
  assert.equal(await panel.chosen('#model'), 'pisa-sr');
});

test('settings are copied, used for the workspace, and for other images', async () => {
  panel = await harness.open();
  await panel.finish();
  const choice = {
    scale: 4,
    format: 'source',
    quality: 90,
    lossless: 'auto',
    pixelArt: 'auto',
    prompt: '',
    model: 'two',
    guidance: { pixel: 1, semantic: 1 },
  };
  for (const [item, said] of [
    ['copySettings', 'Settings copied'],
    ['useForWorkspace', 'Settings are used for this workspace'],
  ] as const) {
    await click('#saveMore');
    await click(`[data-action=${item}]`);
    const call = await panel.called(item);
    assert.deepEqual(call.params, choice);
    await panel.result(call, null);
    assert.equal(await panel.text('#saved'), said);
    assert.equal(await panel.page.evaluate('document.activeElement.id'), 'saveMore');
  }
  await click('#applyToOthers');
  const call = await panel.called('applyToOthers');
  assert.deepEqual(call.params, choice);
  await panel.error(call, { code: 'internal', message: 'Nothing is selected.' });
  assert.match(await panel.text('.notice'), /did not work\s+Nothing is selected\./);
  await panel.page.keyboard.press('Escape');
  await panel.frame();
  assert.equal(await panel.page.locator('.notice').count(), 0);
});

test('what was begun before does not take the place of what was saved since', async () => {
  panel = await harness.open();
  await panel.finish();
  await click('#saveMore');
  await click('[data-action=useForWorkspace]');
  const settings = await panel.called('useForWorkspace');
  await click('#save');
  await panel.result(await panel.called('save'), { fileName: 'a@4x.png' });
  assert.equal(await panel.text('#saved'), 'Saved a@4x.png');
  await panel.result(settings, null);
  assert.equal(await panel.text('#saved'), 'Saved a@4x.png');
});

test('how large the file would be is asked once the picture is there, and anew with each choice', async () => {
  panel = await harness.open();
  await panel.called('preview');
  await panel.until(`document.querySelector('#outputSize').textContent !== '–'`);
  assert.equal(await panel.page.locator('#outputBytes').count(), 0);
  await panel.finish();
  const first = await panel.called('outputBytes');
  assert.deepEqual([first.params?.format, first.params?.quality], ['source', 90]);
  await panel.result(first, 1_234_567);
  assert.equal(await panel.text('#outputBytes'), 'about 1.2 MB');
  await panel.choose('#format', 'png');
  const second = await panel.called('outputBytes', 1);
  assert.equal(second.params?.format, 'png');
  await panel.result(second, null);
  await panel.until(`!document.querySelector('#outputBytes')`);
  assert.match(await panel.text('#outputSize'), /^1024 × 768$/);
});

test('of a large picture size and bytes stand apart, inside the form', async () => {
  const original = { ...INIT.original, size: { width: 6000, height: 4000 } };
  panel = await harness.open({ init: { ...INIT, original } });
  await panel.finish();
  await panel.result(await panel.called('outputBytes'), 134_000_000);
  await panel.until(`!!document.querySelector('#outputBytes')`);
  await named();
  const [size, bytes, field] = await panel.page.evaluate<
    { right: number; left: number; bottom: number; top: number }[]
  >(`(() => {
    const range = document.createRange();
    range.selectNode(document.querySelector('#outputSize').firstChild);
    return [range, document.querySelector('#outputBytes'), document.querySelector('#scale')]
      .map((one) => { const { left, right, top, bottom } = one.getBoundingClientRect(); return { left, right, top, bottom }; });
  })()`);
  assert.match(await panel.text('#outputSize'), /24000 × 16000/);
  assert.ok(bytes!.right <= field!.right, 'inside');
  assert.ok(bytes!.top >= size!.bottom || bytes!.left >= size!.right + 4, 'apart');
});

test('a name that is written from right to left keeps its order, and its end stays at the end', async () => {
  const original = { ...INIT.original, fileName: 'תמונה של קיץ 2024.png' };
  panel = await harness.open({ init: { ...INIT, original } });
  await panel.finish();
  await named();
  assert.match(await panel.text('#outputFile'), /2024@4x\.png$/);
  assert.deepEqual(await panel.leftToRight('#outputFile', '@4x.png'), [
    '@',
    '4',
    'x',
    '.',
    'p',
    'n',
    'g',
  ]);
  assert.deepEqual(await panel.leftToRight('#outputFile', 'קיץ'), ['ץ', 'י', 'ק']);
});

test('the menu closes with Escape and with a click elsewhere', async () => {
  panel = await harness.open();
  await panel.finish();
  await click('#saveMore');
  assert.equal(await panel.attribute('#saveMore', 'aria-expanded'), 'true');
  await panel.page.keyboard.press('End');
  assert.equal(
    await panel.page.evaluate('document.activeElement.dataset.action'),
    'useForWorkspace',
  );
  await panel.page.keyboard.press('Escape');
  assert.ok(await hidden('#saveMenu'));
  assert.equal(await panel.page.evaluate('document.activeElement.id'), 'saveMore');
  await click('#saveMore');
  await panel.page.mouse.click(600, 790);
  assert.ok(await hidden('#saveMenu'));
});

test('an approximate blend is named, and made exact where it is seen once the dials rest', async () => {
  panel = await harness.open();
  await panel.finish(PREVIEW, { ...RESULT, exact: false });
  const first = await panel.called('exact');
  assert.deepEqual(first.params, {
    model: 'two',
    onProcessor: false,
    scale: 4,
    pixelArt: 'auto',
    prompt: '',
    guidance: { pixel: 1, semantic: 1 },
    rect: { x: 0, y: 0, ...RESULT.size },
    draft: false,
  });
  assert.equal(await panel.text('#badge'), 'Preview · making it exact…');
  await panel.result(first, { rect: first.params.rect, address: 'exact1' });
  assert.equal(await panel.text('#badge'), '');
  assert.equal((await panel.renderer('showExact')).length, 1);
  // A dial that moves ends what runs, and nothing is asked before it rests.
  await panel.openPad();
  await panel.page.focus('#pad');
  await panel.page.evaluate(
    'for (let i = 0; i < 5; i++) document.activeElement.dispatchEvent(new ' +
      `KeyboardEvent('keydown', { key: 'ArrowLeft' }))`,
  );
  await panel.frame();
  assert.match(await panel.text('#badge'), /^Preview/);
  const second = await panel.called('exact', 1);
  assert.deepEqual(second.params?.guidance, { pixel: 0.75, semantic: 1 });
  await panel.page.keyboard.press('ArrowRight');
  await panel.until(`window.sent.some((m) => m.type === 'cancel' && m.id === ${second.id})`);
  const third = await panel.called('exact', 2);
  await panel.result(third, { rect: third.params?.rect, address: 'exact3' });
  // Closer, the same part is already there.
  await panel.page.keyboard.press('+');
  await panel.rested();
  assert.equal((await panel.sent('exact')).length, 3);
  assert.equal(await panel.text('#badge'), '');
  // Elsewhere it is not.
  await panel.page.keyboard.press('ArrowRight');
  const fourth = await panel.called('exact', 3);
  const seen = fourth.params?.rect as { x: number; width: number };
  assert.ok(seen.width < RESULT.size.width);
  await panel.result(fourth, { rect: seen, address: 'exact4' });
  assert.equal(await panel.text('#badge'), '');
  await panel.page.focus('#stage');
  await panel.page.keyboard.press('ArrowRight');
  await panel.frame();
  assert.match(await panel.text('#badge'), /^Preview/);
  await panel.called('exact', 4);
});

test('with a tiny decoder drafts come first, named as such, and the exact picture once the dials rest', async () => {
  panel = await harness.open();
  await panel.finish(PREVIEW, { ...RESULT, exact: false, draft: true });
  const draft = await panel.called('exact');
  const whole = { x: 0, y: 0, ...RESULT.size };
  assert.deepEqual(
    [draft.params?.guidance, draft.params?.rect, draft.params?.draft],
    [{ pixel: 1, semantic: 1 }, whole, true],
  );
  assert.equal(await panel.text('#badge'), 'Draft · making it exact…');
  await panel.result(draft, { rect: whole, address: 'draft1' });
  await panel.until(`document.querySelector('#badge').textContent === 'Draft · making it exact…'`);
  assert.equal((await panel.renderer('showExact')).length, 1);
  const exact = await panel.called('exact', 1);
  assert.deepEqual([exact.params?.guidance, exact.params?.draft], [draft.params?.guidance, false]);
  await panel.result(exact, { rect: whole, address: 'exact1' });
  assert.equal(await panel.text('#badge'), '');
  assert.equal((await panel.renderer('showExact')).length, 2);

  // A dial that moves drops the draft under way, and the next one is of where it is then.
  await panel.openPad();
  await panel.page.focus('#pad');
  await panel.page.keyboard.press('ArrowLeft');
  const second = await panel.called('exact', 2);
  assert.equal(second.params?.draft, true);
  await panel.page.keyboard.press('ArrowLeft');
  await panel.until(`window.sent.some((m) => m.type === 'cancel' && m.id === ${second.id})`);
  const third = await panel.called('exact', 3);
  assert.deepEqual(
    [third.params?.guidance, third.params?.draft],
    [{ pixel: 0.9, semantic: 1 }, true],
  );

  // Where no draft can be had, the exact picture comes all the same.
  await panel.error(third, { code: 'engine-stopped', message: 'It ended.' });
  const last = await panel.called('exact', 4);
  assert.equal(last.params?.draft, false);
  await panel.result(last, { rect: whole, address: 'exact2' });
  assert.equal(await panel.text('#badge'), '');
  // The map shows the layers, which are drafts whatever is exact beside them.
  await panel.page.keyboard.press('5');
  await panel.until(`document.querySelector('#badge').textContent === 'Draft'`);
});

test('a source that changed is looked at anew, or not', async () => {
  panel = await harness.open();
  await panel.finish();
  const change = (id: number): Promise<void> => panel.ask(id, 'sourceChanged', 'changed');
  await change(900);
  assert.match(await panel.text('#banner'), /The original changed on disk/);
  await click('[data-action=keep]');
  assert.match(await panel.text('#banner'), /as it was before it changed on disk\.\s+Refresh$/);
  assert.equal(await panel.page.evaluate('document.activeElement.id'), 'stage');
  assert.equal((await panel.sent('init')).length, 1);
  await change(901);
  await click('[data-preset=vivid]');
  await click('[data-action=refresh]');
  await panel.finish(PREVIEW, RESULT, 1);
  assert.ok(await hidden('#banner'));
  assert.equal((await panel.sent('init')).length, 2);
  assert.equal((await panel.scene()).guidance.semantic, 1.3, 'what was chosen stays');
});

test('another model beside an original that changed reads the original anew, too', async () => {
  panel = await harness.open();
  await panel.finish();
  await panel.ask(900, 'sourceChanged', 'changed');
  await click('[data-action=keep]');
  await panel.choose('#model', 'one');
  const call = await panel.called('preview', 1);
  assert.equal((await panel.sent('init')).length, 2);
  assert.equal(call.params?.model, 'one');
  assert.ok(await hidden('#banner'));
});

test('of an original that changed no part comes into what is seen, until it is read anew', async () => {
  const size = { width: 6000, height: 4000 };
  const large = { ...RESULT, sourceSize: size, size: { width: 24000, height: 16000 } };
  const init = { ...INIT, original: { ...INIT.original, size } };
  panel = await harness.open({ init });
  const first = await panel.called('preview');
  assert.ok(first.params?.region);
  await panel.progress(first, progress(1, { picture: large }));
  await panel.result(first, PREVIEW);
  await panel.frame();
  const move = async (): Promise<void> => {
    await panel.page.locator('#stage').focus();
    for (let i = 0; i < 60; i++) await panel.page.keyboard.press('ArrowRight');
    await panel.rested();
  };
  await panel.ask(900, 'sourceChanged', 'changed');
  await move();
  await click('[data-action=keep]');
  await move();
  assert.equal((await panel.sent('preview')).length, 1);
  await click('[data-action=refresh]');
  await panel.called('preview', 1);
  assert.equal((await panel.sent('init')).length, 2);
  // Where the extension sees it first, nothing is said but by the banner.
  await panel.error(await panel.called('preview', 1), {
    code: 'source-changed',
    message: 'It is another.',
  });
  assert.equal(await panel.page.locator('.notice').count(), 0);
});

test('a source that was deleted is told, and nothing can be saved until it is back', async () => {
  panel = await harness.open();
  await panel.finish();
  const change = (id: number, params: string): Promise<void> =>
    panel.ask(id, 'sourceChanged', params);
  await change(900, 'deleted');
  assert.equal((await panel.text('#banner')).trim(), 'The original was deleted.');
  for (const id of ['save', 'saveMore'])
    assert.ok(await panel.page.locator(`#${id}`).isDisabled(), id);
  assert.match((await panel.attribute('#save', 'data-tip')) ?? '', /deleted/);
  await panel.page.keyboard.press('Control+s');
  await panel.frame();
  assert.equal((await panel.sent('save')).length, 0);
  // What was computed is still there to be looked at.
  await click('[data-preset=vivid]');
  assert.equal((await panel.scene()).guidance.semantic, 1.3);
  await change(901, 'changed');
  assert.match(await panel.text('#banner'), /The original changed on disk/);
  assert.ok(await panel.page.locator('#save').isEnabled());
});

for (const [name, method] of [
  ['when the panel opens', 'init'],
  ['when it is decoded', 'preview'],
] as const)
  test(`a picture that cannot be opened is told ${name}, without anything to set`, async () => {
    const error = {
      code: 'input-damaged',
      message: 'broken.png is damaged.',
      hint: 'Export it again.',
    };
    panel = await harness.open(method === 'init' ? { answers: ['outputName'] } : {});
    await panel.error(await panel.called(method), error);
    await panel.frame();
    assert.equal(await panel.text('.notice h2'), 'This picture cannot be opened');
    for (const of of ['#modes', '#zoomIn', '#loupe'])
      assert.equal(await panel.page.locator(of).isVisible(), false, `${of} shows nothing`);
    assert.match(await panel.text('.notice'), /broken\.png is damaged\.\s+Export it again\./);
    for (const selector of ['.side', '#split', '#pad', '#divider'])
      assert.ok(await hidden(selector), selector);
    const stage = (await panel.page.locator('.stage-area').boundingBox())!;
    assert.equal(stage.width, 1280);
  });

test('Cancel never lies where Save was or will be', async () => {
  for (const width of [1400, 800, 500, 342]) {
    panel = await harness.open({ width });
    const call = await panel.called('preview');
    const box = async (selector: string) => (await panel.page.locator(selector).boundingBox())!;
    const apart = async (): Promise<void> => {
      const [save, cancel] = [await box('#split'), await box('#cancel')];
      assert.ok(
        cancel.y > save.y + save.height || cancel.x > save.x + save.width,
        JSON.stringify({ width, save, cancel }),
      );
    };
    const before = await box('#save');
    await apart();
    await panel.progress(call, progress(1));
    await panel.result(call, PREVIEW);
    assert.deepEqual(await box('#save'), before);
    await click('#save');
    await panel.called('save');
    await panel.frame();
    assert.deepEqual(await box('#save'), before);
    await apart();
    if (width !== 342) await panel.close();
  }
});

const LARGE = {
  ...INIT,
  original: { ...INIT.original, size: { width: 4000, height: 3000 } },
  output: { ...INIT.output, scale: 2 },
};
const LARGE_RESULT = {
  ...RESULT,
  size: { width: 8000, height: 6000 },
  sourceSize: { width: 4000, height: 3000 },
};
const tileAt = (x: number, y: number) => ({
  rect: { x, y, width: 512, height: 512 },
  address: `tile ${x} ${y}`,
});
type Rectangle = { x: number; y: number; width: number; height: number };
const inside = (outer: Rectangle, inner: Rectangle): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

test('of a large picture the part that is seen is computed, and more when the view moves', async () => {
  panel = await harness.open({ init: LARGE });
  const first = await panel.called('preview');
  const {
    first: seen,
    region,
    have,
    scale,
  } = first.params as unknown as {
    first: Rectangle;
    region: Rectangle;
    have: Rectangle[];
    scale: number;
  };
  assert.equal(scale, 2);
  assert.deepEqual(have, []);
  // At 100 %, in the middle: what is judged is what is written.
  assert.equal((await panel.scene()).view.zoom, 1);
  assert.ok(inside(region, seen));
  assert.ok(region.width < 3000 && region.height < 3000, JSON.stringify(region));
  assert.equal(await panel.text('#workingText'), 'Upscaling');
  const made = tileAt(3584, 2560);
  await panel.progress(first, progress(1, { picture: LARGE_RESULT, tile: made }));
  // The first tile makes it usable: dials, views and saving.
  assert.ok(await panel.page.locator('#save').isEnabled());
  assert.equal(await panel.text('#badge'), 'Dimmed: not computed yet');
  assert.equal(await panel.text('#tagRight'), 'Upscaled 8000×6000 · ×2');
  await click('[data-preset=vivid]');
  assert.equal((await panel.scene()).guidance.semantic, 1.3);
  // Moving away ends what runs, and asks for what is seen then, without what is there.
  await panel.page.focus('#stage');
  // All at once: on a slow machine the view would rest, and be asked for, between two presses.
  await panel.page.evaluate(
    `for (let i = 0; i < 30; i++)
       document.activeElement.dispatchEvent(
         new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true, cancelable: true }),
       );`,
  );
  const second = await panel.called('preview', 1);
  assert.ok(await panel.isCancelled(first));
  assert.deepEqual(second.params?.have, [made.rect]);
  const moved = second.params.region as Rectangle;
  assert.ok(moved.x > region.x + 1000, JSON.stringify(moved));
  await panel.error(first, { code: 'cancelled', message: 'Canceled.' });
  await panel.result(second, { ...PREVIEW, covered: 0.04 });
  await panel.until(`document.body.getAttribute('aria-busy') === 'false'`);
  await panel.frame();
  assert.equal(await panel.text('#badge'), '');
  assert.match(await panel.text('#notes'), /of the 4% of the picture that have been computed/);
  // A small move stays inside the margin.
  await panel.page.keyboard.press('ArrowLeft');
  await panel.rested();
  const asked = await panel.sent('preview');
  assert.ok(asked.length <= 3);
  assert.equal(await panel.page.locator('.notice').count(), 0);
});

test('seen as a whole, a large picture is computed around its middle, and says so', async () => {
  panel = await harness.open({
    init: LARGE,
    stored: { view: { zoom: 'fit', x: 0.5, y: 0.5 }, output: LARGE.output },
  });
  const call = await panel.called('preview');
  const region = call.params?.region as Rectangle;
  assert.ok((region.width * region.height) / 4 <= 2e6, JSON.stringify(region));
  await panel.progress(call, progress(1, { picture: LARGE_RESULT, tile: tileAt(3584, 2560) }));
  await panel.result(call, { ...PREVIEW, covered: 0.16 });
  await panel.frame();
  assert.equal(await panel.text('#badge'), 'Dimmed: not computed · zoom in to compute it');
  await panel.page.click('#zoomActual');
  await panel.frame();
  assert.equal(await panel.text('#badge'), '', 'the middle is there');
  await panel.page.focus('#stage');
  for (let i = 0; i < 40; i++) await panel.page.keyboard.press('ArrowRight');
  const closer = await panel.called('preview', 1);
  // Cancel ends it and leaves what is there; the next move goes on.
  await click('#cancel');
  assert.ok(await panel.isCancelled(closer));
  assert.ok(await panel.page.locator('#save').isEnabled());
  assert.equal(await panel.page.locator('.notice').count(), 0);
  await panel.page.focus('#stage');
  for (let i = 0; i < 30; i++) await panel.page.keyboard.press('ArrowDown');
  await panel.called('preview', 2);
});

test('saving a large picture ends what is only looked at, and goes on with it afterwards', async () => {
  panel = await harness.open({ init: LARGE });
  const first = await panel.called('preview');
  await panel.progress(first, progress(1, { picture: LARGE_RESULT, tile: tileAt(3584, 2560) }));
  await click('#save');
  const save = await panel.called('save');
  assert.equal(save.params?.scale, 2);
  assert.ok(await panel.isCancelled(first));
  await panel.error(first, { code: 'cancelled', message: 'Canceled.' });
  assert.equal((await panel.sent('preview')).length, 1);
  await panel.result(save, { fileName: 'maple@2x.jpg' });
  await panel.called('preview', 1);
  assert.equal(await panel.text('#saved'), 'Saved maple@2x.jpg');
});

test('another scale is another picture: computed anew, once it is typed', async () => {
  panel = await harness.open();
  await panel.finish();
  assert.equal(await panel.text('#tagRight'), 'Upscaled 1024×768 · ×4');
  await panel.page.fill('#scale input', '2.');
  await panel.page.fill('#scale input', '2.5');
  const call = await panel.called('preview', 1);
  assert.equal(call.params?.scale, 2.5);
  await panel.progress(
    call,
    progress(1, { picture: { ...RESULT, size: { width: 640, height: 480 } } }),
  );
  await panel.result(call, PREVIEW);
  assert.equal(await panel.text('#tagRight'), 'Upscaled 640×480 · ×2.5');
  assert.equal((await panel.sent('preview')).length, 2);
  assert.deepEqual((await panel.renderer('begin')).at(-1)?.[1], { width: 640, height: 480 });
});

test('pixel art: squares without dials; the switch is asked for and saved', async () => {
  panel = await harness.open();
  const call = await panel.called('preview');
  const squares = { ...RESULT, branches: [], way: 'squares' as const };
  await panel.progress(call, progress(1, { picture: squares }));
  await panel.result(call, { ...PREVIEW, notes: ['This looks like pixel art.'] });
  await panel.frame();
  assert.deepEqual((await panel.scene()).guidance, { pixel: 1, semantic: 0 });
  // A smooth enlargement beside them would make a difference that there is not.
  assert.equal((await panel.scene()).originalPixels, true);
  assert.equal(await panel.attribute('#originalPixels', 'aria-pressed'), 'true');
  assert.ok(await panel.page.locator('#originalPixels').isDisabled());
  assert.ok(await panel.page.locator('#pixelSlider').isDisabled());
  assert.equal(await panel.text('#pixelMissing'), 'Not used: pixel art becomes squares.');
  assert.match(await panel.text('#invented'), /0\.0%\s+nothing invented/);
  await panel.choose('#pixelArt', 'off');
  const again = await panel.called('preview', 1);
  assert.equal(again.params?.pixelArt, 'off');
  await panel.progress(again, progress(1));
  await panel.result(again, PREVIEW);
  assert.ok(await panel.page.locator('#pixelSlider').isEnabled());
  assert.equal((await panel.scene()).originalPixels, false);
  await click('#save');
  assert.equal((await panel.called('save')).params?.pixelArt, 'off');
});

test('a picture that is left alone is told; Save waits for the word, Save As does not', async () => {
  const leftAlone = 'Its name says that it is the ×2 picture of a set.';
  panel = await harness.open({ init: { ...INIT, leftAlone } });
  await panel.finish();
  assert.match(await panel.text('#banner'), /picture of a set.*\s+Upscale Anyway/);
  assert.ok(await panel.page.locator('#save').isDisabled());
  assert.equal(await panel.attribute('#save', 'data-tip'), leftAlone);
  await panel.page.keyboard.press('Control+s');
  await panel.frame();
  assert.equal((await panel.sent('save')).length, 0);
  await panel.page.keyboard.press('Control+Shift+S');
  const saveAs = await panel.called('save');
  assert.deepEqual([saveAs.params?.how, saveAs.params?.again], ['saveAs', false]);
  await panel.result(saveAs, { fileName: '' });
  await click('[data-action=upscaleAnyway]');
  assert.ok(await hidden('#banner'));
  await click('#save');
  const save = await panel.called('save', 1);
  assert.deepEqual([save.params?.how, save.params?.again], ['save', true]);
});

test('what cannot be previewed can be upscaled all the same', async () => {
  panel = await harness.open();
  await panel.error(await panel.called('preview'), {
    code: 'preview-too-large',
    message: 'The result of 16000×12000 pixels is too large for a preview.',
    hint: 'It can be upscaled without one.',
  });
  assert.ok(await hidden('[data-action=tryAgain]'));
  const primary = panel.page.locator('.notice vscode-button:not([secondary])');
  assert.deepEqual(await primary.allInnerTexts(), ['Upscale Without Preview']);
  await click('[data-action=saveUnseen]');
  const save = await panel.called('save');
  assert.equal(save.params?.how, 'save');
  await panel.result(save, { fileName: 'maple@4x.jpg' });
  assert.equal(await panel.text('#saved'), 'Saved maple@4x.jpg');
  assert.equal(await panel.page.locator('.notice').count(), 1);
});

test('a pair: four modes, facts, no dials', async () => {
  panel = await harness.open({ init: PAIR });
  await panel.until(`document.body.getAttribute('aria-busy') === 'false'`);
  await panel.frame();
  assert.deepEqual(await panel.renderer('open'), [['open', 'maple.jpg', 'maple@4x.jpg']]);
  for (const selector of ['.side', '#split', '[data-mode=map]'])
    assert.ok(await hidden(selector), selector);
  assert.equal(
    await panel.text('#facts'),
    'maple.jpg → maple@4x.jpg · Original 256×192 · Upscaled 1024×768 · ×4 · PiSA Compact · ' +
      'λ_pix 1.00 · λ_sem 0.50',
  );
  await panel.page.keyboard.press('5');
  await panel.page.keyboard.press('4');
  await panel.frame();
  assert.equal((await panel.scene()).mode, 'difference');
  for (const method of ['preview', 'outputName', 'save'])
    assert.equal((await panel.sent(method)).length, 0);
  await panel.ask(902, 'restart', INIT);
  await panel.finish();
  assert.ok(!(await hidden('.side')));
});

test('a result of before is seen at once; the dials wake when its layers are there', async () => {
  panel = await harness.open({ init: { ...INIT, result: PAIR.result } });
  const call = await panel.called('preview');
  await panel.progress(call, progress(1));
  await panel.progress(call, progress(2));
  const scene = await panel.scene();
  assert.deepEqual([scene.mode, scene.guidance], ['divider', { pixel: 1, semantic: 0 }]);
  assert.match(await panel.text('#tagRight'), /Upscaled 1024×768 · ×4/);
  assert.match(await panel.text('#workingText'), /^Preparing the dials/);
  assert.ok(await panel.page.locator('#pixelSlider').isDisabled());
  assert.equal(await panel.page.inputValue('#semanticNumber'), '1.00');
  assert.ok(await panel.page.locator('#pixelSlider').isVisible());
  assert.deepEqual(await panel.renderer('begin'), [], 'what is seen stays');
  await panel.result(call, PREVIEW);
  await panel.until(`document.body.getAttribute('aria-busy') === 'false'`);
  await panel.frame();
  const calls = await panel.page.evaluate<Call[]>('window.calls');
  assert.deepEqual(
    calls.map(([name]) => name),
    ['unpin', 'open', 'freeze', 'begin', 'addTile', 'addTile', 'freeze'],
  );
  assert.deepEqual((await panel.scene()).guidance, { pixel: 1, semantic: 1 });
  assert.ok(await panel.page.locator('#pixelSlider').isEnabled());
});

test('what is wished for meanwhile ends what stood in, and so does a state of before', async () => {
  const init = { ...INIT, result: PAIR.result };
  panel = await harness.open({ init });
  await panel.called('preview');
  await panel.choose('#model', 'one');
  await panel.called('preview', 1);
  assert.match(await panel.text('#workingText'), /^Upscaling/);
  assert.ok(await panel.page.locator('#pixelSlider').isEnabled());
  await panel.close();
  panel = await harness.open({ init, stored: { guidance: { pixel: 0.5, semantic: 0 } } });
  await panel.called('preview');
  assert.match(await panel.text('#workingText'), /^Upscaling/, 'it was made otherwise');
});

test('a pair of several leads to the others, by button, key and command; the eye stays', async () => {
  const at = (place: number): unknown => ({ ...PAIR, series: { at: place, count: 3 } });
  panel = await harness.open({ init: at(0) });
  await panel.until(`document.body.getAttribute('aria-busy') === 'false'`);
  assert.equal(await panel.text('#seriesPlace'), '1 of 3');
  await panel.page.keyboard.press('4');
  await panel.page.keyboard.press('+');
  await panel.frame();
  const { view } = await panel.scene();
  await panel.page.click('#nextPair');
  const step = await panel.called('step');
  assert.equal(step.params, 1);
  await panel.ask(910, 'restart', at(1));
  await panel.result(step, null);
  await panel.until(`document.getElementById('seriesPlace').textContent === '2 of 3'`);
  assert.equal((await panel.scene()).mode, 'difference');
  assert.deepEqual((await panel.scene()).view, view);
  assert.equal(await panel.page.evaluate('document.activeElement.id'), 'nextPair');
  await panel.page.keyboard.press('p');
  assert.equal((await panel.called('step', 1)).params, -1);
  await panel.ask(911, 'command', 'next');
  assert.equal((await panel.called('step', 2)).params, 1);
  await panel.close();
  panel = await harness.open({ init: PAIR });
  await panel.until(`document.body.getAttribute('aria-busy') === 'false'`);
  await panel.page.keyboard.press('n');
  await panel.frame();
  assert.equal((await panel.sent('step')).length, 0, 'there is no other');
  assert.equal(await panel.page.locator('#nextPair').count(), 0);
});

test('a picture of a pair that cannot be shown is replaced by words', async () => {
  panel = await harness.open({
    init: {
      ...PAIR,
      result: { ...PAIR.result!, address: undefined, problem: 'The editor cannot show TIFF.' },
    },
  });
  await panel.until(`document.body.getAttribute('aria-busy') === 'false'`);
  await panel.frame();
  assert.equal(await panel.text('#problem'), 'The editor cannot show TIFF.');
  for (const selector of ['#divider', '#frame', '#surface'])
    assert.ok(await hidden(selector), selector);
});

test('another model’s run begins with what is seen of its own result', async () => {
  panel = await harness.open({ stored: { view: { zoom: 4, x: 0.25, y: 0.75 } } });
  const first = await panel.called('preview');
  assert.deepEqual(first.params?.first, { x: 131, y: 481, width: 250, height: 190 });
  await panel.choose('#model', 'one');
  const second = await panel.called('preview', 1);
  // Whatever the model's own scale is: the result has the chosen one.
  assert.deepEqual(second.params?.first, { x: 131, y: 481, width: 250, height: 190 });
});

test('pictures that cannot be opened are told, also when the panel starts over', async () => {
  panel = await harness.open();
  await panel.finish();
  await panel.page.evaluate(`window.failing = 'open'`);
  await panel.ask(907, 'restart', INIT);
  assert.match(await panel.text('.notice'), /could not start\s+open failed/);
  assert.ok(
    (await panel.page.evaluate<Sent[]>('window.sent')).some(
      ({ type, id }) => type === 'result' && id === 907,
    ),
  );
});

test('nonsense from the extension changes nothing', async () => {
  panel = await harness.open();
  const call = await panel.called('preview');
  await panel.until(`document.querySelector('#outputFile').textContent === 'maple@4x.jpg'`);
  const before = await panel.page.innerHTML('body');
  for (const value of [
    undefined,
    3,
    'x',
    [],
    { done: -1, total: 2 },
    { done: 3, total: 2, device: '' },
    { ...progress(1), tile: { rect: {}, address: 1 } },
    { ...progress(1), look: { rect: {}, address: 1 } },
    { ...progress(1), picture: { size: 1 } },
  ])
    await panel.progress(call, value);
  for (const params of [
    undefined,
    'x',
    {},
    { ...INIT, models: 'many' },
    { ...INIT, kind: 'other' },
    { ...PAIR, result: undefined },
    { ...INIT, original: { ...INIT.original, size: { width: 1.5, height: 2 } } },
  ])
    await panel.ask(903, 'restart', params);
  for (const message of [
    'x',
    7,
    null,
    { type: 'result', caller: 'extension', id: 999, value: 1 },
    { type: 'call', caller: 'extension', id: 904, method: 'unheardOf' },
    { type: 'call', caller: 'extension', id: 905, method: 'constructor' },
  ])
    await panel.post(message);
  await panel.post({
    type: 'call',
    caller: 'extension',
    id: 906,
    method: 'sourceChanged',
    params: { path: '/etc/passwd' },
  });
  assert.equal(await panel.page.innerHTML('body'), before);
  assert.deepEqual(await panel.renderer('addTile'), []);
  // Each is answered by an error, which says why.
  const answers = (await panel.page.evaluate<Sent[]>('window.sent')).filter(({ id }) => id >= 900);
  assert.deepEqual([...new Set(answers.map(({ type }) => type))], ['error']);
  assert.deepEqual([...new Set(answers.map(({ id }) => id))].sort(), [903, 904, 905, 906]);
  assert.equal(answers.filter(({ id }) => id === 903).length, 7);
  await panel.result(call, { ...PREVIEW, figures: { consistency: {}, inventedLuma: 'none' } });
  assert.match(await panel.text('.notice .what'), /does not understand/);
});

test('a start that fails is told and tried again', async () => {
  panel = await harness.open({ init: { nothing: true } });
  await panel.page.waitForSelector('.notice');
  assert.match(await panel.text('.notice'), /could not start\s+The extension sent something/);
  await panel.page.evaluate(`window.answers.init = ${JSON.stringify(INIT)}`);
  await click('[data-action=tryAgain]');
  await panel.finish();
  assert.equal(await panel.page.locator('.notice').count(), 0);
  assert.equal((await panel.renderer('open')).length, 1);
});
