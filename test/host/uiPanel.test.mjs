// The comparison panel in the workbench: opened, tuned, saved and reloaded as a person does.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { REPOSITORY, screenshotPath } from '../harness/paths.mjs';
import { pressUntil, textOf } from '../harness/keyboard.mjs';
import { writePicture } from '../harness/pictures.mjs';
import { enginesOf, freezeEngines } from '../harness/processes.mjs';
import {
  clickDialogButton,
  editorTab,
  explorerMenu,
  explorerRow,
  isDrawn,
  openPicture,
  quickPickRows,
  runCommand,
  waitForDialog,
  waitForNotification,
  webview,
  STATE_MS,
  TEST_MS,
} from '../harness/workbench.mjs';
import { startWorkbench, unexpectedEvents, UPSCALE } from './workbenchSession.mjs';

/** Saving 48 megapixels takes the processor half a minute. */
const IS_THOROUGH = process.env.THOROUGH === '1';
const OPEN = 'Open Comparison';
const COMPACT = { 'pisaUpscale.model': 'pisa-compact-4x' };

const hero = (folder) => writePicture(path.join(folder, 'hero.png'), 120, 90);
const listing = (folder) =>
  readdirSync(folder)
    .filter((name) => name !== '.vscode')
    .sort();

let workbench;
before(async () => (workbench = await startWorkbench()));
after(() => workbench?.stop());

const uiTest = (title, { name, fill = hero, settings = COMPACT, timeout = TEST_MS }, body) =>
  test(title, { timeout }, (context) =>
    workbench.inWorkspace({ name, fill, settings }, (session) => body(session, context)),
  );

/** The panel's page once its picture is computed. */
async function readyPanel(page, timeout = undefined) {
  const panel = webview(page);
  await panel.locator('#save:enabled', { hasText: 'Save' }).waitFor({ timeout });
  return panel;
}

const dial = (panel, name) => panel.locator(`#${name}Slider`).inputValue().then(Number);
/** Waits until a dial has arrived: keys and clicks reach the page after they were made. */
async function dialMeets(panel, name, meets) {
  for (let tries = 0; tries < 600 && !meets(await dial(panel, name)); tries++)
    await panel.locator('body').evaluate(() => new Promise((done) => setTimeout(done, 100)));
  const value = await dial(panel, name);
  assert.ok(meets(value), `${name}: ${value}`);
}
const dialIs = (panel, name, wanted) => dialMeets(panel, name, (value) => value === wanted);
const mode = (panel, name) => panel.locator(`#modes [data-mode=${name}]`);

uiTest(
  'opened from the explorer, every control works, and nothing is written',
  { name: 'panel' },
  async ({ page, folder, events }) => {
    await explorerMenu(page, 'hero.png', OPEN);
    const panel = await readyPanel(page);
    await dialIs(panel, 'pixel', 1);
    await dialIs(panel, 'semantic', 1);
    await panel.locator('#outputSize', { hasText: /^480 × 360(?!\d)/ }).waitFor();
    await panel.locator('#outputFile', { hasText: 'hero@4x.png' }).waitFor();
    await page.screenshot({ path: screenshotPath('panel') });

    await panel.locator('#semanticSlider').focus();
    await page.keyboard.press('ArrowLeft');
    await dialIs(panel, 'semantic', 0.95);
    const slider = await panel.locator('#pixelSlider').boundingBox();
    await page.mouse.click(slider.x + slider.width / 3, slider.y + slider.height / 2);
    // A click at a third of the slider.
    await dialMeets(panel, 'pixel', (value) => Math.abs(value - 0.5) <= 0.1);

    const divider = panel.locator('#divider');
    const { x, y, width, height } = await divider.boundingBox();
    await page.mouse.move(x + width / 2, y + height / 4);
    await page.mouse.down();
    await page.mouse.move(x + width / 2 + 60, y + height / 4, { steps: 4 });
    await page.mouse.up();
    await panel.locator('#divider:not([aria-valuenow="50"])').waitFor();
    assert.ok(Number(await divider.getAttribute('aria-valuenow')) > 50);

    for (const name of ['side', 'hold', 'difference', 'map', 'divider']) {
      await mode(panel, name).click();
      await panel.locator(`#modes [data-mode=${name}][aria-checked=true]`).waitFor();
      await isDrawn(panel);
      await page.screenshot({ path: screenshotPath(`panel-${name}`) });
    }

    await panel.locator('#padFold summary').click();
    const pad = await panel.locator('#pad').boundingBox();
    await page.mouse.click(pad.x + pad.width * 0.8, pad.y + pad.height * 0.2);
    for (const name of ['pixel', 'semantic'])
      await dialMeets(panel, name, (value) => Math.abs(value - 1.2) < 0.05);

    await panel.locator('#pin').click();
    await panel.locator('#compareSet').waitFor();
    await panel.locator('[data-preset=faithful]').click();
    await dialIs(panel, 'pixel', 1);
    await dialIs(panel, 'semantic', 0);
    await panel.locator('[data-with=A]').click();
    await page.screenshot({ path: screenshotPath('panel-ab') });

    assert.deepEqual(listing(folder), ['hero.png']);
    assert.deepEqual(unexpectedEvents(events), []);
  },
);

