import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import type { BatchInit, BatchRow } from '../../src/shared/batchProtocol';
import { event, initOf, MIXED, openBatch, row, startBatch, totals } from './batchHarness';
import type { PanelHarness, PanelPage } from './panelHarness';

let harness: PanelHarness;
before(async () => {
  harness = await startBatch();
});
after(() => harness.close());

const opened = (init: BatchInit, size: { width?: number; height?: number } = {}) =>
  openBatch(harness, { init, ...size });

const named = (input: string, part: Partial<BatchRow> = {}): BatchRow =>
  row(0, { id: `${input}@4x`, input, output: input.replace('.png', '@4x.png'), ...part });

const names = (page: PanelPage): Promise<string[]> =>
  page.page.locator('.space .file .base').allInnerTexts();

/** The id of the row that has the focus. */
const focused = (page: PanelPage): Promise<string> =>
  page.page.evaluate(`document.activeElement.closest('.space .row')?.dataset.id ?? ''`);

async function press(page: PanelPage, key: string): Promise<void> {
  await page.page.keyboard.press(key);
  await page.frame();
}

const FOLDERS = initOf([
  named('icons/icon10.png', { size: { width: 10, height: 10 } }),
  named('icons/icon2.png', { size: { width: 90, height: 90 } }),
  named('a/very/deeply/nested/folder/of/assets/photo-with-a-name.png'),
  named('Icon1.png', { size: { width: 40, height: 40 }, status: 'done', selected: false }),
]);

test('the name stands whole before its folder, and a result’s folder is told where it is another', async () => {
  const page = await opened(
    initOf([
      ...FOLDERS.plan.rows,
      named('in/x.png', { id: 'out/x.png', output: 'public/img/x.png' }),
    ]),
    { width: 780, height: 500 },
  );
  const deep = page.page.locator('.row', { hasText: 'photo-with-a-name' });
  assert.equal(await deep.locator('.file .base').innerText(), 'photo-with-a-name.png');
  const [width, needed] = await deep
    .locator('.file .base')
    .evaluate((element) => [element.clientWidth, element.scrollWidth]);
  assert.ok(needed <= width, 'the name is not cut');
  assert.match(await deep.locator('.file .folder').innerText(), /^a\/very\/deeply/);
  assert.equal(await deep.locator('.output .folder').count(), 0);
  await page.close();
  const wide = await opened(
    initOf([named('in/x.png', { id: 'out/x.png', output: 'public/img/x.png' })]),
  );
  assert.equal(await wide.page.locator('.space .output .folder').innerText(), 'public/img');
  await wide.close();
});

test('names that are written from right to left keep their order, and what hides is seen', async () => {
  const page = await opened(
    initOf([named('תמונה של קיץ 2024.png'), named('صورة.png'), named('invoice\u202egnp.png')]),
  );
  const result = (id: string): string => `[data-id=${JSON.stringify(`${id}@4x`)}] .output .base`;
  const end = ['@', '4', 'x', '.', 'p', 'n', 'g'];
  for (const name of ['תמונה של קיץ 2024.png', 'صورة.png'])
    assert.deepEqual(await page.leftToRight(result(name), '@4x.png'), end);
  assert.deepEqual(await page.leftToRight(result('תמונה של קיץ 2024.png'), 'קיץ'), ['ץ', 'י', 'ק']);
  assert.ok((await names(page)).includes('invoice\\u202egnp.png'));
  await page.close();
});

test('an animated picture stands still in the list, at its first frame', async () => {
  const frame = (background: string): Promise<Buffer> =>
    sharp({ create: { width: 30, height: 20, channels: 3, background } })
      .png()
      .toBuffer();
  const body = await sharp([await frame('#ff0000'), await frame('#0000ff')], {
    join: { animated: true },
  })
    .gif({ delay: [40, 40], loop: 0 })
    .toBuffer();
  const page = await opened(initOf([named('a.png')]));
  await page.page.route('**/spin.gif', (route) =>
    route.fulfill({ body, contentType: 'image/gif' }),
  );
  await page.page.click('#newPlan');
  await page.result(
    await page.called('replan'),
    initOf([named('spin.gif', { picture: new URL('spin.gif', page.page.url()).href })]),
  );
  const still = page.page.locator('.row .file canvas');
  await still.waitFor();
  assert.equal(await page.page.locator('.row .file img').count(), 0);
  const [red = 0, , blue = 255] = await still.evaluate((element) => [
    ...(element as HTMLCanvasElement).getContext('2d')!.getImageData(9, 9, 1, 1).data,
  ]);
  assert.ok(red > 200 && blue < 50, 'the first frame');
  assert.deepEqual(page.problems, []);
  await page.close();
});

