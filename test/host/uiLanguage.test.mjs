// A workbench whose display language is Chinese: everything of ours that a person meets is in it,
// from the palette and the explorer to the panel and an error of the engine.
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { readWords } from '../../scripts/l10n/translations.mjs';
import { REPOSITORY, screenshotPath } from '../harness/paths.mjs';
import { writePicture } from '../harness/pictures.mjs';
import { textsOf } from '../harness/shownTexts.mjs';
import {
  chooseRow,
  explorerMenu,
  explorerMenuItems,
  notificationMessage,
  notificationButtons,
  quickPickRows,
  runCommand,
  waitForNotification,
  webview,
  TEST_MS,
} from '../harness/workbench.mjs';
import { startWorkbench, unexpectedEvents } from './workbenchSession.mjs';

const LANGUAGE = 'zh-cn';
/** Of VS Code's own words only one: that it is shown tells which language VS Code speaks. */
const EXPLORER = '资源管理器';
const VS_CODE = { 'vs/workbench/contrib/files/browser/explorerViewlet': { explore: EXPLORER } };

const manifest = readWords(REPOSITORY, 'package.json');
const english = readWords(REPOSITORY, 'l10n/bundle.l10n.json');
const words = readWords(REPOSITORY, `l10n/bundle.l10n.${LANGUAGE}.json`);
const titles = readWords(REPOSITORY, `package.nls.${LANGUAGE}.json`);
const englishTitles = readWords(REPOSITORY, 'package.nls.json');

let workbench;
before(async () => {
  workbench = await startWorkbench({ languagePack: { language: LANGUAGE, words: VS_CODE } });
});
after(() => workbench?.stop());

const hero = (folder) => writePicture(path.join(folder, 'hero.png'), 120, 90);
const uiTest = (title, name, fill, body) =>
  test(title, { timeout: TEST_MS }, () => workbench.inWorkspace({ name, fill }, body));

/** The text of a key with its values, as a regular expression of what is shown of it. */
const shown = (key, ...values) => {
  assert.notEqual(words[key] ?? key, key, `not translated: ${key}`);
  const escaped = words[key].replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  return new RegExp(escaped.replace(/\{(\d)\}/g, (_, index) => values[index] ?? '.*'));
};
/** What an English-speaking person would be shown, of words that are others here. */
const englishAmong = (texts) =>
  texts.filter((text) => Object.hasOwn(english, text) && words[text] !== text);

uiTest('the palette and the explorer', 'language-menus', hero, async ({ page, events }) => {
  await page.locator('.sidebar .composite.title', { hasText: EXPLORER }).waitFor();
  await page.keyboard.press('F1');
  await page.locator('.quick-input-widget input[type="text"]').first().fill('>PiSA');
  await quickPickRows(page).filter({ hasText: titles['command.upscaleWorkspace'] }).waitFor();
  // Below each title VS Code shows the English one, so that it is found by either.
  const rows = await quickPickRows(page).evaluateAll((all) =>
    all.map((row) => row.querySelector('.label-name')?.textContent ?? ''),
  );
  await page.screenshot({ path: screenshotPath('language-palette') });
  await page.keyboard.press('Escape');
  const ours = rows.filter((row) => row.includes('PiSA'));
  assert.ok(ours.length > 6, rows.join('\n'));
  for (const row of ours)
    assert.ok(
      Object.values(titles).some((title) => row.endsWith(title)) &&
        !Object.values(englishTitles).some((title) => row.endsWith(`: ${title}`)),
      row,
    );

  const items = await explorerMenuItems(page, 'hero.png');
  for (const command of ['upscaleImage', 'upscaleImageAs', 'openComparison'])
    assert.ok(items.includes(titles[`command.${command}`]), items.join());
  assert.deepEqual(
    items.filter((item) => Object.values(englishTitles).includes(item)),
    [],
  );
  assert.deepEqual(unexpectedEvents(events), []);
});

uiTest(
  'a summary and an error of the engine',
  'language-notifications',
  async (folder) => {
    await hero(folder);
    writeFileSync(path.join(folder, 'broken.webp'), 'no picture');
  },
  async ({ page, folder, events }) => {
    await explorerMenu(page, 'hero.png', titles['command.upscaleImage']);
    const summary = await waitForNotification(page, '480×360');
    assert.match(
      await notificationMessage(summary),
      shown('upscaled to {0}×{1} in {2}, {3}.', '480', '360'),
    );
    assert.deepEqual(englishAmong(await notificationButtons(summary)), []);
    assert.ok(readdirSync(folder).includes('hero@4x.png'));
    await page.screenshot({ path: screenshotPath('language-summary') });

    await explorerMenu(page, 'broken.webp', titles['command.upscaleImage']);
    const error = await waitForNotification(
      page,
      shown(
        '{0} is not a picture that can be read: its content is of no supported format, whatever its name says.',
        '.*broken\\.webp.*',
      ),
    );
    assert.deepEqual(englishAmong(await notificationButtons(error)), []);
    await page.screenshot({ path: screenshotPath('language-error') });
    // VS Code logs the error itself.
    assert.deepEqual(
      unexpectedEvents(events).filter((event) => !event.includes('broken.webp')),
      [],
    );
  },
);

uiTest('the comparison', 'language-panel', hero, async ({ page, events }) => {
  await explorerMenu(page, 'hero.png', titles['command.openComparison']);
  const panel = webview(page);
  await panel.locator('#save:enabled').waitFor();
  await page.screenshot({ path: screenshotPath('language-panel') });
  const texts = await textsOf(panel.locator('body'));
  assert.deepEqual(englishAmong(texts), []);
  const known = new Set(Object.values(words));
  assert.ok(texts.filter((text) => known.has(text)).length > 20, texts.join('\n'));
  assert.equal(await panel.locator('html').getAttribute('lang'), LANGUAGE);
  assert.deepEqual(unexpectedEvents(events), []);
});

uiTest('the walkthrough', 'language-walkthrough', hero, async ({ page, events }) => {
  await runCommand(page, 'Welcome: Open Walkthrough...');
  await chooseRow(page, titles['walkthrough.title']);
  const walkthrough = page.locator('.gettingStartedContainer');
  await walkthrough.getByText(titles['walkthrough.title'], { exact: true }).first().waitFor();
  for (const { id } of manifest.contributes.walkthroughs[0].steps)
    await walkthrough
      .getByText(titles[`walkthrough.${id}.title`], { exact: true })
      .first()
      .waitFor();
  await page.screenshot({ path: screenshotPath('language-walkthrough') });
  assert.deepEqual(unexpectedEvents(events), []);
});
