// A picture beside its version in Git, from the explorer and from source control, as a person does.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { screenshotPath } from '../harness/paths.mjs';
import { writePicture } from '../harness/pictures.mjs';
import { explorerMenu, runCommand, webview, TEST_MS } from '../harness/workbench.mjs';
import { startWorkbench, unexpectedEvents } from './workbenchSession.mjs';

const TITLE = 'Compare Image with HEAD';

let workbench;
before(async () => {
  workbench = await startWorkbench({
    settings: { 'git.enabled': true, 'git.openRepositoryInParentFolders': 'never' },
  });
});
after(() => workbench?.stop());

const tab = (page) => page.locator('.tabs-container .tab', { hasText: 'logo.png (HEAD)' });

/** Whether something is there within five seconds. */
const appears = (locator) =>
  locator.waitFor({ timeout: 5000 }).then(
    () => true,
    () => false,
  );

const git = (folder, ...args) =>
  execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], {
    cwd: folder,
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' },
  });

/** A committed picture of 40×28 that was replaced by one of 80×56. */
async function fill(folder) {
  const picture = path.join(folder, 'logo.png');
  await writePicture(picture, 40, 28);
  git(folder, 'init', '-q');
  git(folder, 'add', 'logo.png');
  git(folder, 'commit', '-q', '-m', 'A logo');
  await writePicture(picture, 80, 56);
}

test(
  'a changed picture is compared with HEAD from the explorer and from source control',
  { timeout: TEST_MS },
  () =>
    workbench.inWorkspace({ name: 'revisions', fill }, async ({ page, folder, events }) => {
      await explorerMenu(page, 'logo.png', TITLE);
      await tab(page).waitFor();
      const panel = webview(page);
      const facts = panel.locator('#facts', { hasText: 'HEAD, ' });
      await facts.waitFor();
      const hash = git(folder, 'rev-parse', '--short=7', 'HEAD').toString().trim();
      assert.match(await facts.innerText(), new RegExp(` · HEAD, ${hash}: .+ · now: .+`));
      await panel.locator('#tagLeft', { hasText: 'HEAD' }).waitFor();
      await panel.locator('#tagRight', { hasText: 'Now' }).waitFor();
      await page.screenshot({ path: screenshotPath('revisions') });

      await runCommand(page, 'View: Close All Editors');
      await page
        .locator('.activitybar .action-item', {
          has: page.locator('a.action-label[aria-label^="Source Control"]'),
        })
        .click();
      const change = page.locator('.scm-view .monaco-list-row', { hasText: 'logo.png' });
      await change.first().click({ button: 'right' });
      // A menu that has just opened takes no click.
      const item = page.locator('.monaco-menu .action-item', { hasText: TITLE }).first();
      await item.click();
      while ((await item.isVisible()) && !(await appears(tab(page)))) await item.click();
      await tab(page).waitFor();
      assert.deepEqual(unexpectedEvents(events), []);
    }),
);
