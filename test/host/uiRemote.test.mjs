// An inference server in the workbench: what Show Devices says of it, a picture through it, and the
// server that goes away in the middle of a batch and comes back.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { served, serverOf } from '../engine/remoteSupport.ts';
import { InferenceServer } from '../harness/inferenceServer.ts';
import { makeTemporaryFolder, screenshotPath } from '../harness/paths.mjs';
import { writePicture } from '../harness/pictures.mjs';
import { modelBecomes } from '../harness/settings.mjs';
import {
  clickDialogButton,
  clickNotificationButton,
  explorerMenu,
  chooseRow,
  quickPickRows,
  runCommand,
  waitForDialog,
  waitForNotification,
  webview,
  STATE_MS,
  TEST_MS,
} from '../harness/workbench.mjs';
import { startWorkbench, unexpectedEvents } from './workbenchSession.mjs';

const MODEL = 'one-layer-4x';
const TOKEN = 'token-that-nobody-may-see';
let workbench;
let server;
let model;

before(async () => {
  model = await served(MODEL);
  server = await serverOf({
    [MODEL]: model,
    // One that this machine lacks, with a picture in and a picture out.
    'team-painter': {
      ...model,
      picture: { input: 'low', output: 'high' },
      compute: async (image, width, height) => {
        const { base, pixel } = await model.compute(image, width, height);
        return { high: base.map((value, i) => value + pixel[i]) };
      },
    },
  });
  workbench = await startWorkbench({
    machineSettings: {
      'pisaUpscale.device': 'remote',
      'pisaUpscale.remote.url': server.url,
      'pisaUpscale.remote.fallback': 'fail',
      'pisaUpscale.modelStore': path.join(makeTemporaryFolder(), 'store'),
    },
  });
});
after(() => workbench?.stop());

const uiTest = (title, { name, fill, settings }, body) =>
  test(title, { timeout: TEST_MS }, () => workbench.inWorkspace({ name, fill, settings }, body));

uiTest(
  'Show Devices says what the server is and why it is trusted; a picture goes through it',
  {
    name: 'remote',
    fill: (folder) => writePicture(path.join(folder, 'hero.png'), 60, 40),
    // A folder can't say where pictures are sent.
    settings: { 'pisaUpscale.remote.url': 'http://127.0.0.1:1' },
  },
  async ({ page, folder, events }) => {
    await runCommand(page, 'PiSA Engine: Set Credentials of Inference Server…');
    await quickPickRows(page).filter({ hasText: 'Token' }).first().click();
    await page.locator('.quick-input-box input[type=password]').fill(TOKEN);
    await page.keyboard.press('Enter');
    await waitForNotification(page, 'The credentials are kept in the keychain.');

    await runCommand(page, 'PiSA Engine: Show Devices');
    const device = page.locator('.view-line', { hasText: /^Inference.server\s+yes/ });
    await device.waitFor({ timeout: STATE_MS });
    assert.match(await device.innerText(), /test.1\.0.@.127\.0\.0\.1:\d+.answers/);
    const trust = page.locator('.view-line', { hasText: /^one-layer-4x\s+Inference/ });
    await trust.waitFor();
    assert.match(await trust.innerText(), /yes\s+within.0.of.the.CPU/);
    await page.screenshot({ path: screenshotPath('devices-remote') });

    server.reset();
    await explorerMenu(page, 'hero.png', 'Upscale (Enlarge) Image');
    await waitForNotification(page, /on Inference server \(test 1\.0 @ 127\.0\.0\.1:\d+\)/);
    assert.deepEqual(readdirSync(folder).sort(), ['.vscode', 'hero.png', 'hero@4x.png']);
    assert.ok(server.tiles.length > 0);
    for (const { headers } of server.asked) assert.equal(headers.authorization, `Bearer ${TOKEN}`);
    assert.deepEqual(unexpectedEvents(events), []);
  },
);

uiTest(
  'Manage Models shows what only the server has, unverified, and uses it',
  { name: 'remote-own', fill: (folder) => writePicture(path.join(folder, 'hero.png'), 60, 40) },
  async ({ page, folder, events }) => {
    const manage = async () => {
      await runCommand(page, 'PiSA Models: Manage Models…');
      await quickPickRows(page).first().waitFor({ timeout: STATE_MS });
    };
    await manage();
    await chooseRow(page, 'Models of the Inference Server…');
    const row = quickPickRows(page).filter({ hasText: 'team-painter' });
    await row.waitFor({ timeout: STATE_MS });
    assert.match(await row.innerText(), /any size · float32\s*unverified/);
    await page.screenshot({ path: screenshotPath('models-remote') });
    await row.click();
    const asked = await waitForDialog(page, 'Add team-painter of test 1.0');
    assert.match(await asked.innerText(), /nothing here can tell what it computes/);
    await clickDialogButton(asked, 'Try and Add');
    const ready = await waitForNotification(page, 'team-painter (unverified) is ready.');
    await clickNotificationButton(ready, 'Use It');
    await modelBecomes(page, path.join(folder, '.vscode/settings.json'), /team-painter/);
    await explorerMenu(page, 'hero.png', 'Upscale (Enlarge) Image');
    await waitForNotification(page, /upscaled to .+ @ 127\.0\.0\.1:\d+, model unverified\)/);
    assert.deepEqual(readdirSync(folder).sort(), ['.vscode', 'hero.png', 'hero@4x.png']);
    await manage();
    const added = quickPickRows(page).filter({ hasText: 'team-painter (unverified)' });
    assert.match(await added.innerText(), /in use/);
    await page.keyboard.press('Escape');
    assert.deepEqual(unexpectedEvents(events), []);
  },
);

uiTest(
  'the server goes in the middle of a batch: told, nothing half-written, and Retry makes the rest',
  {
    name: 'remote-batch',
    fill: async (folder) => {
      mkdirSync(path.join(folder, 'art'));
      writeFileSync(path.join(folder, 'notes.txt'), '');
      for (let i = 0; i < 6; i++) await writePicture(path.join(folder, `art/p${i}.png`), 50 + i);
    },
  },
  async ({ page, folder }) => {
    const port = Number(new URL(server.url).port);
    server.reset();
    server.fault = async (n) => {
      if (n === 3) await server.kill();
    };
    await explorerMenu(page, 'art', 'Upscale Folder…');
    const view = webview(page);
    await view.locator('.row[data-id]').first().waitFor();
    await view.locator('#start').click();
    const failed = view.locator('.row .label.failed');
    await failed.first().waitFor({ timeout: STATE_MS });
    await view.locator('body[data-phase=plan] #retry').waitFor({ timeout: STATE_MS });
    assert.match(
      await view
        .locator('.row', { has: view.locator('.label.failed') })
        .first()
        .innerText(),
      /The inference server failed\. test 1\.0 @ 127\.0\.0\.1:\d+/,
    );
    await page.screenshot({ path: screenshotPath('batch-remote') });
    const made = () => readdirSync(path.join(folder, 'art')).sort();
    const isWhole = (name) => /^p\d(@4x)?\.png$/.test(name);
    assert.ok(made().every(isWhole), made().join());
    assert.ok(made().length < 12);

    const again = new InferenceServer({ [MODEL]: model });
    await again.listen(port);
    try {
      await view.locator('#retry').click();
      while (made().filter(isWhole).length < 12) await page.waitForTimeout(200);
      assert.equal(made().length, 12);
    } finally {
      await again.kill();
    }
  },
);
