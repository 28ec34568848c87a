// The batch driven as a person does: explorer, plan, ticks, run, report; a reload of the window; an
// interrupted run.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { screenshotPath } from '../harness/paths.mjs';
import { writePicture } from '../harness/pictures.mjs';
import { freezeEngines } from '../harness/processes.mjs';
import {
  clickNotificationButton,
  explorerMenu,
  isDrawn,
  notificationMessage,
  runCommand,
  waitForNotification,
  webview,
  STATE_MS,
  TEST_MS,
} from '../harness/workbench.mjs';
import { startWorkbench, unexpectedEvents } from './workbenchSession.mjs';

let workbench;
before(async () => (workbench = await startWorkbench()));
after(() => workbench?.stop());

/** Longest that a state is waited for which comes at once on an idle machine. */

const uiTest = (title, { name, fill, settings, timeout = TEST_MS }, body) =>
  test(title, { timeout }, () => workbench.inWorkspace({ name, fill, settings }, body));

async function fillFolder(folder) {
  for (let i = 0; i < 12; i++)
    await writePicture(path.join(folder, 'art', `picture ${i}.png`), 40 + 4 * i, 30 + 2 * i);
  await writePicture(path.join(folder, 'art/icon@2x.png'), 20);
  writeFileSync(path.join(folder, 'art/broken.png'), 'no picture');
  writeFileSync(path.join(folder, 'art/notes.txt'), 'text');
}

const made = (folder, suffix = '@4x') =>
  readdirSync(path.join(folder, 'art'))
    .filter((name) => name.includes(suffix))
    .sort();

for (const theme of ['Default Light Modern', 'Default Dark Modern']) {
  const kind = theme.includes('Dark') ? 'dark' : 'light';
  uiTest(
    `explorer, plan, untick, start, report (${kind})`,
    { name: `batch-${kind}`, fill: fillFolder, settings: { 'workbench.colorTheme': theme } },
    async ({ page, folder, events }) => {
      await explorerMenu(page, 'art', 'Upscale Folder…');
      const view = webview(page);
      await view.locator('.row[data-id]').first().waitFor();
      assert.match(
        await view.locator('#subtitle').innerText(),
        /12 to do, 0 up to date, 2 left alone · 1 file is not a picture/,
      );
      assert.match(
        await view.locator('#totals').innerText(),
        /12 selected · .* megapixels · about .* MB · about .* on CPU/,
      );
      assert.match(
        await view.locator('#settings').innerText(),
        /· 4 times larger · pixel fidelity 1, semantic detail 1 · format of the source · beside the source as \{name\}@\{scale\}x\.\{ext\}\s+Change…/,
      );
      await view
        .locator('.row', { hasText: 'broken.png' })
        .locator('.state', { hasText: /Left alone[\s\S]*no supported format/ })
        .waitFor();
      await isDrawn(view);
      await page.screenshot({ path: screenshotPath(`batch-plan-${kind}`) });
      assert.deepEqual(made(folder), [], 'nothing is written before Start');

      await view.locator('#filter input').fill('**/picture 1*.png');
      await view.locator('#untickShown').click();
      await view.locator('#filter input').fill('');
      await view.locator('#totals', { hasText: /^9 selected/ }).waitFor();
      await view.locator('#start').click();
      await view.locator('body[data-phase=plan] #sourceControl').waitFor({ timeout: STATE_MS });
      await view.locator('#totals', { hasText: /^9 upscaled in/ }).waitFor();
      await page.screenshot({ path: screenshotPath(`batch-report-${kind}`) });
      assert.equal(made(folder).length, 9);

      if (kind === 'light') {
        await view.locator('#compare').click();
        await page.locator('.tab', { hasText: 'picture 0.png ↔' }).waitFor();
        const pair = webview(page);
        await pair.locator('#seriesPlace', { hasText: '1 of 9' }).waitFor();
        await page.screenshot({ path: screenshotPath('batch-compare') });
        await pair.locator('#nextPair').click();
        await pair.locator('#seriesPlace', { hasText: '2 of 9' }).waitFor();
        await page.locator('.tab', { hasText: 'picture 2.png ↔' }).waitFor();
        await page.keyboard.press('p');
        await page.locator('.tab', { hasText: 'picture 0.png ↔' }).waitFor();
      }
      assert.deepEqual(unexpectedEvents(events), []);
    },
  );
}

