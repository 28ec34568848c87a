/**
 * Takes the pictures of the README and the walkthrough that show a real VS Code, in which
 * everything is opened as a person does. They go to media/.
 */
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import {
  editorTab,
  explorerMenu,
  openExplorerMenu,
  quickPickRows,
  runCommand,
  webview,
} from '../test/harness/workbench.mjs';
import { REPOSITORY } from '../test/harness/paths.mjs';
import { startWorkbench } from '../test/host/workbenchSession.mjs';

/** What the walkthrough shows beside its steps. */
const STEP = { width: 1100, height: 700 };
const SETTLE_MS = 1500;
const LONG_MS = 120_000;

const samples = path.join(REPOSITORY, 'media', 'samples');
const save = (page, name) => page.screenshot({ path: path.join(REPOSITORY, 'media', name) });
const copy = (folder, ...names) => {
  mkdirSync(folder, { recursive: true });
  for (const name of names) copyFileSync(path.join(samples, name), path.join(folder, name));
};

/** Where the kingfisher's head is, in shares of its picture. */
const HEAD = { x: 0.52, y: 0.06 };
const HERO_STEPS = 2;

/** Zooms by the wheel, as a person does with the pointer at a place of the picture. */
async function zoomAt(page, panel, { x, y }, steps) {
  const { x: left, y: top, width, height } = await panel.locator('#stage').boundingBox();
  const side = Math.min(width, height);
  await page.mouse.move(left + width / 2 + (x - 0.5) * side, top + height / 2 + (y - 0.5) * side);
  await page.keyboard.down('Control');
  for (let step = 0; step < steps; step++) await page.mouse.wheel(0, -100);
  await page.keyboard.up('Control');
}

const SHOTS = [
  {
    // The README's first picture.
    name: 'readme',
    fill: async (folder) =>
      copy(folder, 'icon.png', 'screenshot.png', 'texture.png', 'kingfisher.webp'),
    settings: { 'workbench.colorTheme': 'Default Dark Modern' },
    async take(page) {
      await page.setViewportSize({ width: 1400, height: 900 });
      await explorerMenu(page, 'kingfisher.webp', 'Open Comparison');
      const panel = webview(page);
      await panel.locator('body[aria-busy=false]').waitFor({ timeout: LONG_MS });
      // Near enough that the effect is seen at once, with the original's own pixels.
      await panel.locator('[data-preset=balanced]').click();
      await panel.locator('#originalPixels').click();
      await zoomAt(page, panel, HEAD, HERO_STEPS);
      await page.mouse.move(0, 0);
      await page.waitForTimeout(SETTLE_MS);
      await save(page, 'compare.png');
    },
  },
  {
    // The README's plan of a folder.
    name: 'batch',
    fill: async (folder) =>
      copy(
        path.join(folder, 'assets'),
        ...['icon.png', 'kingfisher.webp', 'photo.jpg', 'screenshot.png', 'texture.png'],
      ),
    async take(page) {
      await page.setViewportSize({ width: 1440, height: 620 });
      await explorerMenu(page, 'assets', 'Upscale Folder…');
      await webview(page).locator('.row[data-id]').first().waitFor({ timeout: LONG_MS });
      await page.waitForTimeout(SETTLE_MS);
      await save(page, 'batch.png');
    },
  },
  {
    name: 'pictures',
    fill: async (folder) => copy(folder, 'icon.png', 'kingfisher.webp', 'screenshot.png'),
    async take(page) {
      await page.setViewportSize(STEP);
      await openExplorerMenu(page, 'kingfisher.webp');
      await page.getByText('PiSA Upscale', { exact: true }).hover();
      await page.locator('.monaco-submenu').waitFor();
      await page.waitForTimeout(SETTLE_MS);
      await save(page, 'walkthrough-menu.png');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');

      await runCommand(page, 'Welcome: Open Walkthrough');
      await quickPickRows(page).filter({ hasText: 'Get Started with PiSA Upscale' }).click();
      await page.getByRole('button', { name: 'Open the Photo' }).click();
      await editorTab(page, 'kingfisher.webp').waitFor();
      await page.locator('.statusbar-item', { hasText: '384x384' }).waitFor();
      await page.waitForTimeout(SETTLE_MS);
      await save(page, 'walkthrough-sample.png');

      await runCommand(page, 'PiSA Models: Manage Models…');
      await quickPickRows(page)
        .filter({ hasText: 'PiSA-SR' })
        .first()
        .waitFor({ timeout: LONG_MS });
      await page.waitForTimeout(SETTLE_MS);
      await save(page, 'walkthrough-models.png');
      await page.keyboard.press('Escape');
    },
  },
];

const only = process.argv[2];
for (const { name, fill, take, settings } of SHOTS) {
  if (only !== undefined && only !== name) continue;
  // A window of its own: what is used again needs to see the settings' folder. Nothing of this
  // machine is to be seen: neither its folders nor the models of the tests.
  const workbench = await startWorkbench({
    below: 'pictures',
    settings: {
      'files.exclude': { '**/.vscode': true },
      'breadcrumbs.enabled': false,
      ...settings,
    },
    machineSettings: { 'pisaUpscale.modelFolders': [] },
  });
  try {
    await workbench.inWorkspace(
      {
        name,
        fill,
        settings: { 'pisaUpscale.model': 'pisa-compact-4x', 'window.title': '${rootName}' },
      },
      ({ page }) => take(page),
    );
  } finally {
    await workbench.stop();
  }
}