uiTest(
  'a picture is chosen in the explorer, compared, tuned and saved by the keyboard alone',
  { name: 'panel-keyboard' },
  async ({ page, folder, events }) => {
    await page.keyboard.press('Control+Shift+E');
    await page.locator('.explorer-folders-view .monaco-list:focus').waitFor();
    const row = textOf(page, '.explorer-folders-view .monaco-list-row.focused .label-name');
    await pressUntil(page, 'ArrowDown', row, 'hero.png');

    await page.keyboard.press('Shift+F10');
    await page.locator('.context-view .monaco-menu').first().waitFor();
    const item = textOf(
      page,
      '.monaco-menu .action-item.focused > .action-menu-item .action-label',
    );
    await pressUntil(page, 'ArrowDown', item, 'PiSA Upscale');
    await page.keyboard.press('ArrowRight');
    await page.locator('.monaco-submenu .monaco-menu').waitFor();
    await pressUntil(page, 'ArrowDown', item, OPEN);
    await page.keyboard.press('Enter');

    const panel = await readyPanel(page);
    const control = () => panel.locator('body').evaluate(() => document.activeElement?.id ?? '');
    await pressUntil(page, 'Tab', control, 'semanticSlider');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await dialIs(panel, 'semantic', 0.9);
    await page.screenshot({ path: screenshotPath('panel-keyboard') });

    await page.keyboard.press('Control+S');
    await panel.locator('#saved', { hasText: 'hero@4x.png' }).waitFor();
    assert.deepEqual(listing(folder), ['hero.png', 'hero@4x.png']);
    const { width, height } = await sharp(path.join(folder, 'hero@4x.png')).metadata();
    assert.deepEqual([width, height], [480, 360]);
    assert.deepEqual(unexpectedEvents(events), []);
  },
);

uiTest(
  'saving writes what was chosen; Overwrite asks first; the settings go to the workspace',
  { name: 'panel-save' },
  async ({ page, folder }) => {
    const before = readFileSync(path.join(folder, 'hero.png'));
    await explorerMenu(page, 'hero.png', OPEN);
    const panel = await readyPanel(page);
    await panel.locator('[data-preset=balanced]').click();
    await panel.locator('#save').click();
    await panel.locator('#saved', { hasText: 'hero@4x.png' }).waitFor();
    await panel.locator('#openSaved').waitFor();
    const { width, height } = await sharp(path.join(folder, 'hero@4x.png')).metadata();
    assert.deepEqual([width, height], [480, 360]);
    assert.deepEqual(readFileSync(path.join(folder, 'hero.png')), before);

    await panel.locator('#saveMore').click();
    await panel.locator('[data-action=useForWorkspace]').click();
    // Ten settings are written, one after another.
    await panel.locator('#saved', { hasText: 'Settings are used for this workspace' }).waitFor();
    const settingsFile = path.join(folder, '.vscode/settings.json');
    const written = JSON.parse(readFileSync(settingsFile, 'utf8'));
    assert.equal(written['pisaUpscale.semanticGuidance'], 0.5);

    const overwrite = async (answer) => {
      await panel.locator('#saveMore').click();
      await panel.locator('[data-action=overwrite]').click();
      await clickDialogButton(await waitForDialog(page, 'Overwrite hero.png'), answer);
    };
    await overwrite('Cancel');
    await panel.locator('#save:enabled').waitFor();
    assert.deepEqual(readFileSync(path.join(folder, 'hero.png')), before);
    await overwrite('Overwrite');
    await panel.locator('#saved', { hasText: 'hero.png' }).waitFor();
    assert.equal((await sharp(path.join(folder, 'hero.png')).metadata()).width, 480);
    // The file on disk is another one now.
    await panel.locator('#banner button').first().waitFor();
    await page.screenshot({ path: screenshotPath('panel-changed') });
    assert.deepEqual(listing(folder), ['hero.png', 'hero@4x.png']);
  },
);