const many = async (folder, count = 6, side = 150) => {
  mkdirSync(path.join(folder, 'art'));
  for (let i = 0; i < count; i++) await writePicture(path.join(folder, 'art', `p${i}.png`), side);
};
/** Waits until a run has begun whose engine stands still; it begins with the first row. */
const begun = (view, count, first = 'p0') =>
  view.locator('#totals', { hasText: new RegExp(`^0 of ${count} · ${first}`) }).waitFor();

uiTest(
  'pause, resume, skip one, cancel: the report says what was done',
  { name: 'batch-pause', fill: many },
  async ({ page, folder }) => {
    await runCommand(page, 'PiSA Upscale: Upscale Workspace Images…');
    const view = webview(page);
    await view.locator('.row[data-id]').first().waitFor();
    freezeEngines(workbench.state); // Cancel ends the frozen one
    await view.locator('#start').click();
    await begun(view, 6);
    await view.locator('#pause').click();
    await view.locator('#pause', { hasText: 'Resume' }).waitFor();
    await view.locator('#pause').click();
    await view.locator('#pause', { hasText: 'Pause' }).waitFor();
    await view.locator('.row', { hasText: 'p5.png' }).locator('button.skip').click();
    await view.locator('.row', { hasText: 'p5.png' }).locator('.label.skipped').waitFor();
    await page.locator('.statusbar-item', { hasText: 'Upscaling' }).waitFor();
    await page.screenshot({ path: screenshotPath('batch-running') });
    await view.locator('#cancel').click();
    await view.locator('body[data-phase=plan] #sourceControl').waitFor({ timeout: STATE_MS });
    await view.locator('#totals', { hasText: /^Canceled\./ }).waitFor();
    assert.ok(!existsSync(path.join(folder, 'art/p5@4x.png')));
  },
);

uiTest(
  'two hundred pictures are sorted, set otherwise and started; a view that is closed meanwhile ' +
    'stops nothing: it ends and tells it',
  { name: 'batch-closed', fill: (folder) => many(folder, 200, 12) },
  async ({ page, folder }) => {
    await runCommand(page, 'PiSA Upscale: Upscale Workspace Images…');
    const view = webview(page);
    await view.locator('.row[data-id]').first().waitFor();
    await view.locator('#sort-name').click();
    await view.locator('#sort-name').click(); // from the end
    await view.locator('.row[data-id]').first().filter({ hasText: 'p199.png' }).waitFor();
    mkdirSync(path.join(folder, '.vscode'), { recursive: true });
    writeFileSync(path.join(folder, '.vscode/settings.json'), '{ "pisaUpscale.scale": 2 }');
    await view.locator('#settings', { hasText: '2 times larger' }).waitFor({ timeout: STATE_MS });
    await view.locator('.row', { hasText: 'p199@2x.png' }).waitFor();
    const thaw = freezeEngines(workbench.state);
    await view.locator('#start').click();
    await begun(view, 200, 'p199');
    await runCommand(page, 'View: Close Editor');
    await page.locator('.tab', { hasText: 'Upscale' }).waitFor({ state: 'detached' });
    await page.locator('.statusbar-item', { hasText: 'Upscaling' }).waitFor();
    thaw();
    await waitForNotification(page, '200 images upscaled', 2 * STATE_MS);
    assert.equal(made(folder, '@2x').length, 200);
  },
);

uiTest(
  'what was unticked and filtered stays so over a reload of the window; another setting makes another plan',
  { name: 'batch-reload', fill: fillFolder },
  async ({ page, folder }) => {
    await explorerMenu(page, 'art', 'Upscale Folder…');
    await page.locator('.tab', { hasText: 'Upscale art' }).waitFor();
    let view = webview(page);
    await view.locator('.row', { hasText: 'picture 3.png' }).locator('input').uncheck();
    await view.locator('#filter input').fill('picture 3');
    await view.locator('#totals', { hasText: /^11 selected/ }).waitFor();
    // The command waits for what VS Code keeps of a view; the browser's reload does not.
    const reloaded = page.waitForEvent('load');
    await runCommand(page, 'Developer: Reload Window');
    await reloaded;
    view = webview(page);
    await view.locator('#totals', { hasText: /^\d+ selected/ }).waitFor({ timeout: STATE_MS });
    await view.locator('#totals', { hasText: /^11 selected/ }).waitFor();
    assert.equal(await view.locator('#filter input').inputValue(), 'picture 3');
    assert.equal(await view.locator('.row[data-id]').count(), 1);
    mkdirSync(path.join(folder, '.vscode'), { recursive: true });
    writeFileSync(path.join(folder, '.vscode/settings.json'), '{ "pisaUpscale.scale": 2 }');
    await view.locator('#settings', { hasText: '2 times larger' }).waitFor({ timeout: STATE_MS });
    await view.locator('.row', { hasText: 'picture 3@2x.png' }).waitFor();
  },
);

