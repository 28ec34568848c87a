/**
 * Takes the README's first picture: the comparison in a real VS Code, opened from the explorer as a
 * person does.
 */
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { explorerMenu, webview } from '../test/harness/workbench.mjs';
import { REPOSITORY } from '../test/harness/paths.mjs';
import { startWorkbench } from '../test/host/workbenchSession.mjs';

const samples = path.join(REPOSITORY, 'media', 'samples');
const workbench = await startWorkbench();
try {
  const fill = async (folder) => {
    for (const name of ['icon.png', 'screenshot.png', 'texture.png'])
      copyFileSync(path.join(samples, name), path.join(folder, name));
    copyFileSync(
      path.join(REPOSITORY, 'test/fixtures/pictures/kingfisher.webp'),
      path.join(folder, 'kingfisher.webp'),
    );
  };
  await workbench.inWorkspace(
    {
      name: 'readme',
      fill,
      settings: { 'pisaUpscale.model': 'pisa-compact-4x', 'window.title': '${rootName}' },
    },
    async ({ page }) => {
      await page.setViewportSize({ width: 1400, height: 820 });
      await explorerMenu(page, 'kingfisher.webp', 'Open Comparison');
      const panel = webview(page);
      await panel.locator('body[aria-busy=false]').waitFor({ timeout: 120_000 });
      await page.waitForTimeout(1500);
      await page.screenshot({ path: path.join(REPOSITORY, 'media', 'compare.png') });
    },
  );
} finally {
  await workbench.stop();
}
