// The workbench driven as a person does: palette, explorer, notifications, the compare view.
// PISA_UPSCALE_VSIX names a packaged extension to test instead of the working tree (which must be
// built).
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { screenshotPath } from '../harness/paths.mjs';
import { writePicture } from '../harness/pictures.mjs';
import { enginesOf } from '../harness/processes.mjs';
import {
  clickNotificationButton,
  editorTab,
  explorerMenu,
  isDrawn,
  explorerMenuItems,
  notificationButtons,
  notificationMessage,
  openPicture,
  quickPickRows,
  runCommand,
  tickAndAccept,
  waitForNotification,
  webview,
  TEST_MS,
} from '../harness/workbench.mjs';
import { startWorkbench, unexpectedEvents, UPSCALE } from './workbenchSession.mjs';

const MENU_ITEM = 'Upscale (Enlarge) Image';
/** Takes long enough to be interrupted. */
const SLOW = { 'pisaUpscale.model': 'slow-4x' };

const hero = (folder) => writePicture(path.join(folder, 'hero.png'), 120, 90);
const listing = (folder) =>
  readdirSync(folder)
    .filter((name) => name !== '.vscode')
    .sort();

let workbench;
before(async () => (workbench = await startWorkbench({ vsix: process.env.PISA_UPSCALE_VSIX })));
after(() => workbench?.stop());

/** A test with a workspace of its own, that `fill` fills. */
const uiTest = (title, { name, fill, settings }, body) =>
  test(title, { timeout: TEST_MS }, (context) =>
    workbench.inWorkspace({ name, fill, settings }, (session) => body(session, context)),
  );

/** Waits for the summary and checks the file it speaks of. */
async function waitForResult(page, folder, output, size) {
  const toast = await waitForNotification(page, output);
  await assertSize(path.join(folder, output), size);
  return toast;
}

async function assertSize(file, expected) {
  const { width, height } = await sharp(file).metadata();
  assert.deepEqual({ width, height }, expected);
}

uiTest(
  'the palette upscales the picture of the active tab',
  { name: 'palette', fill: hero },
  async ({ page, folder }) => {
    await openPicture(page, 'hero.png');
    await runCommand(page, UPSCALE);
    await waitForResult(page, folder, 'hero@4x.png', { width: 480, height: 360 });
    await page.screenshot({ path: screenshotPath('palette') });
    assert.deepEqual(listing(folder), ['hero.png', 'hero@4x.png']);
  },
);

uiTest(
  'the walkthrough leads from a sample to its result; the palette puts upscaling first',
  { name: 'first-minute', fill: hero },
  async ({ page, events }) => {
    await runCommand(page, 'Welcome: Open Walkthrough');
    await quickPickRows(page).filter({ hasText: 'Get Started with PiSA Upscale' }).click();
    const steps = page.locator('.getting-started-step');
    await steps.first().waitFor();
    assert.equal(await steps.count(), 5);
    await page.screenshot({ path: screenshotPath('walkthrough') });
    await page.getByRole('button', { name: 'Open the Photo' }).click();
    await editorTab(page, 'kingfisher.webp').waitFor();
    await page.locator('.statusbar-item', { hasText: '384x384' }).waitFor();
    // The open picture comes first, ticked and with its size, and needs Enter only.
    await runCommand(page, 'View: Open Previous Editor');
    await steps.nth(1).click();
    await page.getByRole('button', { name: 'Upscale the Open Image' }).click();
    await quickPickRows(page).filter({ hasText: '384×384' }).waitFor();
    await page.screenshot({ path: screenshotPath('walkthrough-pick') });
    await page.keyboard.press('Enter');
    const toast = await waitForNotification(page, 'kingfisher@4x.webp: upscaled to 1536×1536 in');
    assert.match(await notificationMessage(toast), /, beside the original\.$/);

    for (const words of ['upscale', 'enlarge', 'upscale image']) {
      await page.keyboard.press('F1');
      await page.locator('.quick-input-widget input').first().fill(`>${words}`);
      const rows = quickPickRows(page);
      await rows.filter({ hasText: UPSCALE }).first().waitFor();
      const titles = await rows
        .locator('.quick-input-list-label-name, .label-name')
        .allInnerTexts();
      const own = titles.filter((title) => title.startsWith('PiSA'));
      assert.equal(own[0], UPSCALE, words);
      const models = own.findIndex((title) => title.startsWith('PiSA Models'));
      const last = own.findLastIndex((title) => title.startsWith('PiSA Upscale'));
      assert.ok(models < 0 || models > last, own.join('\n'));
      await page.keyboard.press('Escape');
    }
    assert.deepEqual(unexpectedEvents(events), []);
  },
);

