// Comparisons that are closed while they open, with a stand-in for VS Code.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type * as comparing from '../../../src/extension/comparison/comparison';
import type * as showing from '../../../src/extension/comparison/comparisonPanels';
import { withFakeVscode, type Fake } from './withFakeVscode';

type Bundle = typeof comparing & typeof showing & Fake;

let bundle: Bundle;
before(async () => {
  bundle = await withFakeVscode<Bundle>([
    'extension/comparison/comparison',
    'extension/comparison/comparisonPanels',
  ]);
});

test('a comparison that was closed while it opened opens anew the next time', async () => {
  let goOn = (): void => undefined;
  const state = {
    get: () => undefined,
    update: () => new Promise<void>((resolve) => (goOn = resolve)),
  };
  const log = { error: () => undefined, show: () => undefined };
  const services = { log, extensionUri: at('/extension') };
  const panels = new bundle.ComparisonPanels(services as never, state as never);
  const comparison = bundle.fromStored({
    kind: 'pair',
    original: 'file:///w/a.png',
    result: 'file:///w/b.png',
  });
  assert.ok(comparison);
  for (const isClosed of [true, false]) {
    const shown = panels.show(comparison);
    if (isClosed) bundle.panels.at(-1)?.dispose();
    goOn();
    await shown;
  }
  assert.equal(bundle.panels.length, 2);
  await panels.show(comparison);
  assert.equal(bundle.panels.length, 2, 'the one that is there comes to the front');
  assert.deepEqual(bundle.told.filter(({ where }) => where === 'revealed').length, 1);
});

function at(path: string): unknown {
  const stored = bundle.fromStored({ kind: 'preview', source: `file://${path}` });
  assert.ok(stored?.kind === 'preview');
  return stored.source;
}