const withNotes = async (folder) => {
  await writePicture(path.join(folder, 'hero.png'), 120, 90);
  writeFileSync(path.join(folder, 'notes.txt'), 'Other work.\n');
};

uiTest(
  'what is saved goes on while its tab is hidden; its end is told there, and when the tab comes back',
  { name: 'panel-hidden', fill: withNotes },
  async ({ page, folder, events }) => {
    await explorerMenu(page, 'hero.png', OPEN);
    const panel = await readyPanel(page, STATE_MS);
    await panel.locator('[data-preset=vivid]').click();
    const tab = page.locator('.tab', { hasText: 'Comparison: hero.png' });
    await tab.filter({ hasText: '●' }).waitFor();
    const thaw = freezeEngines(workbench.state);
    await panel.locator('#save').click();
    await panel.locator('#cancel:visible').waitFor();
    await explorerRow(page, 'notes.txt').dblclick();
    await editorTab(page, 'notes.txt').waitFor();
    thaw();
    await waitForNotification(page, 'Saved hero@4x.png', STATE_MS);
    assert.deepEqual(listing(folder), ['hero.png', 'hero@4x.png', 'notes.txt']);
    await tab.click();
    const again = await readyPanel(page, STATE_MS);
    await again.locator('#saved', { hasText: 'hero@4x.png' }).waitFor();
    await tab.filter({ hasNotText: '●' }).waitFor();
    assert.equal(await again.locator('.notice').count(), 0);
    assert.deepEqual(unexpectedEvents(events), []);
  },
);