test('rows are in the explorer’s order; a column’s title orders them up, down, and back', async () => {
  const page = await opened(FOLDERS);
  const byFolder = ['photo-with-a-name.png', 'icon2.png', 'icon10.png', 'Icon1.png'];
  assert.deepEqual(await names(page), byFolder);
  const sortBy = async (column: string): Promise<string | null> => {
    await page.page.click(`#sort-${column}`);
    await page.frame();
    return page.page
      .locator('[role=columnheader]', { has: page.page.locator(`#sort-${column}`) })
      .getAttribute('aria-sort');
  };
  assert.equal(await sortBy('name'), 'ascending');
  const byName = ['Icon1.png', 'icon2.png', 'icon10.png', 'photo-with-a-name.png'];
  assert.deepEqual(await names(page), byName);
  assert.equal(await sortBy('name'), 'descending');
  assert.deepEqual(await names(page), byName.toReversed());
  assert.equal(await sortBy('name'), 'none');
  assert.deepEqual(await names(page), byFolder);
  await sortBy('size');
  assert.deepEqual((await names(page)).slice(0, 2), ['icon10.png', 'photo-with-a-name.png']);
  await sortBy('state');
  assert.equal((await names(page)).at(-1), 'Icon1.png', 'what is done comes last');
  const { sort } = await page.stored();
  assert.deepEqual(sort, { by: 'state', descending: false });
  await page.close();
});

test('the grid by keyboard: one stop for Tab, arrows, pages, Space, Ctrl+A, Enter', async () => {
  const rows = Array.from({ length: 300 }, (_, i) =>
    row(i, i === 2 ? { status: 'done', selected: false } : {}),
  );
  const page = await opened(initOf(rows));
  await page.page.locator('#sort-state').focus();
  await press(page, 'Tab');
  assert.equal(await focused(page), 'art/0@4x.png');
  await press(page, 'ArrowDown');
  assert.equal(await focused(page), 'art/1@4x.png');
  await press(page, 'Space');
  assert.equal(
    await page.page.locator('.row[data-id="art/1@4x.png"]').getAttribute('aria-selected'),
    'false',
  );
  assert.match(await totals(page), /^298 selected/);
  await press(page, 'ArrowDown');
  await press(page, 'Space');
  assert.match(await totals(page), /^298 selected/, 'what is done cannot be selected');
  await press(page, 'Enter');
  const { id, ids } = (await page.called('compare')).params as { id: string; ids: string[] };
  assert.equal(id, 'art/2@4x.png');
  assert.ok(ids.includes(id), 'one of all that is done');
  await press(page, 'Control+a');
  assert.match(await totals(page), /^299 selected/);
  await press(page, 'End');
  assert.equal(await focused(page), 'art/299@4x.png');
  await press(page, 'PageUp');
  const back = await focused(page);
  assert.ok(back !== 'art/299@4x.png' && back !== '');
  await page.page.evaluate(`document.querySelector('#scroll').scrollTop = 0`);
  await page.frame();
  assert.equal(await focused(page), back, 'scrolling does not take the focus away');
  await press(page, 'Home');
  assert.equal(await focused(page), 'art/0@4x.png');
  await press(page, 'Tab');
  assert.equal(await focused(page), '', 'Tab leads past all rows');
  assert.deepEqual(page.problems, []);
  await page.close();
});

