/**
 * Takes the README's picture: upscales the sample photo in a real VS Code, as a person does, and opens the comparison.
 *
 *   node scripts/make-readme-picture.mjs
 */
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { clickNotificationButton, explorerMenu, waitForNotification } from '../test/harness/workbench.mjs';
import { REPOSITORY } from '../test/harness/paths.mjs';
import { startWorkbench } from '../test/host/workbenchSession.mjs';

const samples = path.join(REPOSITORY, 'media', 'samples');
const workbench = await startWorkbench();
try {
  const fill = async (folder) => {
    for (const name of ['photo.jpg', 'icon.png', 'screenshot.png', 'texture.png']) copyFileSync(path.join(samples, name), path.join(folder, name));
  };
  await workbench.inWorkspace({ name: 'readme', fill, settings: { 'pisaUpscale.model': 'pisa-compact-4x' } }, async ({ page }) => {
    await page.setViewportSize({ width: 1280, height: 640 });
    await explorerMenu(page, 'photo.jpg', 'Upscale Image');
    await clickNotificationButton(await waitForNotification(page, 'photo@4x.jpg', 120_000), 'Compare');
    await page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame').locator('#result img').waitFor();
    await page.mouse.move(700, 600);
    await page.waitForTimeout(1500);
    await page.screenshot({ path: path.join(REPOSITORY, 'media', 'compare.png') });
  });
} finally {
  await workbench.stop();
}