uiTest(
  '"Upscale Image As…" asks for a size, refuses nonsense, and meets it exactly',
  { name: 'as-width', fill: hero },
  async ({ page, folder }) => {
    await explorerMenu(page, 'hero.png', 'Upscale Image As…');
    await quickPickRows(page).filter({ hasText: 'Sprite Sheet' }).waitFor();
    await page.screenshot({ path: screenshotPath('upscale-as') });
    await page.keyboard.type('Width');
    await page.keyboard.press('Enter');
    const input = page.locator('.quick-input-widget input');
    await page.getByText('Width in pixels').waitFor();
    await input.fill('wide');
    await page.getByText('Write it like 1920.').waitFor();
    await input.fill('301');
    await page.keyboard.press('Enter');
    await waitForResult(page, folder, 'hero@2.51x.png', { width: 301, height: 226 });
  },
);

const fillTwo = async (folder) => {
  await hero(folder);
  await writePicture(path.join(folder, 'other.jpg'), 64, 48);
  await writeFile(path.join(folder, 'notes.txt'), 'not a picture');
};

uiTest(
  'without a picture tab the palette asks which one',
  { name: 'quick-pick', fill: fillTwo },
  async ({ page, folder }) => {
    await runCommand(page, UPSCALE);
    await quickPickRows(page).filter({ hasText: 'other.jpg' }).waitFor();
    await page.screenshot({ path: screenshotPath('quick-pick') });
    assert.equal(
      await quickPickRows(page).filter({ hasText: 'notes.txt' }).count(),
      0,
      'only pictures are offered',
    );
    await tickAndAccept(page, 'other.jpg');
    await waitForResult(page, folder, 'other@4x.jpg', { width: 256, height: 192 });
    assert.deepEqual(listing(folder), ['hero.png', 'notes.txt', 'other.jpg', 'other@4x.jpg']);
  },
);

uiTest(
  'the explorer upscales a picture; Open and Compare show the result',
  { name: 'explorer', fill: hero },
  async ({ page, folder, events }) => {
    await explorerMenu(page, 'hero.png', MENU_ITEM, {
      beforeClick: () => page.screenshot({ path: screenshotPath('explorer-menu') }),
    });
    const toast = await waitForResult(page, folder, 'hero@4x.png', { width: 480, height: 360 });
    assert.deepEqual((await notificationButtons(toast)).sort(), ['Compare', 'Open', 'Reveal']);
    await page.screenshot({ path: screenshotPath('summary') });
    await clickNotificationButton(toast, 'Open');
    await editorTab(page, 'hero@4x.png').waitFor();
    await page.locator('.statusbar-item', { hasText: '480x360' }).waitFor(); // shown by VS Code's viewer
    await page.screenshot({ path: screenshotPath('opened') });

    // What computed is told, with the way to change it.
    await page.locator('.statusbar-item', { hasText: /^\s*CPU\s*$/ }).click();
    await quickPickRows(page).filter({ hasText: 'Change Device…' }).waitFor();
    await page.screenshot({ path: screenshotPath('status') });
    await page.keyboard.press('Escape');

    await explorerMenu(page, 'hero.png', MENU_ITEM);
    const second = await waitForResult(page, folder, 'hero@4x-2.png', { width: 480, height: 360 });
    await clickNotificationButton(second, 'Compare');
    // The file is there at once; in the end its dials can be used.
    await webview(page).locator('#tagRight', { hasText: '480×360' }).waitFor();
    await webview(page).locator('#pixelSlider:enabled').waitFor();
    await isDrawn(webview(page));
    await page.screenshot({ path: screenshotPath('compare') });
    assert.deepEqual(unexpectedEvents(events), []);
  },
);

uiTest(
  'the image preview has it in its title bar',
  { name: 'editor-title', fill: hero },
  async ({ page, folder }) => {
    await openPicture(page, 'hero.png');
    await page
      .locator('.editor-actions')
      .getByRole('button', { name: 'Upscale (Enlarge) Image' })
      .click();
    const toast = await waitForResult(page, folder, 'hero@4x.png', { width: 480, height: 360 });
    await clickNotificationButton(toast, 'Reveal');
    await page
      .locator('.explorer-folders-view .monaco-list-row.selected', { hasText: 'hero@4x.png' })
      .waitFor();
  },
);

