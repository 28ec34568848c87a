// Getting a model the way a person does: from the error over licence and file dialogs to a result,
// and its removal.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { startFileServer } from '../harness/fileServer.ts';
import { referenceTensors } from '../harness/networks.ts';
import { makeTemporaryFolder, REPOSITORY, screenshotPath } from '../harness/paths.mjs';
import { writePicture } from '../harness/pictures.mjs';
import { buildTinyPackage, TINY_PACKAGE } from '../harness/tinyPackage.mjs';
import { writeTorchLegacy } from '../harness/torchFiles.ts';
import {
  acceptPath,
  clickDialogButton,
  clickNotificationButton,
  explorerMenu,
  notification,
  notificationButtons,
  notificationMessage,
  chooseRow,
  quickPickRows,
  runCommand,
  waitForDialog,
  waitForNotification,
  TEST_MS,
} from '../harness/workbench.mjs';
import { startWorkbench } from './workbenchSession.mjs';

const TINY = path.join(REPOSITORY, 'test/fixtures/pisa-sr-tiny');
const INSTALL = 'PiSA Models: Install PiSA-SR…';
const MANAGE = 'PiSA Models: Manage Models…';

const temporary = makeTemporaryFolder();
const store = path.join(temporary, 'store');
const STORE = { 'pisaUpscale.modelStore': store };
let server;
let published;
let workbench;
before(async () => {
  server = await startFileServer(TINY);
  const files = path.join(temporary, 'published');
  mkdirSync(files);
  const file = path.join(files, 'popular.pth');
  writeTorchLegacy(file, await referenceTensors('compact-4x'));
  published = await startFileServer(files, { tls: true });
  // As a company's own authority is trusted.
  process.env.NODE_EXTRA_CA_CERTS = path.join(temporary, 'authority.pem');
  writeFileSync(process.env.NODE_EXTRA_CA_CERTS, published.certificate);
  await buildTinyPackage({ catalogue: [listing(file, `${published.url}/popular.pth`)] });
  const nobody = await startFileServer(new Map());
  await nobody.close();
  workbench = await startWorkbench({
    extension: TINY_PACKAGE,
    machineSettings: { ...STORE, 'pisaUpscale.pisaSrMirrors': [nobody.url] },
  });
});
after(async () => {
  await workbench?.stop();
  delete process.env.NODE_EXTRA_CA_CERTS;
  await Promise.all([server?.close(), published?.close()]);
  rmSync(temporary, { recursive: true, force: true });
});

/** A published model as the product's list has them. */
function listing(file, url) {
  const content = readFileSync(file);
  return {
    id: 'popular',
    name: 'Popular',
    author: 'Somebody Known',
    licence: 'CC-BY-NC-SA-4.0',
    network: 'Compact',
    speed: 'fast',
    scale: 4,
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    url,
    purpose: 'Drawings',
  };
}

const hero = (folder) => writePicture(path.join(folder, 'hero.png'), 40, 30);
const uiTest = (title, setup, body) =>
  test(title, { timeout: TEST_MS }, () => workbench.inWorkspace({ fill: hero, ...setup }, body));
const PISA = { 'pisaUpscale.model': 'pisa-sr' };

/** Says yes to the mirror's plain http, which is asked for before anything is fetched. */
const agreeToHttp = async (page) =>
  clickDialogButton(
    await waitForDialog(page, 'Download over an unencrypted connection?'),
    'Use Plain HTTP',
  );

uiTest(
  'nobody answers: the failure says so, and each of its buttons does what it says',
  { name: 'offline' },
  async ({ page }) => {
    const failure = () => waitForNotification(page, 'could not be downloaded');
    const install = async () => {
      await runCommand(page, INSTALL);
      await agreeToHttp(page);
      return failure();
    };

    const first = await install();
    assert.match(
      await notificationMessage(first),
      /127\.0\.0\.1.*Check the connection and the proxy/,
    );
    const titles = await notificationButtons(first);
    assert.deepEqual(titles.sort(), ['Import from Folder…', 'Open Setting', 'Retry', 'Show Log']);
    await page.screenshot({ path: screenshotPath('offline') });
    await clickNotificationButton(first, 'Open Setting');
    const settings = page.locator('.settings-editor');
    for (const name of ['Pisa Sr Mirrors', 'Proxy'])
      await settings.locator('.setting-item-label', { hasText: name }).first().waitFor();
    await page.screenshot({ path: screenshotPath('offline-settings') });
    // Newer versions show them in a dialog.
    await page.keyboard.press('Escape');

    await clickNotificationButton(await install(), 'Show Log');
    await page
      .locator('.part.panel .view-line', { hasText: 'could not be downloaded' })
      .first()
      .waitFor();

    await clickNotificationButton(await install(), 'Import from Folder…');
    await acceptPath(page, `${TINY}/`);
    await clickDialogButton(
      await waitForDialog(page, 'These files could not be verified'),
      'Cancel',
    );

    let last = await install();
    // Now somebody answers. VS Code may need a moment to read where.
    await workbench.changeMachineSettings({
      ...STORE,
      'pisaUpscale.pisaSrMirrors': [server.url],
    });
    const plan = page.locator('.monaco-dialog-box', { hasText: 'Install PiSA-SR?' });
    do {
      await clickNotificationButton(last, 'Retry');
      await agreeToHttp(page);
      await plan.or(notification(page, 'could not be downloaded')).first().waitFor();
      last = notification(page, 'could not be downloaded').first();
    } while ((await plan.count()) === 0);
    await clickDialogButton(plan, 'Cancel');
    assert.equal(
      existsSync(store) && readdirSync(store).length > 0,
      false,
      'nothing was installed',
    );
  },
);

