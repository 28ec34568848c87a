// Getting a model the way a person does: from the error over licence and file dialogs to a result,
// and its removal.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { startFileServer } from '../harness/fileServer.ts';
import { makeTemporaryFolder, REPOSITORY, screenshotPath } from '../harness/paths.mjs';
import { writePicture } from '../harness/pictures.mjs';
import { buildTinyPackage, TINY_PACKAGE } from '../harness/tinyPackage.mjs';
import {
  acceptPath,
  clickDialogButton,
  clickNotificationButton,
  explorerMenu,
  notificationButtons,
  notificationMessage,
  quickPickRows,
  runCommand,
  waitForDialog,
  waitForNotification,
} from '../harness/workbench.mjs';
import { startWorkbench } from './workbenchSession.mjs';

const TINY = path.join(REPOSITORY, 'test/fixtures/pisa-sr-tiny');
const MANAGE = 'PiSA Upscale: Manage Models…';

const store = path.join(makeTemporaryFolder(), 'store');
let server;
let workbench;
before(async () => {
  server = await startFileServer(TINY);
  await buildTinyPackage();
  workbench = await startWorkbench({
    extension: TINY_PACKAGE,
    machineSettings: { 'pisaUpscale.modelStore': store, 'pisaUpscale.pisaSrMirrors': [server.url] },
  });
});
after(async () => {
  await workbench?.stop();
  await server?.close();
  rmSync(path.dirname(store), { recursive: true, force: true });
});

const hero = (folder) => writePicture(path.join(folder, 'hero.png'), 40, 30);
const uiTest = (title, setup, body) =>
  test(title, { timeout: 240_000 }, () => workbench.inWorkspace({ fill: hero, ...setup }, body));
const PISA = { 'pisaUpscale.model': 'pisa-sr' };

/** Chooses a row of the quick pick that is open. */
async function choose(page, text) {
  const row = quickPickRows(page).filter({ hasText: text }).first();
  await row.waitFor();
  await row.click();
}

uiTest(
  'an upscaling without the model leads through its installation to a result',
  { name: 'install', settings: PISA },
  async ({ page, folder }) => {
    await explorerMenu(page, 'hero.png', 'Upscale Image');
    const failed = await waitForNotification(page, 'is not installed');
    assert.deepEqual((await notificationButtons(failed)).sort(), [
      'Import from Folder…',
      'Install…',
      'Show Log',
    ]);
    await clickNotificationButton(failed, 'Install…');

    const open = await waitForDialog(page, 'Download over an unencrypted connection?');
    assert.match(await open.innerText(), /http:\/\/127\.0\.0\.1.*plain http/s);
    await clickDialogButton(open, 'Use Plain HTTP');

    const plan = await waitForDialog(page, 'Install PiSA-SR?');
    await page.screenshot({ path: screenshotPath('install-plan') });
    const text = await plan.innerText();
    for (const part of [
      /2\.7 MB will be fetched from 127\.0\.0\.1/,
      /are free/,
      /CreativeML Open RAIL\+\+-M, which you must accept/,
      /Apache-2\.0/,
    ])
      assert.match(text, part);
    assert.equal(
      server.requests.filter(({ method }) => method === 'GET').length,
      0,
      'nothing is fetched before the licence is accepted',
    );
    await clickDialogButton(plan, 'Accept and Download');

    const weights = await waitForDialog(page, 'Do you have pisa_sr.pkl?');
    await page.screenshot({ path: screenshotPath('install-weights') });
    await clickDialogButton(weights, 'Choose pisa_sr.pkl…');
    await acceptPath(page, path.join(TINY, 'pisa_sr.pkl'));

    const unverified = await waitForDialog(page, 'These files could not be verified');
    await page.screenshot({ path: screenshotPath('install-unverified') });
    assert.match(await unverified.innerText(), /pisa_sr\.pkl\s+SHA-256 [0-9a-f]{64}/);
    assert.equal(existsSync(path.join(store, 'pisa-sr')), false);
    await clickDialogButton(unverified, 'Use Them');

    const ready = await waitForNotification(page, 'PiSA-SR is ready');
    await page.screenshot({ path: screenshotPath('install-ready') });
    assert.deepEqual(await notificationButtons(ready), ['Use PiSA-SR']);
    assert.deepEqual(readdirSync(store), ['pisa-sr']);

    await explorerMenu(page, 'hero.png', 'Upscale Image');
    const done = await waitForNotification(page, 'hero@4x.png');
    assert.match(await notificationMessage(done), /λ_pix 1\.00 · λ_sem 1\.00/);
    const { width, height } = await sharp(path.join(folder, 'hero@4x.png')).metadata();
    assert.deepEqual([width, height], [160, 120]);
  },
);

uiTest(
  'the list of models shows its state, and removes it after asking',
  { name: 'manage' },
  async ({ page }) => {
    await runCommand(page, MANAGE);
    await quickPickRows(page).filter({ hasText: 'PiSA-SR' }).filter({ hasText: 'ready' }).waitFor();
    await page.screenshot({ path: screenshotPath('models') });
    await choose(page, 'PiSA-SR');
    await choose(page, 'Remove…');
    await clickDialogButton(await waitForDialog(page, /Remove PiSA-SR \(.+\)\?/), 'Remove');
    await waitForNotification(page, 'was removed');
    assert.equal(existsSync(path.join(store, 'pisa-sr')), false);

    await runCommand(page, MANAGE);
    await quickPickRows(page).filter({ hasText: 'not installed' }).waitFor();
    await choose(page, 'PiSA-SR');
    await choose(page, 'Import from Folder…');
    await acceptPath(page, `${TINY}/`);
    const asked = await waitForDialog(page, 'These files could not be verified');
    await clickDialogButton(asked, 'Use Them');
    await waitForNotification(page, 'PiSA-SR is ready');
    assert.ok(existsSync(path.join(store, 'pisa-sr/manifest.json')));
  },
);