uiTest(
  'sixty pictures: the tab is closed, the window reloaded, which offers to go on, a second window ' +
    'opens the folder; all ends, is told, and nothing is made twice',
  {
    name: 'batch-sixty',
    fill: (folder) => many(folder, 60, 26),
    // So that there is time for what happens meanwhile.
    settings: { 'pisaUpscale.model': 'slow-4x' },
    timeout: 2 * TEST_MS,
  },
  async ({ page, folder, openWindow }) => {
    const fingerprints = () =>
      Object.fromEntries(
        made(folder).map((name) => {
          const { ino, mtimeMs, size } = statSync(path.join(folder, 'art', name));
          return [name, `${ino} ${mtimeMs} ${size}`];
        }),
      );
    const atLeast = async (count) => {
      while (made(folder).length < count) await page.waitForTimeout(50);
    };
    await explorerMenu(page, 'art', 'Upscale Folder…');
    const view = webview(page);
    await view.locator('.row[data-id]').first().waitFor();
    await view.locator('#start').click();
    await view.locator('.label.running').first().waitFor();
    let thaw = freezeEngines(workbench.state);

    await runCommand(page, 'View: Close Editor');
    await page.locator('.tab', { hasText: 'Upscale' }).waitFor({ state: 'detached' });
    const seen = made(folder).length;
    thaw();
    await atLeast(seen + 3);
    thaw = freezeEngines(workbench.state);

    await page.reload();
    thaw();
    const toast = await waitForNotification(page, 'was interrupted', STATE_MS);
    assert.match(
      await notificationMessage(toast),
      /batch in art was interrupted: \d+ of 60 images are done/,
    );
    const before = fingerprints();
    const count = Object.keys(before).length;
    assert.ok(count > 0 && count < 60, `${count} were made before`);
    await clickNotificationButton(toast, 'Resume');
    // Of a busy machine the rest is done before its window shows that it has begun.
    await atLeast(count + 1);
    thaw = freezeEngines(workbench.state);
    // What runs now lies below what is seen.
    await view.locator('body[data-phase=running] #pause').click({ timeout: STATE_MS });
    await view.locator('#pause', { hasText: 'Resume' }).waitFor();
    thaw();

    const second = await openWindow();
    await explorerMenu(second, 'art', 'Upscale Folder…');
    const other = webview(second);
    const notice = other.locator('#otherNotice', {
      hasText: 'Another window is upscaling this folder.',
    });
    await notice.waitFor({ timeout: STATE_MS });
    await other.locator('#start').click();
    await other.locator('#totals', { hasText: 'Another window' }).waitFor();
    await other.locator('#watch').click();
    await other.locator('#cancel', { hasText: 'Back to the Plan' }).waitFor();
    await other.locator('#totals', { hasText: /this folder\. · [1-9]\d* of \d+/ }).waitFor();
    await second.screenshot({ path: screenshotPath('batch-other-window') });
    await other.locator('#cancel').click();
    await other.locator('#wait').click();
    await other.locator('#cancel', { hasText: 'Stop Waiting' }).waitFor();
    // What is left takes seconds, and a list that is open at the end tells it alone.
    thaw = freezeEngines(workbench.state);
    await view.locator('#pause').click();
    await view.locator('#pause', { hasText: 'Pause' }).waitFor();
    await runCommand(page, 'View: Close Editor');
    await page.locator('.tab', { hasText: 'Upscale' }).waitFor({ state: 'detached' });
    thaw();

    const summary = await waitForNotification(page, 'images upscaled', 4 * STATE_MS);
    await clickNotificationButton(summary, 'Show Report');
    await view.locator('body[data-phase=plan] #sourceControl').waitFor({ timeout: STATE_MS });
    assert.match(
      await view.locator('#totals').innerText(),
      new RegExp(`^${60 - count} upscaled in`),
    );
    await other
      .locator('#subtitle', { hasText: '0 to do, 60 up to date' })
      .waitFor({ timeout: STATE_MS });
    const after = fingerprints();
    assert.equal(Object.keys(after).length, 60);
    for (const [name, fingerprint] of Object.entries(before))
      assert.equal(after[name], fingerprint, `${name} was made twice`);
  },
);
