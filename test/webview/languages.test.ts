/** Both pages in every language that the product speaks: all words are in it. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { LANGUAGES, readWords } from '../../scripts/l10n/translations.mjs';
import { textsOf } from '../harness/shownTexts.mjs';
import { event, MIXED, openBatch } from './batchHarness';
import { speak, startBatches, startPanels, wordsNow } from './languageHarness';
import { ONE_DIAL, INIT, type PanelHarness, type PanelPage } from './panelHarness';

const ROOT = path.resolve(__dirname, '../..');
const ENGLISH = readWords(ROOT, 'l10n/bundle.l10n.json');
/** The size at which a page must still be whole. */
const SMALL = { width: 780, height: 500 } as const;

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

/** Each state that a person meets, opened in the language. */
const STATES: Readonly<Record<string, () => Promise<PanelPage>>> = {
  'the comparison with its result': async () => {
    const panel = await panels.open(SMALL);
    await panel.finish();
    return panel;
  },
  'the comparison with a model of one dial': async () => {
    const panel = await panels.open({ ...SMALL, init: { ...INIT, model: ONE_DIAL.id } });
    await panel.finish();
    return panel;
  },
  'the comparison that failed': async () => {
    const panel = await panels.open(SMALL);
    await panel.error(await panel.called('preview'), { code: 'internal', message: '1', hint: '2' });
    return panel;
  },
  'the plan of a batch': () => openBatch(batches, SMALL),
  'the run of a batch': async () => {
    const batch = await openBatch(batches, SMALL);
    await batch.page.click('#start');
    await batch.result(await batch.called('start'), undefined);
    await event(batch, { kind: 'row', id: MIXED.plan.rows[0]!.id, state: 'running' });
    return batch;
  },
};

for (const one of LANGUAGES)
  describe(`in ${one}`, () => {
    for (const [name, open] of Object.entries(STATES))
      test(`${name}: no word is English`, async () => {
        speak(one);
        const page = await open();
        const translated = wordsNow();
        const english = (await textsOf(page.page.locator('body'))).filter(
          (text) => Object.hasOwn(ENGLISH, text) && translated[text] !== text,
        );
        assert.deepEqual(english, []);
        const texts = await textsOf(page.page.locator('body'));
        const known = new Set(Object.values(translated));
        assert.ok(texts.filter((text) => known.has(text)).length > 8, texts.join('\n'));
        assert.equal(await page.page.locator('html').getAttribute('lang'), one);
        assert.deepEqual(page.problems, []);
        if (process.env.LANGUAGE_PICTURES !== undefined)
          await page.page.screenshot({
            path: path.join(process.env.LANGUAGE_PICTURES, `${one} ${name}.png`),
          });
        await page.close();
      });
  });

test('an error of the engine is told in the language of the page', async () => {
  speak('de');
  const panel = await panels.open();
  const call = await panel.called('preview');
  await panel.post({
    type: 'error',
    caller: call.caller,
    id: call.id,
    error: {
      code: 'disk-full',
      message: { template: 'No space is left in {0}.', values: ['/tmp/a'] },
    },
  });
  await panel.until(`document.body.innerText.includes('In /tmp/a ist kein Platz mehr.')`);
  await panel.close();
});
