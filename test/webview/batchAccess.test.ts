import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { openBatch, startBatch } from './batchHarness';
import { FULL, OTHER_PAGES, STATES } from './batchStates';
import type { PanelHarness, PanelPage } from './panelHarness';
import { THEMES, type ThemeName } from './panelThemes';

const axe = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');

let harness: PanelHarness;
before(async () => {
  harness = await startBatch();
});
after(() => harness.close());

type Violation = { readonly id: string; readonly nodes: readonly { failureSummary: string }[] };

/** What axe finds that keeps somebody from using the page, in words. */
async function violations(page: PanelPage): Promise<readonly string[]> {
  await page.frame();
  const found = await page.page.evaluate<{
    violations: readonly (Violation & { impact: string })[];
  }>(`axe.run(document, { resultTypes: ['violations'] })`);
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.failureSummary).join('\n')}`);
}

for (const theme of Object.keys(THEMES) as ThemeName[])
  test(`axe finds nothing serious in what comes less often: ${theme}`, async () => {
    for (const [state, { init, reach }] of Object.entries(OTHER_PAGES)) {
      const page = await openBatch(harness, { init, theme });
      await page.page.evaluate(axe);
      await reach?.(page);
      assert.deepEqual(await violations(page), [], state);
      assert.deepEqual(page.problems, [], state);
      await page.close();
    }
  });

for (const theme of Object.keys(THEMES) as ThemeName[])
  test(`axe finds nothing serious: ${theme}`, async () => {
    const page = await openBatch(harness, { init: FULL, theme });
    await page.page.evaluate(axe);
    for (const [state, reach] of Object.entries(STATES)) {
      await reach(page);
      assert.deepEqual(await violations(page), [], state);
    }
    assert.deepEqual(page.problems, []);
    await page.close();
  });
