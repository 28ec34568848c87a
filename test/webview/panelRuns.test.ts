import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import {
  INIT,
  PAIR,
  PanelHarness,
  PREVIEW,
  progress,
  RESULT,
  type PanelPage,
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
const GPU_ERROR = {
  code: 'inference-failed',
  message: 'WebGPU ran out of memory.',
  hint: 'Close other programs.',
};

test('while it runs: progress, time left, tiles in order, Cancel, and dials that work', async () => {
  panel = await harness.open();
  const call = await panel.called('preview');
  assert.deepEqual(call.params, { model: 'two', onProcessor: false });
  assert.equal(await panel.text('#announcements'), 'Upscaling has started');
  assert.equal(await panel.attribute('body', 'aria-busy'), 'true');
  const next = { x: 256, y: 192, width: 256, height: 192 };
  await panel.progress(call, progress(6, { next }));
  assert.equal(await panel.text('#chipText'), 'WebGPU · 5.0 s left');
  assert.equal(await panel.text('#tagRight'), 'Upscaling tile 7 of 16');
  assert.equal(await panel.attribute('#progress', 'aria-valuenow'), '38');
  assert.equal(await panel.text('#save'), 'Cancel');
  assert.ok(await panel.page.locator('#pin').isDisabled());
  assert.deepEqual(
    [await panel.text('#consistencyValue'), await panel.text('#consistencyWord')],
    ['–', 'after the run'],
  );
  assert.deepEqual((await panel.scene()).workingTile, next);
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
  assert.equal(await panel.text('#save'), 'Save');
  assert.ok(await hidden('#progress'));
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

test('a run is cancelled and tried again', async () => {
  panel = await harness.open();
  const call = await panel.called('preview');
  await panel.progress(call, progress(2));
  await click('#save');
  assert.ok(await panel.isCancelled(call));
  assert.equal(await panel.text('.notice h2'), 'Upscaling was cancelled');
  await panel.error(call, { code: 'cancelled', message: 'Cancelled.' });
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
  for (const id of ['save', 'pin', 'upscaleSelected'])
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
  await panel.error(call, { code: 'cancelled', message: 'Cancelled.' });
  assert.equal(await panel.text('.notice .what'), 'addTile failed');
});

test('another model ends the run before, whose tiles count no more', async () => {
  panel = await harness.open();
  const first = await panel.called('preview');
  await panel.progress(first, progress(1));
  await panel.page.selectOption('#model', 'one');
  const second = await panel.called('preview', 1);
  assert.equal(second.params?.model, 'one');
  assert.ok(await panel.isCancelled(first));
  await panel.progress(first, progress(9));
  await panel.error(first, { code: 'cancelled', message: 'Cancelled.' });
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
    model: 'two',
    guidance: { pixel: 1, semantic: 0.5 },
    onProcessor: false,
    how: 'save',
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
  // Where it can be cancelled.
  await panel.until("document.activeElement.id === 'save'");
  await panel.error(overwrite, { code: 'disk-full', message: 'The disk is full.', hint: '' });
  assert.match(await panel.text('.notice'), /could not be saved\s+The disk is full\./);
  await click('[data-action=tryAgain]');
  const again = await panel.called('save', 2);
  assert.equal(again.params?.how, 'overwrite');
  await click('#save');
  assert.ok(await panel.isCancelled(again));
  await panel.error(again, { code: 'cancelled', message: 'Cancelled.' });
  assert.equal(await panel.page.locator('.notice').count(), 0);
  assert.equal(await panel.text('#save'), 'Save');

  await panel.page.keyboard.press('Control+Shift+S');
  const saveAs = await panel.called('save', 3);
  assert.equal(saveAs.params?.how, 'saveAs');
  await panel.result(saveAs, { fileName: '' });
  assert.equal(await panel.text('#saved'), '');
});

test('settings are copied, used for the workspace, and for the selected files', async () => {
  panel = await harness.open();
  await panel.finish();
  const choice = { scale: 4, format: 'source', model: 'two', guidance: { pixel: 1, semantic: 1 } };
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
  await click('#upscaleSelected');
  const call = await panel.called('upscaleSelected');
  assert.deepEqual(call.params, choice);
  await panel.error(call, { code: 'internal', message: 'Nothing is selected.' });
  assert.match(await panel.text('.notice'), /did not work\s+Nothing is selected\./);
  await panel.page.keyboard.press('Escape');
  await panel.frame();
  assert.equal(await panel.page.locator('.notice').count(), 0);
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
    guidance: { pixel: 1, semantic: 1 },
    rect: { x: 0, y: 0, ...RESULT.size },
  });
  assert.equal(await panel.text('#badge'), 'Preview · making it exact…');
  await panel.result(first, { rect: first.params.rect, address: 'exact1' });
  assert.equal(await panel.text('#badge'), '');
  assert.equal((await panel.renderer('showExact')).length, 1);
  // A dial that moves ends what runs, and nothing is asked before it rests.
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
  await new Promise((resolve) => setTimeout(resolve, 500));
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

test('a source that changed is looked at anew, or not', async () => {
  panel = await harness.open();
  await panel.finish();
  const change = (id: number): Promise<void> =>
    panel.post({ type: 'call', id, method: 'sourceChanged' });
  await change(900);
  assert.match(await panel.text('#banner'), /The original changed on disk/);
  await click('[data-action=keep]');
  assert.ok(await hidden('#banner'));
  assert.equal(await panel.page.evaluate('document.activeElement.id'), 'stage');
  await change(901);
  await click('[data-preset=vivid]');
  await click('[data-action=refresh]');
  await panel.finish(PREVIEW, RESULT, 1);
  assert.ok(await hidden('#banner'));
  assert.equal((await panel.sent('init')).length, 2);
  assert.equal((await panel.scene()).guidance.semantic, 1.3, 'what was chosen stays');
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
  await panel.post({ type: 'call', id: 902, method: 'restart', params: INIT });
  await panel.finish();
  assert.ok(!(await hidden('.side')));
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
  await panel.page.selectOption('#model', 'one');
  const second = await panel.called('preview', 1);
  // As many pixels, of a result half as large.
  assert.deepEqual(second.params?.first, { x: 3, y: 193, width: 250, height: 190 });
});

test('pictures that cannot be opened are told, also when the panel starts over', async () => {
  panel = await harness.open();
  await panel.finish();
  await panel.page.evaluate(`window.failing = 'open'`);
  await panel.post({ type: 'call', id: 907, method: 'restart', params: INIT });
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
    await panel.post({ type: 'call', id: 903, method: 'restart', params });
  for (const message of [
    'x',
    7,
    null,
    { type: 'result', id: 999, value: 1 },
    { type: 'call', id: 904, method: 'unheardOf' },
    { type: 'call', id: 905, method: 'constructor' },
  ])
    await panel.post(message);
  await panel.post({
    type: 'call',
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