test('the settings are told, with the way to change them; a recipe is told instead of them', async () => {
  const settings = 'PiSA Compact ×4 · 2 times larger';
  const page = await opened(initOf([row(0)], { settings }));
  assert.match(await page.text('#settings'), /^PiSA Compact ×4 · 2 times larger\s+Change…$/);
  await page.page.click('#changeSettings');
  await page.called('changeSettings');
  await page.close();
  const recipe = await opened(initOf([row(0)], { hasRecipe: true }));
  assert.match(await recipe.text('#settings'), /\.pisa-upscale\.json\s+Open Recipe$/);
  await recipe.page.click('#changeRecipe');
  await recipe.called('openRecipe');
  await recipe.close();
});

test('results of earlier batches are one line, until they are unfolded', async () => {
  const earlier = (i: number): BatchRow =>
    row(i, {
      id: `?art/${i}@4x.png`,
      input: `art/${i}@4x.png`,
      status: 'skip',
      selected: false,
      reason: 'previous-output',
      message: 'An earlier batch made it.',
    });
  const page = await opened(initOf([row(0), row(1), earlier(0), earlier(1)]));
  assert.deepEqual(await names(page), ['0.png', '1.png']);
  assert.match(await page.text('#subtitle'), /^2 to do, 0 up to date, 0 left alone/);
  assert.equal((await page.text('#earlier')).trim(), '2 earlier outputs');
  await page.page.click('#earlier');
  await page.frame();
  assert.equal((await names(page)).length, 4);
  assert.equal(await page.attribute('#earlier', 'aria-expanded'), 'true');
  await page.page.click('#earlier');
  await page.frame();
  assert.equal((await names(page)).length, 2);
  await page.close();
  const without = await opened(MIXED);
  assert.equal(await without.page.locator('#earlier').count(), 0);
  await without.close();
});

test('buttons say how much they start and what they select, also where the filter hides rows', async () => {
  const page = await opened(initOf([row(0), row(1), row(22)]));
  assert.equal(await page.text('#start'), 'Start (3)');
  assert.equal(await page.text('#shownCount'), '');
  await page.page.fill('#filter input', '22');
  await page.frame();
  assert.equal(await page.text('#shownCount'), '1 of 3 shown');
  assert.equal(await page.text('#start'), 'Start (3)');
  assert.equal(await page.text('#untickShown'), 'Deselect Filtered');
  await page.page.click('#untickShown');
  assert.equal(await page.text('#start'), 'Start (2)');
  assert.equal(await page.text('#tickShown'), 'Select Filtered');
  await page.page.fill('#filter input', '');
  await page.page.click('#untickShown');
  assert.equal(await page.text('#start'), 'Start');
  assert.equal(await page.attribute('#start', 'aria-disabled'), 'true');
  await page.page.locator('#start').click({ force: true });
  assert.deepEqual(await page.sent('start'), []);
  assert.equal(await page.text('#newPlan'), 'Refresh');
  await page.close();
});

test('one file that is no picture is one, more are several', async () => {
  for (const [otherFiles, text] of [
    [0, /left alone$/],
    [1, /· 1 file is not a picture$/],
    [4, /· 4 files are not pictures$/],
  ] as const) {
    const page = await opened(initOf([row(0)], { otherFiles }));
    assert.match(await page.text('#subtitle'), text);
    await page.close();
  }
});

test('what is left alone says why, whole in its tooltip', async () => {
  const message = `${'It is damaged. '.repeat(20)}Restore it.`;
  const page = await opened(
    initOf([
      row(0, { status: 'skip', selected: false, output: '', reason: 'not-readable', message }),
    ]),
  );
  assert.equal(await page.text('.space .label'), 'Left alone');
  assert.equal(await page.attribute('.space .detail', 'title'), message);
  await page.close();
});