/** What the command line makes of a picture: the first frame's values, RGB. */
async function byCommandLine(input, output, ...options) {
  const { status, stderr } = spawnSync(
    process.execPath,
    [path.join(REPOSITORY, 'dist/cli.js'), input, '-o', output, '--device', 'cpu', ...options],
    { encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
  return valuesOf(output);
}

/** By the file's content: libvips would remember what a name stood for. */
const valuesOf = (file) => sharp(readFileSync(file)).removeAlpha().raw().toBuffer();

const others = async (folder) => {
  await hero(folder);
  mkdirSync(path.join(folder, 'more'));
  for (const name of ['one.png', 'more/two.jpg', 'three.png'])
    await writePicture(path.join(folder, name), 50, 40);
};

uiTest(
  '"Apply to Other Images…" asks which, and makes those with what the panel has set',
  { name: 'panel-others', fill: others },
  async ({ page, folder }) => {
    await explorerMenu(page, 'hero.png', OPEN);
    const panel = await readyPanel(page);
    await panel.locator('#scale input').fill('2');
    await panel.locator('#outputSize', { hasText: '240 × 180' }).waitFor();
    await panel.locator('#format').click();
    await panel.locator('#format').getByRole('option', { name: 'WebP' }).click();
    await panel.locator('[data-preset=vivid]').click();
    await dialIs(panel, 'semantic', 1.3);
    await readyPanel(page);
    await panel.locator('#applyToOthers:enabled').click();

    const row = (name) => quickPickRows(page).filter({ hasText: name });
    await page.getByText('Apply to Other Images', { exact: true }).waitFor();
    for (const name of ['one.png', 'two.jpg']) await row(name).click();
    assert.equal(await row('three.png').count(), 1);
    assert.equal(await row('hero.png').count(), 0, 'the panel’s own picture is no other');
    await page.screenshot({ path: screenshotPath('panel-others') });
    await page.keyboard.press('Enter');
    await waitForNotification(page, '2 of 2 images upscaled');

    assert.deepEqual(listing(folder), ['hero.png', 'more', 'one.png', 'one@2x.webp', 'three.png']);
    assert.deepEqual(readdirSync(path.join(folder, 'more')).sort(), ['two.jpg', 'two@2x.webp']);
    for (const name of ['one.png', 'more/two.jpg']) {
      const input = path.join(folder, name);
      const made = await valuesOf(input.replace(/\.\w+$/, '@2x.webp'));
      const as = (semantic) =>
        byCommandLine(
          input,
          path.join(folder, `expected-${semantic}.webp`),
          ...['-m', 'pisa-compact-4x', '--scale', '2', '--overwrite'],
          ...['--pixel', '1', '--semantic', semantic],
        );
      assert.deepEqual(made, await as('1.3'), name);
      assert.notDeepEqual(made, await as('1'), 'the dial shows in the pixels');
    }
  },
);

uiTest(
  'after a reload the same picture stands there with the same dials and mode',
  { name: 'panel-reload' },
  async ({ page }) => {
    await explorerMenu(page, 'hero.png', OPEN);
    const panel = await readyPanel(page);
    await panel.locator('[data-preset=vivid]').click();
    await mode(panel, 'side').click();
    await panel.locator('#zoomActual').click();
    await panel.locator('#zoomActual[aria-pressed=true]').waitFor();
    // The command waits for what VS Code keeps of a view; the browser's reload does not.
    await runCommand(page, 'Developer: Reload Window');
    await page.locator('iframe.webview').waitFor({ state: 'detached' });
    const again = await readyPanel(page);
    await dialIs(again, 'pixel', 1);
    await dialIs(again, 'semantic', 1.3);
    await again.locator('#modes [data-mode=side][aria-checked=true]').waitFor();
    await again.locator('#zoomActual[aria-pressed=true]').waitFor();
    await page.screenshot({ path: screenshotPath('panel-reloaded') });
  },
);

const pair = async (folder) => {
  await hero(folder);
  await writePicture(path.join(folder, 'hero@4x.png'), 480, 360);
};

uiTest(
  'two selected pictures are compared with each other, without dials',
  { name: 'panel-pair', fill: pair },
  async ({ page, events }) => {
    await explorerMenu(page, ['hero@4x.png', 'hero.png'], OPEN);
    await page.locator('.tab', { hasText: 'hero.png ↔ hero@4x.png' }).waitFor();
    const panel = webview(page);
    await panel.locator('#tagRight:visible').waitFor();
    await isDrawn(panel);
    await page.screenshot({ path: screenshotPath('panel-pair') });
    assert.equal(await panel.locator('.side').isVisible(), false);
    assert.deepEqual(unexpectedEvents(events), []);
  },
);

uiTest(
  '"Upscale Image" shows first where the settings say so; the custom editor shows the same',
  { name: 'panel-first', settings: { ...COMPACT, 'pisaUpscale.action': 'preview' } },
  async ({ page, folder }) => {
    await openPicture(page, 'hero.png');
    await runCommand(page, UPSCALE);
    await readyPanel(page);
    assert.deepEqual(listing(folder), ['hero.png']);
    await runCommand(page, 'View: Close All Editors');

    await openPicture(page, 'hero.png');
    await runCommand(page, 'View: Reopen Editor With...');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Comparison' }).click();
    await readyPanel(page);
    await editorTab(page, 'hero.png').waitFor();
    await page.screenshot({ path: screenshotPath('panel-editor') });
    assert.ok(!existsSync(path.join(folder, 'hero@4x.png')));
  },
);

const sprite = async (folder) => {
  await hero(folder);
  const pixels = Buffer.alloc(24 * 24 * 3, 0x30);
  for (let y = 0; y < 24; y++)
    for (let x = 0; x < 24; x++)
      if ((x >> 2) % 2 === (y >> 2) % 2) pixels.set([0xd0, 0x90, 0x20], (y * 24 + x) * 3);
  await sharp(pixels, { raw: { width: 24, height: 24, channels: 3 } })
    .png()
    .toFile(path.join(folder, 'play@2x.png'));
};

uiTest(
  'pixel art and a picture of a set: shown and treated as "Upscale Image" does',
  { name: 'panel-sprite', fill: sprite, settings: { ...COMPACT, 'pisaUpscale.scale': 3 } },
  async ({ page, folder }) => {
    await explorerMenu(page, 'play@2x.png', OPEN);
    const panel = webview(page);
    await panel.locator('#banner', { hasText: 'the ×2 picture of a set' }).waitFor();
    await panel.locator('#notes', { hasText: 'pixel art' }).waitFor();
    await panel.locator('#save:disabled').waitFor();
    await panel.locator('[data-action=upscaleAnyway]').click();
    await panel.locator('#save:enabled').click();
    await panel.locator('#saved', { hasText: 'play@2x@3x.png' }).waitFor();
    const { data, info } = await sharp(path.join(folder, 'play@2x@3x.png'))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height], [72, 72]);
    const colours = new Set();
    for (let i = 0; i < data.length; i += 3) colours.add(data.readUIntBE(i, 3));
    assert.deepEqual(
      [...colours].sort((a, b) => a - b),
      [0x303030, 0xd09020],
      'squares, nothing between',
    );
    await page.screenshot({ path: screenshotPath('panel-squares') });
  },
);

