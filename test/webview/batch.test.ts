import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  choose,
  event,
  initOf,
  MIXED,
  openBatch,
  PLACE,
  row,
  startBatch,
  totals,
} from './batchHarness';
import type { PanelHarness, PanelPage } from './panelHarness';
import type { ThemeName } from './panelThemes';
import type { BatchInit } from '../../src/shared/batchProtocol';

let harness: PanelHarness;
before(async () => {
  harness = await startBatch();
});
after(() => harness.close());

const opened = (
  init: BatchInit = MIXED,
  theme: ThemeName = 'dark',
  stored?: unknown,
): Promise<PanelPage> =>
  openBatch(harness, { init, theme, ...(stored === undefined ? {} : { stored }) });

test('the plan says what becomes of each image, and text is text', async () => {
  const page = await opened();
  assert.equal(
    await page.page.locator('#subtitle').innerText(),
    '3 to do, 1 up to date, 1 left alone · 3 files are not pictures',
  );
  assert.equal(
    await totals(page),
    '2 selected · 0.97 megapixels · about 0.03–0.12 MB · about 0.6 s on CPU',
  );
  assert.equal(await page.page.locator('.space .row').count(), 5);
  assert.equal(await page.page.locator('.detail b').count(), 0);
  assert.match(
    await page.page.locator('.row[data-id="art/2@4x.png"] .detail').innerText(),
    /changed by hand.*Select it to replace/,
  );
  assert.equal(await page.page.locator('.row[data-id="?art/3.png"] input').isDisabled(), true);
  assert.deepEqual(page.problems, []);
  await page.close();
});

test('filters, ticks and Start: exactly what is ticked is started, and remembered', async () => {
  const page = await opened();
  await page.page.fill('#filter input', '**/*.jpg');
  await page.frame();
  assert.equal(await page.page.locator('.space .row').count(), 1);
  await page.page.click('#untickShown');
  await page.page.fill('#filter input', '');
  await choose(page, '#show', 'skip');
  await page.frame();
  assert.equal(await page.page.locator('.space .row').count(), 1);
  await choose(page, '#show', 'all');
  await page.page.fill('#minimum input', '100');
  await page.frame();
  assert.equal(await page.page.locator('.space .row').count(), 1);
  await page.page.fill('#minimum input', '0');
  await page.page.locator('.row[data-id="art/2@4x.png"] input').check();
  assert.match(await totals(page), /^2 selected/);
  assert.deepEqual(await page.page.evaluate('window.stored'), {
    place: PLACE,
    filter: { text: '', type: '', shown: 'all', minimum: 0 },
    sort: { by: 'path', descending: false },
    unticked: ['photos/s'],
  });
  await page.page.click('#start');
  const call = await page.called('start');
  assert.deepEqual(call.params, { ids: ['art/0@4x.png', 'art/2@4x.png'] });
  await page.result(call, undefined);
  await page.until(`document.body.dataset.phase === 'running'`);
  await page.close();
  const again = await opened(MIXED, 'dark', {
    place: PLACE,
    filter: { text: 'art', type: '', shown: 'todo', minimum: 0 },
    unticked: ['art/0@4x.png'],
  });
  assert.match(await totals(again), /^1 selected/);
  assert.equal(await again.page.inputValue('#filter input'), 'art');
  await again.close();
});

