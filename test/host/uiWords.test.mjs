// Files whose names are markup, in the real workbench, in a folder that is trusted and in one that
// is not: what the person sees are words, and a click on them does nothing.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { screenshotPath } from '../harness/paths.mjs';
import { writePicture } from '../harness/pictures.mjs';
import {
  clickNotificationButton,
  explorerMenu,
  quickPickRows,
  runCommand,
  waitForNotification,
  TEST_MS,
} from '../harness/workbench.mjs';
import { startWorkbench, UPSCALE } from './workbenchSession.mjs';

const MENU_ITEM = 'Upscale (Enlarge) Image';
const UNTITLED = 'command:workbench.action.files.newUntitledFile';
/** Names without their extension; each would be something else if it were rendered. */
const NAMES = {
  'a command link': `[Open the result](${UNTITLED})`,
  'a command link with a title': `[Open](${UNTITLED} "Open")`,
  'a command link in angle brackets': `[Open](<${UNTITLED}>)`,
  'links in links': `[a](${UNTITLED})[b](${UNTITLED})`,
  'a reference link': `[Open][1] [1]: ${UNTITLED}`,
  'an autolink and HTML': `<${UNTITLED}> <a href="${UNTITLED}">b<img src=x>`,
  'icons and mnemonics': '$(check) $(error)verified &&Open',
  'hidden characters': `invoice\u202e[a]\u200b(${UNTITLED})`,
};
/** Of these Restricted Mode sees some: the texts are made in the same place. */
const RESTRICTED = ['a command link', 'icons and mnemonics'];
const MODES = {
  'a trusted folder': {},
  'Restricted Mode': {
    'security.workspace.trust.enabled': true,
    'security.workspace.trust.startupPrompt': 'never',
    'security.workspace.trust.banner': 'never',
  },
};
/** What VS Code would have made of markup. */
const RENDERED = 'a, img, .codicon-check, .codicon-error:not(.notification-list-item-icon)';

for (const [mode, settings] of Object.entries(MODES))
  describe(mode, () => {
    let workbench;
    before(async () => (workbench = await startWorkbench({ settings })));
    after(() => workbench?.stop());

    const isRestricted = mode === 'Restricted Mode';
    const names = Object.entries(NAMES).filter(
      ([kind]) => !isRestricted || RESTRICTED.includes(kind),
    );

    test('summaries and errors are only words', { timeout: TEST_MS }, () =>
      workbench.inWorkspace(
        {
          name: `words-${isRestricted ? 'restricted' : 'trusted'}`,
          fill: async (folder) => {
            for (const [, name] of names) {
              await writePicture(path.join(folder, `${name}.png`), 24, 20);
              await writeFile(path.join(folder, `${name}.webp`), 'no picture');
            }
          },
        },
        async ({ page }) => {
          if (isRestricted)
            await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
          for (const [kind, name] of names)
            for (const [extension, sign] of [
              ['png', '96×80'],
              ['webp', 'not a picture'],
            ]) {
              await upscaleInExplorer(page, `${name}.${extension}`);
              const toast = await waitForNotification(page, sign);
              const message = toast.locator('.notification-list-item-message');
              assert.equal(await message.locator(RENDERED).count(), 0, kind);
              const [begin] = /^\W*\w+/.exec(name);
              assert.ok(withoutJoiners(await message.innerText()).includes(begin), kind);
              await page.screenshot({ path: screenshotPath(`words-${extension}`) });
              await message.click();
              await assertNothingRan(page, kind);
              await runCommand(page, 'Notifications: Clear All Notifications');
              await toast.waitFor({ state: 'detached' });
              // VS Code shows no toast for the fourth notification within 800 ms.
              await page.waitForTimeout(1000);
            }
        },
      ),
    );

    test('progress and lists are only words', { timeout: TEST_MS }, () =>
      workbench.inWorkspace(
        {
          name: 'words-progress',
          fill: (folder) =>
            Promise.all([
              writePicture(path.join(folder, `${NAMES['a command link']}.png`), 700, 700),
              writePicture(path.join(folder, `${NAMES['icons and mnemonics']}.png`), 24, 20),
            ]),
          // A workspace's setting; in Restricted Mode the fast model is used.
          settings: { 'pisaUpscale.model': 'slow-4x' },
        },
        async ({ page }) => {
          await runCommand(page, UPSCALE);
          const rows = quickPickRows(page);
          await rows.filter({ hasText: 'verified' }).waitFor();
          assert.equal(await rows.locator('.label-name .codicon, a[href]').count(), 0);
          assert.ok(withoutJoiners((await rows.allInnerTexts()).join()).includes('$(check)'));
          await page.screenshot({ path: screenshotPath('words-list') });
          await page.keyboard.press('Escape');
          if (isRestricted) return;
          await upscaleInExplorer(page, `${NAMES['a command link']}.png`);
          const toast = await waitForNotification(page, 'tile 1/');
          const message = toast.locator('.notification-list-item-message');
          assert.equal(await message.locator(RENDERED).count(), 0);
          assert.ok((await message.innerText()).startsWith('Upscaling [Open the result]'));
          await page.screenshot({ path: screenshotPath('words-progress') });
          await message.click();
          await assertNothingRan(page, 'progress');
          await clickNotificationButton(toast, 'Cancel');
          await page.locator('.statusbar-item', { hasText: 'Canceled.' }).waitFor();
        },
      ),
    );
  });

/** The text as it looks. */
const withoutJoiners = (text) => text.replaceAll('\u2060', '');

/** Opens the menu on a file and upscales it. */
const upscaleInExplorer = (page, name) => explorerMenu(page, name, MENU_ITEM);

/** The commands in the names would have opened an editor. */
async function assertNothingRan(page, kind) {
  assert.equal(await page.locator('.tab', { hasText: 'Untitled' }).count(), 0, kind);
}
