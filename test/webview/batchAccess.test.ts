import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { loadAxe, violationsInThemes } from './axe';
import { openBatch, startBatch } from './batchHarness';
import { FULL, OTHER_PAGES, STATES } from './batchStates';
import type { PanelHarness } from './panelHarness';

let harness: PanelHarness;
before(async () => {
  harness = await startBatch();
});
after(() => harness.close());

for (const [state, { init, reach }] of Object.entries(OTHER_PAGES))
  test(`axe finds nothing serious in any theme in what comes less often: ${state}`, async () => {
    const page = await openBatch(harness, { init });
    await loadAxe(page);
    await reach?.(page);
    assert.deepEqual(await violationsInThemes(page), []);
    assert.deepEqual(page.problems, []);
    await page.close();
  });

test('axe finds nothing serious in any theme, from the plan to the report', async () => {
  const page = await openBatch(harness, { init: FULL });
  await loadAxe(page);
  for (const [state, reach] of Object.entries(STATES)) {
    await reach(page);
    assert.deepEqual(await violationsInThemes(page), [], state);
  }
  assert.deepEqual(page.problems, []);
  await page.close();
});
