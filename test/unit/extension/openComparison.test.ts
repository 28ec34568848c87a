// What a comparison is called, and what is said of a file that can't be compared, with a stand-in for
// VS Code.
import assert from 'node:assert/strict';
import path from 'node:path';
import { before, beforeEach, test } from 'node:test';
import { LANGUAGES, readWords } from '../../../scripts/l10n/translations.mjs';
import type * as comparing from '../../../src/extension/comparison/comparison';
import type * as opening from '../../../src/extension/commands/openComparison';
import { withFakeVscode, type Fake } from './withFakeVscode';

const ROOT = path.resolve(__dirname, '../../..');

type Bundle = typeof comparing & typeof opening & Fake;
type Uri = Parameters<typeof comparing.baseName>[0];

let bundle: Bundle;
before(async () => {
  bundle = await withFakeVscode<typeof comparing & typeof opening>([
    'extension/comparison/comparison',
    'extension/commands/openComparison',
  ]);
});
beforeEach(() => void bundle.told.splice(0));

/** The address of a file, of the stand-in's own kind. */
function at(path: string): Uri {
  const stored = bundle.fromStored({ kind: 'preview', source: `file://${path}` });
  assert.ok(stored?.kind === 'preview');
  return stored.source;
}

test('a pair is named by its files, and by the nearest folders that differ where they are alike', () => {
  for (const [original, result, title] of [
    ['/w/a.png', '/w/a@4x.png', 'a.png ↔ a@4x.png'],
    ['/w/icons/check.png', '/w/public/check.png', 'check.png (icons) ↔ check.png (public)'],
    ['/w/in/img/a.png', '/w/out/img/a.png', 'a.png (in) ↔ a.png (out)'],
    ['/a.png', '/w/a.png', 'a.png (/) ↔ a.png (w)'],
    ['/w/a.png', '/w/a.png', 'a.png ↔ a.png'],
  ] as const)
    assert.equal(bundle.titleOf(bundle.pairOf(at(original), at(result))), title);
});

test('the comparison has one name: on its tab, in the list of editors, in the command that opens it', () => {
  const stored = bundle.fromStored({ kind: 'preview', source: 'file:///w/a.png' });
  assert.ok(stored);
  assert.equal(bundle.titleOf(stored), 'Comparison: a.png');
  const english = readWords(ROOT, 'package.nls.json');
  assert.equal(english['customEditor.comparison'], 'Comparison');
  assert.equal(english['command.openComparison'], 'Open Comparison');
  for (const language of LANGUAGES) {
    const name = readWords(ROOT, `package.nls.${language}.json`)['customEditor.comparison'];
    const words = readWords(ROOT, `l10n/bundle.l10n.${language}.json`);
    assert.equal(words.Comparison, name, language);
    assert.ok(words['Comparison: {0}']?.startsWith(name ?? '?'), language);
  }
});

test('of a drawing it is said why it is not compared, and it can be upscaled; of a text what it is', async () => {
  // Nothing is opened.
  const panels = undefined as never;
  const open = async (path: string): Promise<string[]> => {
    bundle.told.splice(0);
    const file = at(path);
    await bundle.openComparison(panels, file, [file]);
    return bundle.told.map(({ where, text }) => `${where}: ${text}`);
  };
  const [said, button, command] = await open('/w/icon.svg');
  assert.match(said!, /^information: icon\.svg is a drawing: it is drawn anew at any size/);
  assert.equal(button, 'button: Upscale Image');
  assert.match(command!, /^command: pisaUpscale\.upscaleImage /);
  assert.deepEqual(await open('/w/notes.txt'), [
    'warning: notes.txt is not an image that can be compared.',
  ]);
});