test('while it runs: states, progress, pause, skip; then the report, retry and results', async () => {
  const page = await opened();
  await page.page.click('#start');
  await page.result(await page.called('start'), undefined);
  await event(page, { kind: 'row', id: 'art/0@4x.png', state: 'running' });
  await event(page, {
    kind: 'standing',
    standing: {
      done: 0,
      total: 2,
      paused: false,
      megapixelsPerSecond: 1.25,
      secondsLeft: 65,
      current: [{ id: 'art/0@4x.png', share: 0.5, tile: 1, tiles: 4 }],
    },
  });
  await page.frame();
  assert.equal(await totals(page), '0 of 2 · 0.png · 1.3 megapixels/s · about 65 s left');
  assert.equal(
    await page.page.locator('.row[data-id="art/0@4x.png"] .label').innerText(),
    'Tile 2 of 4',
  );
  assert.equal(
    await page.page.locator('#bar [role=progressbar]').getAttribute('aria-valuenow'),
    '25',
  );
  await page.page.click('#pause');
  await page.result(await page.called('pause'), undefined);
  await event(page, {
    kind: 'standing',
    standing: { done: 0, total: 2, paused: true, current: [] },
  });
  assert.equal(await page.page.locator('#pause').innerText(), 'Resume');
  await page.page.click('#pause');
  await page.called('resume');
  await page.page.locator('.row[data-id="photos/s"] button.skip').click();
  assert.deepEqual((await page.called('skip')).params, { id: 'photos/s' });
  await event(page, { kind: 'row', id: 'art/0@4x.png', state: 'done' });
  await event(page, { kind: 'row', id: 'photos/s', state: 'failed', message: 'The disk is full.' });
  await event(page, {
    kind: 'report',
    report: { done: 1, failed: 1, skipped: 0, cancelled: false, seconds: 75 },
  });
  await page.until(`document.body.dataset.phase === 'plan'`);
  await page.frame();
  assert.equal(await totals(page), '1 upscaled in 75 s. 1 failed.');
  assert.match(
    await page.page.locator('.row[data-id="photos/s"]').innerText(),
    /The disk is full[\s\S]*Failed/,
  );
  await page.page.click('#compare');
  assert.deepEqual((await page.called('compare')).params, {
    id: 'art/0@4x.png',
    ids: ['art/0@4x.png'],
  });
  await page.page.click('#retry');
  await page.page.evaluate(`window.answers.replan = ${JSON.stringify(MIXED)}`);
  await page.result(await page.called('replan'), MIXED);
  assert.deepEqual((await page.called('start', 1)).params, { ids: ['photos/s'] });
  assert.deepEqual(page.problems, []);
  await page.close();
});

test('a report says why results could not be recorded, also where no plan can be made then', async () => {
  for (const lock of [undefined, { code: 'lock', message: 'The lock is damaged.' }]) {
    const page = await opened();
    await page.page.click('#start');
    await page.result(await page.called('start'), undefined);
    if (lock) await page.page.evaluate('delete window.answers.init');
    const problem = 'The results could not be recorded. The next run records them.';
    await event(page, {
      kind: 'report',
      report: { done: 2, failed: 0, skipped: 0, cancelled: false, seconds: 7, problem },
    });
    if (lock) await page.error(await page.called('init', 1), lock);
    await page.until(`document.body.dataset.phase === '${lock ? 'problem' : 'plan'}'`);
    await page.frame();
    assert.equal(await totals(page), `2 upscaled in 7 s. ${problem}`);
    await page.close();
  }
});

test('pictures are upscaled in the order of the rows', async () => {
  const page = await opened(
    initOf(['icon1', 'icon10', 'icon2'].map((id) => row(1, { id, input: `${id}.png` }))),
  );
  await page.page.click('#start');
  assert.deepEqual((await page.called('start')).params, { ids: ['icon1', 'icon2', 'icon10'] });
  await page.close();
});

test('what was pressed leads on: the focus is never at the page’s beginning', async () => {
  const page = await opened();
  const focused = (id: string): Promise<void> =>
    page.until(`document.activeElement.id === '${id}'`);
  await page.page.locator('#newPlan').focus();
  await page.page.keyboard.press('Enter');
  await page.result(await page.called('replan'), MIXED);
  await focused('newPlan');
  await page.page.locator('#start').focus();
  await page.page.keyboard.press('Enter');
  await page.result(await page.called('start'), undefined);
  await focused('pause');
  await event(page, { kind: 'row', id: 'art/0@4x.png', state: 'done' });
  await event(page, {
    kind: 'report',
    report: { done: 1, failed: 0, skipped: 0, cancelled: false, seconds: 7 },
  });
  await focused('compare');
  assert.deepEqual(page.problems, []);
  await page.close();
});

test('Cancel is answered at once, and the rows stay where they are while the plan is made anew', async () => {
  const page = await opened();
  await page.page.click('#start');
  await page.result(await page.called('start'), undefined);
  await page.page.locator('.row[data-id="photos/s"]').focus();
  await page.page.evaluate(`window.answers = {}`);
  await page.page.click('#cancel');
  await page.called('cancel');
  assert.equal(await totals(page), 'Canceling… What was begun is finished.');
  for (const id of ['#cancel', '#pause'])
    assert.equal(await page.page.locator(id).getAttribute('aria-disabled'), 'true');
  await page.page.locator('.row[data-id="photos/s"]').focus();
  await event(page, {
    kind: 'report',
    report: { done: 0, failed: 0, skipped: 0, cancelled: true, seconds: 7 },
  });
  await page.until(`document.body.dataset.phase === 'planning'`);
  assert.equal(await totals(page), 'Looking at the images of assets…');
  assert.equal(await page.page.locator('.space .row').count(), MIXED.plan.rows.length);
  await page.result(await page.called('init', 1), MIXED);
  await page.until(`document.body.dataset.phase === 'plan'`);
  assert.equal(await page.page.evaluate('document.activeElement.dataset.id'), 'photos/s');
  await page.close();
});