uiTest(
  'the explorer upscales all pictures of a selection',
  { name: 'selection', fill: fillTwo },
  async ({ page, folder }) => {
    await explorerMenu(page, ['hero.png', 'other.jpg'], MENU_ITEM);
    await waitForNotification(page, '2 of 2 images upscaled');
    await page.screenshot({ path: screenshotPath('selection') });
    assert.deepEqual(listing(folder), [
      'hero.png',
      'hero@4x.png',
      'notes.txt',
      'other.jpg',
      'other@4x.jpg',
    ]);
  },
);

uiTest(
  'the explorer offers it on a picture only',
  { name: 'menu-txt', fill: fillTwo },
  async ({ page }) => {
    const offered = async (name) =>
      (await explorerMenuItems(page, name)).some((title) => title.includes(MENU_ITEM));
    assert.equal(await offered('hero.png'), true);
    assert.equal(await offered('notes.txt'), false);
  },
);

const large = (folder) => writePicture(path.join(folder, 'large.png'), 700, 700);

uiTest(
  'Cancel ends a run and leaves no file',
  { name: 'cancel', fill: large, settings: SLOW },
  async ({ page, folder }, context) => {
    await explorerMenu(page, 'large.png', MENU_ITEM);
    // Past decoding and into the network.
    const toast = await waitForNotification(page, /large\.png: tile 1\/\d+ · about .+ left · CPU/);
    await page.screenshot({ path: screenshotPath('progress') });
    const clicked = Date.now();
    await clickNotificationButton(toast, 'Cancel');
    await toast.waitFor({ state: 'detached' });
    // VS Code closes the notification by itself; the extension says when the run has really ended.
    await page.locator('.statusbar-item', { hasText: 'Canceled.' }).waitFor();
    context.diagnostic(`the run ended ${Date.now() - clicked} ms after Cancel`);
    await page.screenshot({ path: screenshotPath('cancelled') });
    assert.deepEqual(listing(folder), ['large.png']);
  },
);

uiTest(
  'what runs stands in the status bar, where it can be cancelled, too',
  { name: 'status', fill: large, settings: SLOW },
  async ({ page, folder }) => {
    await explorerMenu(page, 'large.png', MENU_ITEM);
    await page.locator('.statusbar-item', { hasText: /Upscaling large\.png · \d+%/ }).click();
    await quickPickRows(page).filter({ hasText: 'Cancel' }).first().click();
    await page.locator('.statusbar-item', { hasText: 'Canceled.' }).waitFor();
    await page.locator('.statusbar-item', { hasText: 'Upscaling' }).waitFor({ state: 'detached' });
    assert.deepEqual(listing(folder), ['large.png']);
  },
);

uiTest(
  'a killed engine is a clear error, and the next run works',
  { name: 'killed', fill: large, settings: SLOW },
  async ({ page, folder }) => {
    await explorerMenu(page, 'large.png', MENU_ITEM);
    await waitForNotification(page, 'tile 1/');
    for (const pid of enginesOf(workbench.state)) process.kill(pid, 'SIGKILL');
    const toast = await waitForNotification(
      page,
      'The engine process ended unexpectedly (SIGKILL)',
    );
    assert.deepEqual(await notificationButtons(toast), ['Retry', 'Use CPU', 'Show Log']);
    await page.screenshot({ path: screenshotPath('killed') });
    assert.deepEqual(listing(folder), ['large.png']);
    await hero(folder);
    await explorerMenu(page, 'hero.png', MENU_ITEM);
    await waitForResult(page, folder, 'hero@4x.png', { width: 480, height: 360 });
  },
);

const broken = (folder) => writeFile(path.join(folder, 'broken.png'), 'this is not a PNG file');

uiTest(
  'a broken picture is reported with a way to the log',
  { name: 'broken', fill: broken },
  async ({ page, folder }) => {
    await explorerMenu(page, 'broken.png', MENU_ITEM);
    const toast = await waitForNotification(page, /^broken\.png/);
    assert.deepEqual(await notificationButtons(toast), ['Show Log']);
    await page.screenshot({ path: screenshotPath('broken') });
    await clickNotificationButton(toast, 'Show Log');
    await page.locator('.part.panel .view-line', { hasText: 'broken.png' }).first().waitFor();
    await page.screenshot({ path: screenshotPath('log') });
    assert.deepEqual(listing(folder), ['broken.png']);
  },
);

uiTest(
  'Show Devices names the CPU as usable',
  { name: 'devices', fill: hero },
  async ({ page }) => {
    await runCommand(page, 'PiSA Engine: Show Devices');
    const row = page.locator('.view-line', { hasText: /^CPU\b/ });
    await row.waitFor();
    await page.screenshot({ path: screenshotPath('devices') });
    assert.match(await row.innerText(), /^CPU\s+yes\s/);
  },
);