const photos = async (folder) => {
  await writePicture(path.join(folder, 'phone.jpg'), 4000, 3000);
  await writePicture(path.join(folder, 'camera.jpg'), 6000, 4000);
};

/** The most that an engine process needed so far, in megabytes; undefined where nobody tells. */
function enginePeak() {
  if (process.platform !== 'linux') return undefined;
  const peaks = enginesOf(workbench.state).map(
    (pid) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024,
  );
  return peaks.length > 0 ? Math.max(...peaks) : undefined;
}

uiTest(
  IS_THOROUGH
    ? 'photos of 12 and 24 megapixels are compared, panned and tuned at ×2 and ×4, and one is saved'
    : 'a photo of 24 megapixels is compared, panned and tuned at ×4',
  {
    name: 'panel-large',
    fill: photos,
    settings: { 'pisaUpscale.model': 'two-branch-4x', 'pisaUpscale.scale': 2 },
    timeout: 2 * TEST_MS,
  },
  async ({ page, folder, events }) => {
    for (const [name, size, scale] of [
      ...(IS_THOROUGH ? [['phone.jpg', [4000, 3000], 2]] : []),
      ['camera.jpg', [6000, 4000], 4],
    ]) {
      await explorerMenu(page, name, OPEN);
      const panel = await readyPanel(page);
      const computed = () =>
        panel.locator('body[aria-busy=false] #badge:empty').waitFor({
          state: 'attached',
          timeout: STATE_MS,
        });
      assert.equal((await panel.locator('#zoomValue').innerText()).trim(), '100%');
      const [width, height] = size.map((side) => side * scale);
      await panel.locator('#scale input').fill(String(scale));
      await panel
        .locator('#tagRight', { hasText: `Upscaled ${width}×${height} · ×${scale}` })
        .waitFor({ timeout: STATE_MS });
      await computed();
      await panel.locator('#outputSize', { hasText: `${width} × ${height}` }).waitFor();
      await panel.locator('#notes', { hasText: /of the \d+% of the picture/ }).waitFor();
      await page.screenshot({ path: screenshotPath(`panel-large-${name}-${scale}`) });

      await panel.locator('#stage').focus();
      for (let i = 0; i < 40; i++) await page.keyboard.press('ArrowRight');
      await panel.locator('#badge:not(:empty)').waitFor({ state: 'attached' });
      await computed();
      await panel.locator('[data-preset=vivid]').click();
      await dialIs(panel, 'semantic', 1.3);
      await panel.locator('#zoomFit').click();
      await panel.locator('#badge', { hasText: 'Dimmed' }).waitFor();
      await page.screenshot({ path: screenshotPath(`panel-large-${name}-${scale}-fit`) });
      await panel.locator('#zoomActual').click();
      await computed();
      assert.equal(await panel.locator('.notice').count(), 0);
      const peak = enginePeak();
      if (peak !== undefined) {
        console.log(`${name}: the engine needed ${peak.toFixed(0)} MB at most`);
        // Saving 48 megapixels counts, too.
        assert.ok(peak < 1200, `${peak} MB`);
      }
      if (name === 'phone.jpg') {
        await panel.locator('#save:enabled').click();
        await panel.locator('#saved', { hasText: 'phone@2x.jpg' }).waitFor({ timeout: STATE_MS });
        const saved = await sharp(path.join(folder, 'phone@2x.jpg')).metadata();
        assert.deepEqual([saved.width, saved.height], [8000, 6000]);
      }
      await runCommand(page, 'View: Close All Editors');
    }
    assert.deepEqual(unexpectedEvents(events), []);
  },
);