test('why an image is left alone is read without a tooltip, where it would have had its result', async () => {
  const message =
    'logo.psd is a Photoshop document, which cannot be read here. Export it as a PNG or a TIFF, and upscale that.';
  const page = await opened(
    initOf([
      row(0),
      row(3, { id: '?a', input: 'logo.psd', status: 'skip', selected: false, output: '', message }),
    ]),
  );
  for (const [width, place] of [
    [1040, '.reason'],
    [780, '.state .detail'],
  ] as const) {
    await page.page.setViewportSize({ width, height: 700 });
    const reason = page.page.locator(`.row[data-id="?a"] ${place}`);
    assert.equal(await reason.innerText(), message);
    assert.equal(await page.page.getByText(message).filter({ visible: true }).count(), 1);
  }
  await page.page.setViewportSize({ width: 1040, height: 700 });
  const [seen, needed] = await page.page
    .locator('.reason > span')
    .evaluate((element) => [element.clientHeight, element.scrollHeight]);
  assert.ok(needed <= seen, 'it is not cut');
  await page.close();
});

test('an interrupted batch can go on, a problem says what to do', async () => {
  const page = await opened(initOf([row(0), row(1)], { interrupted: ['art/1@4x.png'] }));
  assert.match(
    await page.page.locator('#notice').innerText(),
    /interrupted: 1 image is still to do\./,
  );
  await page.page.click('#noticeAction');
  assert.deepEqual((await page.called('start')).params, { ids: ['art/1@4x.png'] });
  await page.close();
  const broken = await harness.open({ init: MIXED });
  await broken.page.evaluate('delete window.answers.init');
  await broken.until(`document.body.dataset.phase === 'plan'`);
  await broken.page.click('#newPlan');
  await broken.error(await broken.called('replan'), {
    code: 'recipe',
    message: '.pisa-upscale.json: rules must be a list.',
    hint: 'Correct the recipe, then look again.',
  });
  assert.match(
    await broken.page.locator('#problem').innerText(),
    /rules must be a list\. Correct the recipe/,
  );
  assert.equal(await broken.page.locator('#openRecipe').isVisible(), true);
  await broken.close();
});

test('nothing is started twice: its buttons rest until the run has begun, or can’t', async () => {
  const page = await opened(initOf([row(0), row(1)], { interrupted: ['art/1@4x.png'] }));
  const rest = async (on: boolean): Promise<void> => {
    for (const id of ['#noticeAction', '#start', '#newPlan'])
      assert.equal(await page.page.locator(id).getAttribute('aria-disabled'), `${on}`, id);
  };
  await page.page.click('#noticeAction');
  const call = await page.called('start');
  await rest(true);
  await page.page.locator('#start').click({ force: true });
  await page.frame();
  assert.equal((await page.sent('start')).length, 1);
  await page.error(call, { code: 'run-busy', message: 'Another is at it.' });
  await rest(false);
  assert.equal(await totals(page), 'Another is at it.');
  await page.close();
});

test('a recipe that is not read, since the folder is not trusted, is told with a way to trust it', async () => {
  for (const isUnread of [true, false]) {
    const init = initOf([row(0)]);
    const page = await opened({
      ...init,
      plan: { ...init.plan, ...(isUnread ? { hasUnreadRecipe: true } : {}) },
    });
    for (const id of ['trustNotice', 'manageTrust'])
      assert.equal(await page.page.locator(`#${id}`).isVisible(), isUnread, id);
    await page.close();
  }
});

test('a recipe that lies in the chosen folder, where none counts, is told', async () => {
  const page = await opened(initOf([row(0)], { unusedRecipes: ['art/.pisa-upscale.json'] }));
  assert.match(
    await page.page.locator('#unusedRecipe0').innerText(),
    /^The recipe art\/\.pisa-upscale\.json is not used: only one in the workspace folder itself counts\./,
  );
  await page.close();
});

