// The Linux package as a person has it: installed into a fresh profile, from a folder with no
// node_modules near, used, and uninstalled.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { ensureVsCodeHost } from '../../scripts/setup-test-host.mjs';
import { makeTemporaryFolder, REPOSITORY, screenshotPath } from '../harness/paths.mjs';
import { writePicture } from '../harness/pictures.mjs';
import {
  acceptPath,
  clickDialogButton,
  explorerMenu,
  openPicture,
  runCommand,
  waitForDialog,
  waitForNotification,
  webview,
} from '../harness/workbench.mjs';
import { startWorkbench, unexpectedEvents, UPSCALE } from '../host/workbenchSession.mjs';
import { makeExtensions, vsixOf } from './packages.ts';

const ID = 'pisa-upscale.pisa-upscale';
const TARGET = 'linux-x64';
const TINY = path.join(REPOSITORY, 'test/fixtures/pisa-sr-tiny');
const SETTINGS = { 'pisaUpscale.model': 'pisa-compact-4x' };

const store = path.join(makeTemporaryFolder(), 'store');
let workbench;
before(async () => {
  makeExtensions([TARGET]);
  workbench = await startWorkbench({
    vsix: vsixOf(TARGET),
    machineSettings: { 'pisaUpscale.modelFolders': [], 'pisaUpscale.modelStore': store },
  });
});
after(async () => {
  await workbench?.stop();
  rmSync(path.dirname(store), { recursive: true, force: true });
});

const extensions = () => path.join(workbench.state, 'ex');
const fill = async (folder) => {
  await writePicture(path.join(folder, 'hero.png'), 60, 40);
  mkdirSync(path.join(folder, 'art'));
  for (const name of ['a.png', 'b.jpg']) await writePicture(path.join(folder, 'art', name), 30, 20);
};
const installTest = (title, name, body) =>
  test(title, { timeout: 240_000 }, (context) =>
    workbench.inWorkspace({ name, fill, settings: SETTINGS }, (session) => body(session, context)),
  );

async function assertSize(file, width, height) {
  const found = await sharp(file).metadata();
  assert.deepEqual([found.width, found.height], [width, height]);
}

/** Command lines of the engines that run from the installed package. */
const engines = () =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return ''; // it ended meanwhile
      }
    })
    .filter((line) => line.includes(path.join(extensions(), ID)));

installTest(
  'palette: a picture is upscaled by what is in the package',
  'installed',
  async ({ page, folder, events }) => {
    await openPicture(page, 'hero.png');
    await runCommand(page, UPSCALE);
    await waitForNotification(page, 'hero@4x.png');
    await assertSize(path.join(folder, 'hero@4x.png'), 240, 160);
    assert.equal(engines().length, 1, 'the engine of the installed package runs');
    assert.deepEqual(unexpectedEvents(events), []);
  },
);

installTest(
  'explorer: the comparison shows both pictures',
  'installed-comparison',
  async ({ page, events }) => {
    await explorerMenu(page, 'hero.png', 'Open Comparison');
    await webview(page).locator('#save:enabled').waitFor({ timeout: 60_000 });
    await page.screenshot({ path: screenshotPath('installed-comparison') });
    assert.deepEqual(unexpectedEvents(events), []);
  },
);

installTest(
  'explorer: a folder is upscaled by its plan',
  'installed-batch',
  async ({ page, folder }) => {
    await explorerMenu(page, 'art', 'Upscale Folder…');
    const view = webview(page);
    await view.locator('.row[data-id]').first().waitFor();
    await view.locator('#start').click();
    await view.locator('body[data-phase=plan] #sourceControl').waitFor({ timeout: 60_000 });
    await assertSize(path.join(folder, 'art/a@4x.png'), 120, 80);
    await assertSize(path.join(folder, 'art/b@4x.jpg'), 120, 80);
  },
);

installTest('a model is imported', 'installed-import', async ({ page }) => {
  await runCommand(page, 'PiSA Upscale: Import PiSA-SR from Folder…');
  await acceptPath(page, `${TINY}/`);
  const asked = await waitForDialog(page, 'These files could not be verified');
  await clickDialogButton(asked, 'Use Them');
  await waitForNotification(page, 'PiSA-SR is ready');
});

installTest(
  'the extension’s page shows every picture',
  'installed-page',
  async ({ page }, context) => {
    await runCommand(page, 'Developer: Show Running Extensions');
    const row = page.locator('.running-extension, .extension', { hasText: 'PiSA Upscale' }).first();
    await row.waitFor();
    context.diagnostic(`VS Code says: ${(await row.innerText()).replaceAll(/\s+/g, ' ')}`);

    await page.keyboard.press('Control+Shift+X');
    await page.locator('.extension-list-item', { hasText: 'PiSA Upscale' }).first().click();
    const pictures = webview(page).locator('img');
    await pictures.first().waitFor();
    const widths = await pictures.evaluateAll((all) =>
      Promise.all(
        all.map(async (picture) => {
          await picture.decode().catch(() => undefined);
          return picture.naturalWidth;
        }),
      ),
    );
    await page.screenshot({ path: screenshotPath('extension-page') });
    const shown = readFileSync(path.join(REPOSITORY, 'README.md'), 'utf8').match(/!\[/g).length;
    assert.equal(widths.length, shown);
    assert.ok(
      widths.every((width) => width > 0),
      `pixels: ${widths.join(', ')}`,
    );
  },
);

test('uninstalling leaves no trace of it among the extensions', () => {
  const { node, entry } = ensureVsCodeHost();
  const run = (...args) =>
    spawnSync(
      node,
      [
        entry,
        ...['--config', path.join(workbench.state, 'c.yaml')],
        ...['--user-data-dir', path.join(workbench.state, 'ud')],
        ...['--extensions-dir', extensions(), ...args],
      ],
      { encoding: 'utf8' },
    );
  assert.match(run('--list-extensions').stdout, new RegExp(ID.replace('.', '\\.')));
  const { status, stderr } = run('--uninstall-extension', ID);
  assert.equal(status, 0, stderr);
  assert.doesNotMatch(run('--list-extensions').stdout, new RegExp(ID.replace('.', '\\.')));
  assert.ok(existsSync(extensions()));
});
