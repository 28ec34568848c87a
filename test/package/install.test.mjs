// The Linux package as a person has it: installed into a fresh profile, from a folder with no
// node_modules near, used, and uninstalled.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { ensureVsCodeHost } from '../../scripts/setup-test-host.mjs';
import { referenceTensors, writeSafetensors } from '../harness/networks.ts';
import { makeTemporaryFolder, REPOSITORY, screenshotPath } from '../harness/paths.mjs';
import { writePicture } from '../harness/pictures.mjs';
import { nativeLibraries, processesOf } from '../harness/processes.mjs';
import { modelBecomes } from '../harness/settings.mjs';
import {
  clickDialogButton,
  clickNotificationButton,
  explorerMenu,
  openPicture,
  quickPickRows,
  runCommand,
  waitForDialog,
  waitForNotification,
  webview,
} from '../harness/workbench.mjs';
import { startWorkbench, unexpectedEvents, UPSCALE } from '../host/workbenchSession.mjs';
import { makeReleased, RELEASED_FILE, releasedVsix } from './packages.ts';

const ID = 'pisa-upscale.pisa-upscale';
const TARGET = 'linux-x64';
/** Windows in which VS Code's own measure of activation is read. */
const WINDOWS = Number(process.env.ACTIVATION_WINDOWS ?? 1);
const SETTINGS = { 'pisaUpscale.model': 'pisa-compact-4x' };

