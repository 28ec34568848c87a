/**
 * Both pages in every state and language, from very narrow to wide: no text is cut where nothing says
 * so, reaches out of the page or lies on a neighbor.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { LANGUAGES } from '../../scripts/l10n/translations.mjs';
import { openBatch } from './batchHarness';
import { FULL, OTHER_PAGES, STATES as BATCH_STATES } from './batchStates';
import { speak, startBatches, startPanels } from './languageHarness';
import type { PanelHarness, PanelPage } from './panelHarness';
import { openAt, STATES as PANEL_STATES } from './panelStates';

const FINDER = readFileSync(path.join(__dirname, 'layoutFaults.js'), 'utf8');
const SIZES = [
  [1400, 900],
  [780, 500],
  [480, 900],
  [320, 800],
] as const;
const ALL = ['en', ...LANGUAGES];
/** Its words are the longest. */
const LONGEST = 'de';

let panels: PanelHarness;
let batches: PanelHarness;
before(async () => {
  panels = await startPanels();
  batches = await startBatches();
});
after(async () => {
  await panels.close();
  await batches.close();
});

/** What is wrong at each size, and where. */
async function faultsAt(page: PanelPage, where: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [width, height] of SIZES) {
    await page.page.setViewportSize({ width, height });
    await page.frame();
    const faults = await page.page.evaluate<readonly string[]>(FINDER);
    found.push(...faults.map((fault) => `${where}, ${width}×${height}: ${fault}`));
  }
  return found;
}

/** Every other state in the longest language, the rest in turn in all of them. */
const languageOf = (index: number): string =>
  index % 2 === 0 ? LONGEST : ALL[((index - 1) / 2) % ALL.length]!;

describe('the comparison', () => {
  for (const [index, state] of Object.keys(PANEL_STATES).entries())
    test(`${state}: ${languageOf(index)}`, async () => {
      const language = languageOf(index);
      speak(language);
      const panel = await openAt(panels, state);
      assert.deepEqual(await faultsAt(panel, language), []);
      await panel.close();
    });
});

describe('the batch', () => {
  for (const language of ALL)
    test(`from the plan to the report: ${language}`, async () => {
      speak(language);
      const page = await openBatch(batches, { init: FULL });
      const found: string[] = [];
      for (const [state, reach] of Object.entries(BATCH_STATES)) {
        // Its place is that of the moment when it was opened.
        if (state === 'a list that is open') continue;
        // The widest first: what a person does is done there.
        await page.page.setViewportSize({ width: 1280, height: 800 });
        await reach(page);
        found.push(...(await faultsAt(page, state)));
      }
      assert.deepEqual(found, []);
      await page.close();
    });

  for (const [index, [state, { init, reach }]] of Object.entries(OTHER_PAGES).entries())
    test(`${state}: ${languageOf(index)}`, async () => {
      const language = languageOf(index);
      speak(language);
      const page = await openBatch(batches, { init });
      await reach?.(page);
      assert.deepEqual(await faultsAt(page, language), []);
      await page.close();
    });
});

describe('what is wrong with a layout is found', () => {
  const PLANTED = {
    'cut: i#planted “A text that is longer than its place” by i#planted':
      '<i id="planted" style="display: block; width: 40px; overflow: hidden; white-space: nowrap">A text that is longer than its place</i>',
    'on a neighbor: i#planted “Up to date” and button#beside':
      '<i id="planted">Up to date</i><button id="beside" style="margin-left: -6px; width: 24px; height: 24px"></button>',
    'covered: button#planted “Save As…” by i#above':
      '<div role="menu" style="position: fixed; inset: 0 auto auto 0"><button id="planted">Save As…</button></div><i id="above" style="position: fixed; inset: 0 auto auto 0; width: 20px; height: 20px"></i>',
    'on each other: i#planted “noisy, textured” and “rich, may invent”':
      '<div style="position: relative; height: 20px; width: 100px"><i id="planted" style="position: absolute; left: 0">noisy, textured</i><i style="position: absolute; right: 0">rich, may invent</i></div>',
    'out of the page: i#planted “Beyond”':
      '<i id="planted" style="position: fixed; left: calc(100vw - 8px)">Beyond</i>',
  };
  for (const [fault, html] of Object.entries(PLANTED))
    test(fault, async () => {
      speak('en');
      const page = await openBatch(batches);
      // Styles set by script are what the page's policy allows.
      await page.page.evaluate(`(() => {
        const holder = document.createElement('div');
        holder.innerHTML = ${JSON.stringify(html)}.replaceAll('style=', 'data-look=');
        for (const one of holder.querySelectorAll('[data-look]')) one.style.cssText = one.dataset.look;
        document.body.prepend(holder);
      })()`);
      const found = await page.page.evaluate<readonly string[]>(FINDER);
      assert.ok(found.includes(fault), found.join('\n'));
      await page.close();
    });
});