uiTest(
  'an upscaling without the model leads through its installation to a result',
  { name: 'install', settings: PISA },
  async ({ page, folder }) => {
    await explorerMenu(page, 'hero.png', 'Upscale (Enlarge) Image');
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

    await explorerMenu(page, 'hero.png', 'Upscale (Enlarge) Image');
    const done = await waitForNotification(page, 'hero@4x.png');
    assert.match(
      await notificationMessage(done),
      /upscaled to \d+×\d+ in .+ s, beside the original\./,
    );
    const { width, height } = await sharp(path.join(folder, 'hero@4x.png')).metadata();
    assert.deepEqual([width, height], [160, 120]);
  },
);

uiTest(
  'the list of models shows its state, removes after asking, and installs published ones',
  { name: 'manage' },
  async ({ page }) => {
    await runCommand(page, MANAGE);
    await quickPickRows(page).filter({ hasText: 'PiSA-SR' }).filter({ hasText: 'ready' }).waitFor();
    const list = page.locator('.quick-input-widget');
    const refresh = () =>
      list.locator('.quick-input-titlebar').getByRole('button', { name: 'Refresh' }).click();
    const [installed, elsewhere] = [path.join(store, 'pisa-sr'), `${store}-elsewhere`];
    renameSync(installed, elsewhere);
    await refresh();
    const listed = quickPickRows(page).filter({ hasText: 'PiSA-SR' });
    await listed.filter({ hasText: 'not installed' }).waitFor();
    renameSync(elsewhere, installed);
    await refresh();
    await listed.filter({ hasText: 'ready' }).waitFor();
    await listed.hover();
    await page.screenshot({ path: screenshotPath('models') });
    await listed.getByRole('button', { name: 'Remove…' }).click();
    await clickDialogButton(await waitForDialog(page, /Remove PiSA-SR \(.+\)\?/), 'Remove');
    await waitForNotification(page, 'was removed');
    assert.equal(existsSync(path.join(store, 'pisa-sr')), false);

    await runCommand(page, MANAGE);
    await quickPickRows(page)
      .filter({ hasText: 'PiSA-SR' })
      .filter({ hasText: 'not installed' })
      .waitFor();
    await quickPickRows(page)
      .filter({ hasText: 'OSEDiff' })
      .filter({ hasText: 'not installed' })
      .waitFor();
    await chooseRow(page, 'PiSA-SR');
    await chooseRow(page, 'Import from Folder…');
    await acceptPath(page, `${TINY}/`);
    const asked = await waitForDialog(page, 'These files could not be verified');
    await clickDialogButton(asked, 'Use Them');
    await waitForNotification(page, 'PiSA-SR is ready');
    assert.ok(existsSync(path.join(store, 'pisa-sr/manifest.json')));

    // A published model: its licence first; what arrived before a cancel is not fetched again.
    await runCommand(page, MANAGE);
    const row = quickPickRows(page).filter({ hasText: 'Popular' });
    // The list draws only the rows that are in view.
    await quickPickRows(page).first().waitFor();
    await page.keyboard.type('Popular');
    await row.waitFor();
    assert.match(await row.innerText(), /available · ×4 · \d+ kB · fast · CC-BY-NC-SA-4\.0/);
    await row.click();
    const licence = await waitForDialog(page, 'Install Popular by Somebody Known?');
    await page.screenshot({ path: screenshotPath('install-published') });
    assert.match(await licence.innerText(), /pictures not for commercial use/);
    assert.equal(published.requests.length, 0, 'nothing is asked for before');
    published.behave('popular.pth', { method: 'GET', stallAfter: 20_000, times: 1 });
    await clickDialogButton(licence, 'Accept License and Download');
    const running = await waitForNotification(page, 'Downloading Popular');
    const partial = path.join(store, '.popular.download/popular.pth.part');
    // Bytes, not the file alone: nothing is gone on with where there is none.
    while (!((statSync(partial, { throwIfNoEntry: false })?.size ?? 0) > 0))
      await page.waitForTimeout(100);
    await clickNotificationButton(running, 'Cancel');
    await running.waitFor({ state: 'detached' });
    assert.ok(!existsSync(path.join(store, 'popular')));

    await runCommand(page, MANAGE);
    await quickPickRows(page).first().waitFor();
    await page.keyboard.type('Popular');
    await chooseRow(page, 'Popular');
    const again = await waitForDialog(page, 'Install Popular by Somebody Known?');
    await clickDialogButton(again, 'Accept License and Download');
    await waitForNotification(page, 'Popular is ready');
    assert.match(published.requests.at(-1)?.range ?? '', /^bytes=[1-9]\d*-/);
    const { author, licence: terms } = JSON.parse(
      readFileSync(path.join(store, 'popular/manifest.json'), 'utf8'),
    );
    assert.deepEqual([author, terms.spdx], ['Somebody Known', 'CC-BY-NC-SA-4.0']);
  },
);