const store = path.join(makeTemporaryFolder(), 'store');
let workbench;
before(async () => {
  makeReleased([TARGET]);
  workbench = await startWorkbench({
    vsix: releasedVsix(TARGET),
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
  writeSafetensors(path.join(folder, 'Mine.safetensors'), await referenceTensors('compact-4x'));
};
const installTest = (title, name, body) =>
  test(title, { timeout: 240_000 }, (context) =>
    workbench.inWorkspace({ name, fill, settings: SETTINGS }, (session) => body(session, context)),
  );

async function assertSize(file, width, height) {
  const found = await sharp(file).metadata();
  assert.deepEqual([found.width, found.height], [width, height]);
}

const readJson = (name) => JSON.parse(readFileSync(path.join(REPOSITORY, name), 'utf8'));

/** Scrolls to each picture, waits until it is decoded, and takes a screenshot. */
async function assertShown(page, pictures, name) {
  for (const [index, picture] of (await pictures.all()).entries()) {
    await picture.scrollIntoViewIfNeeded();
    const width = await picture.evaluate((one) =>
      one.decode().then(
        () => one.naturalWidth,
        () => 0,
      ),
    );
    assert.ok(width > 0, `${name}: picture ${index + 1} loads`);
    await page.screenshot({ path: screenshotPath(`${name}-${index + 1}`) });
  }
}

/** Extension hosts, and engines that run from the installed package. */
const hosts = () => running('--type=extensionHost');
const engines = () => running(path.join(extensions(), ID));
const running = (word) =>
  processesOf(workbench.state).filter(({ command }) => command.includes(word));

// The first, so that no engine runs yet.
installTest(
  'activation ends, loads no native library and starts no engine',
  'installed-activation',
  async ({ page, openWindow }, context) => {
    const size = page.viewportSize();
    for (let count = 1, window = page; ; count++, window = await openWindow()) {
      // The list draws only rows that are seen, and whoever is fast comes last.
      await window.setViewportSize({ ...size, height: 2400 });
      await runCommand(window, 'Developer: Show Running Extensions');
      const row = window.locator('.monaco-list-row', { hasText: 'PiSA Upscale' });
      const activated = row.filter({ hasText: /Activation: \d+ms/ });
      await activated.waitFor();
      context.diagnostic(`VS Code says: ${(await activated.innerText()).match(/Activation.*/)[0]}`);
      if (count >= WINDOWS) break;
    }
    await page.setViewportSize(size);
    assert.notEqual(hosts().length, 0);
    assert.deepEqual(hosts().flatMap(nativeLibraries), []);
    assert.deepEqual(engines(), []);
  },
);

installTest(
  'palette: a picture is upscaled by what is in the package',
  'installed',
  async ({ page, folder, events }) => {
    await openPicture(page, 'hero.png');
    await runCommand(page, UPSCALE);
    await waitForNotification(page, 'hero@4x.png');
    await assertSize(path.join(folder, 'hero@4x.png'), 240, 160);
    assert.equal(engines().length, 1, 'the engine of the installed package runs');
    assert.notEqual(nativeLibraries(engines()[0]).length, 0, 'and has what the host has not');
    assert.deepEqual(hosts().flatMap(nativeLibraries), []);
    assert.deepEqual(unexpectedEvents(events), []);
  },
);

installTest(
  'explorer: the comparison shows both pictures',
  'installed-comparison',
  async ({ page, events }) => {
    await explorerMenu(page, 'hero.png', 'Open Comparison');
    await webview(page).locator('#save:enabled').waitFor();
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
    await view.locator('body[data-phase=plan] #sourceControl').waitFor();
    await assertSize(path.join(folder, 'art/a@4x.png'), 120, 80);
    await assertSize(path.join(folder, 'art/b@4x.jpg'), 120, 80);
  },
);

installTest(
  'a model from a file is added, and upscales',
  'installed-model',
  async ({ page, folder }) => {
    await explorerMenu(page, 'Mine.safetensors', 'Add Model from File…');
    await clickDialogButton(await waitForDialog(page, 'Add Mine?'), 'Add');
    await clickNotificationButton(await waitForNotification(page, 'Mine is ready'), 'Use It');
    await modelBecomes(page, path.join(folder, '.vscode/settings.json'), /mine/);
    await explorerMenu(page, 'hero.png', 'Upscale (Enlarge) Image');
    await waitForNotification(page, 'hero@4x.png');
    await assertSize(path.join(folder, 'hero@4x.png'), 240, 160);
  },
);

installTest(
  'the extension’s page shows every picture of the repository',
  'installed-page',
  async ({ page, events }) => {
    // VS Code shows pictures from https: addresses only; the repository is answered for here.
    const address = new RegExp(RELEASED_FILE, '');
    await page.route(address, (route) => {
      const [, , file] = route.request().url().match(address);
      return route.fulfill({ path: path.join(REPOSITORY, file) });
    });
    await page.keyboard.press('Control+Shift+X');
    await page.locator('.extension-list-item', { hasText: 'PiSA Upscale' }).first().click();
    const pictures = webview(page).locator('img');
    await pictures.first().waitFor();
    const shown = readFileSync(path.join(REPOSITORY, 'README.md'), 'utf8').match(/!\[/g).length;
    assert.equal(await pictures.count(), shown);
    await assertShown(page, pictures, 'extension-page');
    assert.deepEqual(unexpectedEvents(events), []);
  },
);

installTest(
  'the walkthrough shows every picture of the package',
  'installed-walkthrough',
  async ({ page }) => {
    // VS Code shows a walkthrough's pictures where there is room beside its steps.
    await runCommand(page, 'View: Toggle Primary Side Bar Visibility');
    await runCommand(page, 'Welcome: Open Walkthrough');
    await quickPickRows(page).filter({ hasText: 'Get Started with PiSA Upscale' }).click();
    const words = readJson('package.nls.json');
    const [{ steps }] = readJson('package.json').contributes.walkthroughs;
    const cards = page.locator('.getting-started-step');
    await cards.first().waitFor();
    assert.equal(await cards.count(), steps.length);
    for (const [index, { id, media }] of steps.entries()) {
      await cards.nth(index).click();
      const picture = page.getByAltText(words[media.altText.slice(1, -1)]);
      await picture.waitFor();
      await assertShown(page, picture, `walkthrough-${id}`);
    }
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
