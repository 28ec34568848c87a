// A community model the way a person gets it: a file in the explorer, named and licensed, used,
// compared, paired with another, and removed.
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { referenceTensors } from '../harness/networks.ts';
import { makeTemporaryFolder, screenshotPath } from '../harness/paths.mjs';
import { writePicture } from '../harness/pictures.mjs';
import { modelBecomes } from '../harness/settings.mjs';
import { writeTorchLegacy } from '../harness/torchFiles.ts';
import {
  clickDialogButton,
  clickNotificationButton,
  dropOntoWebview,
  explorerMenu,
  explorerRow,
  notificationMessage,
  chooseRow,
  quickPickRows,
  runCommand,
  waitForDialog,
  waitForNotification,
  webview,
  STATE_MS,
  TEST_MS,
} from '../harness/workbench.mjs';
import { startWorkbench } from './workbenchSession.mjs';

const MANAGE = 'PiSA Models: Manage Models…';
const ADD = 'Add Model from File…';
const LIST_MS = 60_000;
const ROW_MS = 2_000;

const store = path.join(makeTemporaryFolder(), 'store');
let workbench;
before(async () => {
  workbench = await startWorkbench({ machineSettings: { 'pisaUpscale.modelStore': store } });
});
after(() => workbench?.stop());

async function fill(folder) {
  await writePicture(path.join(folder, 'hero.png'), 40, 30);
  writeTorchLegacy(path.join(folder, 'Favourite.pth'), await referenceTensors('compact-4x'));
  writeTorchLegacy(path.join(folder, 'Second.pth'), await referenceTensors('span-norm-4x'));
  await writePicture(path.join(folder, 'other.png'), 24, 24);
  writeFileSync(path.join(folder, 'page.pth'), '<!DOCTYPE html><html>Quota exceeded</html>');
}

/** The list says what holds when it is opened; VS Code may still be writing the settings. */
async function listShows(page, row) {
  const end = Date.now() + LIST_MS;
  for (;;) {
    await runCommand(page, MANAGE);
    await quickPickRows(page).first().waitFor();
    if (await isSeen(row)) return;
    if (Date.now() > end) throw new Error(`The list never shows ${row}`);
    await page.keyboard.press('Escape');
  }
}

const isSeen = (row) =>
  row.waitFor({ timeout: ROW_MS }).then(
    () => true,
    () => false,
  );

test(
  'a file from the explorer: named, licensed, used, compared, paired, dropped, removed',
  { timeout: TEST_MS },
  () =>
    workbench.inWorkspace(
      {
        name: 'community',
        fill,
        settings: { 'pisaUpscale.model': 'pisa-compact-4x', 'pisaUpscale.overwrite': 'overwrite' },
      },
      async ({ page, folder }) => {
        await explorerMenu(page, 'page.pth', ADD);
        const refused = await waitForNotification(page, 'page.pth');
        assert.match(await notificationMessage(refused), /it is a web page/);

        await explorerMenu(page, 'Favourite.pth', ADD);
        const asked = await waitForDialog(page, 'Add Favourite?');
        await page.screenshot({ path: screenshotPath('add-model') });
        const text = await asked.innerText();
        for (const part of [/Compact/, /×4/, /licence unknown/, /stays where it is/])
          assert.match(text, part);
        await clickDialogButton(asked, 'Add');
        const ready = await waitForNotification(page, 'Favourite is ready');
        assert.ok(existsSync(path.join(store, 'favourite/manifest.json')));
        await clickNotificationButton(ready, 'Use It');

        const row = quickPickRows(page).filter({ hasText: 'Favourite' });
        await listShows(page, row.filter({ hasText: 'in use' }));
        await page.screenshot({ path: screenshotPath('own-models') });
        assert.match(await row.innerText(), /Compact · ×4 · .* · fast · licence unknown/);
        await page.keyboard.press('Escape');

        await runCommand(page, MANAGE);
        await chooseRow(page, 'Compact · ×4');
        await chooseRow(page, 'Use as Default');
        await modelBecomes(page, workbench.userSettings, /^favourite$/);
        await runCommand(page, MANAGE);
        await chooseRow(page, 'Compact · ×4');
        await chooseRow(page, 'Open Folder');
        await explorerRow(page, 'Favourite.pth').and(page.locator('.focused')).waitFor();

        await explorerMenu(page, 'hero.png', 'Upscale (Enlarge) Image');
        const done = await waitForNotification(page, 'hero@4x.png');
        assert.match(await notificationMessage(done), /upscaled to \d+×\d+ in /);
        const { width, height } = await sharp(path.join(folder, 'hero@4x.png')).metadata();
        assert.deepEqual([width, height], [160, 120]);
        const alone = await sharp(path.join(folder, 'hero@4x.png')).raw().toBuffer();

        await runCommand(page, MANAGE);
        await chooseRow(page, 'Two Models as One…');
        await chooseRow(page, 'PiSA Compact');
        await chooseRow(page, 'Favourite');
        await waitForNotification(page, 'are used as one model with both dials');

        await explorerMenu(page, 'hero.png', 'Open Comparison');
        const panel = webview(page);
        await panel.locator('#save:enabled', { hasText: 'Save' }).waitFor();
        await page.screenshot({ path: screenshotPath('pair') });
        const chosen = (id) => panel.locator(id).evaluate((one) => one.value);
        assert.equal(await chosen('#model'), 'pisa-compact-4x');
        assert.equal(await chosen('#partner'), 'favourite', 'what adds the texture');
        const slider = panel.locator('#semanticSlider');
        const before = await slider.inputValue();
        await slider.press('ArrowLeft');
        for (let looks = 0; looks < 100 && (await slider.inputValue()) === before; looks++)
          await page.waitForTimeout(100);
        assert.notEqual(await slider.inputValue(), before);

        await panel.locator('#save').click();
        await panel.locator('#saved', { hasText: 'Saved hero@4x' }).waitFor();
        const saved = await sharp(path.join(folder, 'hero@4x.png')).raw().toBuffer();
        assert.equal(saved.length, 160 * 120 * 3);
        assert.notDeepEqual(saved, alone, 'the pair makes another picture');

        await dropOntoWebview(page, 'Second.pth');
        await clickDialogButton(await waitForDialog(page, 'Add Second?'), 'Add');
        await panel.locator('#model .text', { hasText: 'Second' }).waitFor();
        await panel.locator('#save:enabled', { hasText: 'Save' }).waitFor({ timeout: STATE_MS });
        assert.equal(await chosen('#model'), 'second');

        await runCommand(page, MANAGE);
        await chooseRow(page, 'Compact · ×4');
        await chooseRow(page, 'Remove…');
        await clickDialogButton(await waitForDialog(page, 'Remove favourite?'), 'Remove');
        await waitForNotification(page, 'was removed; its file stays at');
        assert.equal(existsSync(path.join(store, 'favourite')), false);
        assert.ok(existsSync(path.join(folder, 'Favourite.pth')));

        await dropOntoWebview(page, 'other.png');
        await page.locator('.tab', { hasText: 'Comparison: other.png' }).waitFor();
      },
    ),
);