test('running rows have bars of their own, and stay in view until somebody scrolls', async () => {
  const rows = Array.from({ length: 200 }, (_, i) => row(i));
  const page = await opened(initOf(rows));
  await page.page.click('#start');
  await page.result(await page.called('start'), undefined);
  const runs = async (i: number): Promise<void> => {
    const id = `art/${i}@4x.png`;
    await event(page, { kind: 'row', id, state: 'running' });
    const current = [
      { id, share: 0.25, tile: 1, tiles: 4 },
      { id: `art/${i + 1}@4x.png`, share: 0.75, tile: 2, tiles: 4 },
    ];
    const standing = { done: i, total: 200, paused: false, current };
    await event(page, { kind: 'standing', standing });
    await page.frame();
  };
  const isSeen = (i: number): Promise<boolean> =>
    page.page.evaluate(`(() => {
      const row = document.querySelector('.row[data-id="art/${i}@4x.png"]')?.getBoundingClientRect();
      const list = document.querySelector('#scroll').getBoundingClientRect();
      return row !== undefined && row.top >= list.top - 1 && row.bottom <= list.bottom + 1;
    })()`);
  await runs(120);
  assert.equal(await isSeen(120), true);
  const bars = page.page.locator('.space .rowBar [role=progressbar]');
  assert.deepEqual(
    await bars.evaluateAll((all) => all.map((one) => one.getAttribute('aria-valuenow'))),
    ['25', '75'],
  );
  await page.page.locator('#scroll').hover();
  await page.page.mouse.wheel(0, -100_000);
  await page.until(`document.querySelector('#scroll').scrollTop === 0`);
  await runs(150);
  assert.equal(await isSeen(150), false, 'nobody is torn away from what they look at');
  assert.deepEqual(page.problems, []);
  await page.close();
});

for (const [width, height] of [
  [1280, 800],
  [780, 500],
  [320, 600],
] as const)
  test(`everything is within ${width}×${height}, and Start can be reached`, async () => {
    const page = await opened(
      initOf(
        [
          ...MIXED.plan.rows,
          named('a/very/deeply/nested/folder/of/assets/photo-with-a-rather-long-name.png'),
        ],
        {
          settings: 'PiSA Compact ×4 · 4 times larger · beside the source as {name}@{scale}x.{ext}',
        },
      ),
      { width, height },
    );
    const overflow = await page.page.evaluate<number>(
      `document.documentElement.scrollWidth - document.documentElement.clientWidth`,
    );
    assert.ok(overflow <= 0, `${overflow} px too wide`);
    for (const id of ['#filter', '#start', '#newPlan']) {
      const box = await page.page.locator(id).boundingBox();
      assert.ok(box && box.x >= 0 && box.x + box.width <= width, `${id} across`);
      assert.ok(box.y >= 0 && box.y + box.height <= height, `${id} down`);
    }
    const list = await page.page.locator('#scroll').boundingBox();
    assert.ok(list && list.height >= 88, 'two rows and more are seen');
    await page.close();
  });

test('Space presses a button, and does not scroll the page below it', async () => {
  const page = await openBatch(harness, { height: 260 });
  await page.until('document.documentElement.scrollHeight > innerHeight');
  for (const button of ['#untickShown', '#tickShown', '#newPlan']) {
    await page.page.locator(button).focus();
    const before = await page.page.evaluate('scrollY');
    await page.page.keyboard.press('Space');
    await page.frame();
    assert.equal(await page.page.evaluate('scrollY'), before, button);
  }
  await page.called('replan');
  await page.close();
});

test('a button that is not the first choice has the border that the theme has for such ones', async () => {
  const page = await openBatch(harness);
  const borders = (): Promise<string[]> =>
    page.page.evaluate(`['#newPlan', '#start'].map((id) =>
      getComputedStyle(document.querySelector(id).shadowRoot.querySelector('.base')).borderTopColor)`);
  await page.page.evaluate(
    `document.documentElement.style.setProperty('--vscode-button-border', 'rgb(0, 105, 204)')`,
  );
  // As before VS Code had two.
  assert.deepEqual(await borders(), ['rgb(0, 105, 204)', 'rgb(0, 105, 204)']);
  await page.page.evaluate(
    `document.documentElement.style.setProperty('--vscode-button-secondaryBorder', 'rgb(234, 234, 234)')`,
  );
  assert.deepEqual(await borders(), ['rgb(234, 234, 234)', 'rgb(0, 105, 204)']);
  await page.close();
});