test('what concerns the plan as a whole is told above its rows', async () => {
  const notes = [
    'The recipe names what no picture matches: srcc/**',
    'Not applied: <b>a rule</b>.',
  ];
  const page = await opened(initOf([row(0)], { notes }));
  for (const [index, note] of notes.entries())
    assert.equal(await page.page.locator(`#note${index}`).innerText(), note);
  await page.close();
});

const OTHER = { text: 'Another window is upscaling this folder.', done: 1, total: 3 };

test('another run that is in the way can be shown or waited for, and is nothing to pause', async () => {
  const page = await opened(
    initOf([row(0), row(1)], { other: OTHER, interrupted: ['art/1@4x.png'] }),
  );
  assert.match(
    await page.page.locator('#otherNotice').innerText(),
    /^Another window is upscaling this folder\.\s+Show\s+Wait$/,
  );
  assert.equal(
    await page.page.locator('#notice').isVisible(),
    false,
    'nobody can go on with it now',
  );
  await page.page.click('#watch');
  await page.result(await page.called('watch'), undefined);
  await page.page.click('#wait');
  const call = await page.called('wait');
  assert.deepEqual(call.params, { ids: ['art/0@4x.png', 'art/1@4x.png'] });
  await page.result(call, undefined);
  for (const [thenStarts, cancel, totalsText] of [
    [false, 'Back to the Plan', `${OTHER.text} · 1 of 3`],
    [true, 'Stop Waiting', `${OTHER.text} · 1 of 3 · starts when that has ended`],
  ] as const) {
    const standing = {
      done: 1,
      total: 3,
      paused: false,
      current: [],
      other: { text: OTHER.text, thenStarts },
    };
    await event(page, { kind: 'row', id: 'art/0@4x.png', state: 'running' });
    await event(page, { kind: 'standing', standing });
    await page.frame();
    assert.equal(await totals(page), totalsText);
    assert.equal(await page.page.locator('#cancel').innerText(), cancel);
    assert.equal(await page.page.locator('#pause').isVisible(), false);
    assert.equal(await page.page.locator('button.skip').count(), 0);
    assert.equal(await page.page.locator('#otherNotice').isVisible(), false);
  }
  await page.page.click('#cancel');
  await page.called('cancel');
  await event(page, { kind: 'planned' });
  await page.until(`document.body.dataset.phase === 'plan'`);
  assert.deepEqual(page.problems, []);
  await page.close();
});

test('a run that another begins while the plan is shown is told of when it is in the way', async () => {
  const page = await opened(initOf([row(0)]));
  assert.equal(await page.page.locator('#otherNotice').isVisible(), false);
  await page.page.click('#start');
  const call = await page.called('start');
  await event(page, { kind: 'other', other: OTHER });
  await page.error(call, { code: 'run-busy', message: OTHER.text });
  await page.page.locator('#otherNotice #wait').waitFor();
  assert.equal(await page.page.getAttribute('body', 'data-phase'), 'plan');
  assert.equal(await page.page.locator('#announcements').innerText(), OTHER.text);
  assert.equal(await totals(page), OTHER.text, 'it is seen, too');
  await event(page, { kind: 'other', other: { ...OTHER, done: 1 } });
  await page.frame();
  assert.equal(await totals(page), OTHER.text, 'and stays while that run goes on');
  await page.close();
});

test('of ten thousand rows only those that are seen exist, wherever one scrolls', async () => {
  const page = await opened(initOf(Array.from({ length: 10_000 }, (_, i) => row(i))));
  const count = (): Promise<number> => page.page.locator('.space .row').count();
  assert.ok((await count()) < 60);
  await page.page.evaluate(`document.querySelector('#scroll').scrollTop = 5000 * 44`);
  await page.frame();
  assert.ok((await count()) < 60);
  await page.page.locator('.row[data-id="art/5005@4x.png"]').waitFor();
  await page.page.fill('#filter input', '777');
  await page.frame();
  assert.match(await page.page.locator('.space .row').first().innerText(), /777/);
  await page.close();
});

test('the words of the person’s language are in the controls', async () => {
  const translated = await startBatch({ 'All types': 'Alle <Arten>', 'To do': 'Offen' });
  const page = await translated.open({ init: MIXED });
  await page.until(`document.body.dataset.phase === 'plan'`);
  const options = await page.page.locator('vscode-option').allTextContents();
  assert.deepEqual(options.slice(0, 3), ['Alle <Arten>', 'JPG', 'PNG']);
  assert.deepEqual(options.slice(3, 5), ['All', 'Offen'], 'what has no translation is English');
  await translated.close();
});
