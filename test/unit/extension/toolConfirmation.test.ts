import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toolConfirmation, type ToolStep } from '../../../src/extension/batch/toolConfirmation';
import { readRequest } from '../../../src/extension/batch/toolRequest';
import { untranslated } from '../../../src/shared/translate';
import type { MarkdownPart } from '../../../src/extension/ui/markdown';
import { hasUnseen } from '../../../src/shared/safeText';
import { HOSTILE_TEXTS } from '../hostileTexts';

const step = (name: string, overwrite: ToolStep['overwrite'] = 'nextFreeName'): ToolStep => ({
  input: `${name}.png`,
  output: `out/${name}@4x.png`,
  overwrite,
});
const confirm = (steps: readonly ToolStep[]): readonly MarkdownPart[] =>
  toolConfirmation(steps, { scale: 4, format: undefined }, untranslated);
const textsOf = (parts: readonly MarkdownPart[]): string =>
  parts.flatMap((part) => ('text' in part ? [part.text] : [])).join('\n');
const codeOf = (parts: readonly MarkdownPart[]): readonly string[] =>
  parts.flatMap((part) => ('code' in part ? part.code : []));

describe('what a person confirms for a language model', () => {
  test('names every one of 50 images and where its result goes', () => {
    const names = Array.from({ length: 50 }, (_, index) => `folder ${index}/icon`);
    const parts = confirm(names.map((name) => step(name)));
    assert.deepEqual(
      codeOf(parts),
      names.map((name) => `${name}.png → out/${name}@4x.png`),
    );
    assert.match(textsOf(parts), /these 50 images \(×4\)/);
  });

  test('says what happens to what is there, by every setting that counts', () => {
    const replaced = /is replaced/;
    assert.match(textsOf(confirm([step('a', 'overwrite')])), replaced);
    assert.match(textsOf(confirm([step('a', 'skip')])), /left alone/);
    assert.match(textsOf(confirm([step('a')])), /next free/);
    const mixed = textsOf(confirm([step('a'), step('b', 'overwrite')]));
    assert.match(mixed, replaced);
    assert.match(mixed, /next free/);
  });

  test('has no word of a path outside of the code block', () => {
    for (const text of Object.values(HOSTILE_TEXTS)) {
      const parts = confirm([{ input: text, output: text, overwrite: 'skip' }]);
      assert.ok(!textsOf(parts).includes(text));
    }
  });
});

describe('what a language model may ask for', () => {
  const accepts = (paths: unknown): boolean => {
    try {
      readRequest({ paths });
      return true;
    } catch {
      return false;
    }
  };

  test('refuses paths that a person could not read', () => {
    for (const [kind, text] of Object.entries(HOSTILE_TEXTS))
      assert.equal(
        accepts(['a.png', text]),
        !hasUnseen(text) && text.length <= 1000 && text.trim() !== '',
        kind,
      );
    for (const path of ['a\nb.png', 'a\rb', 'a\u0000b', 'a\u202eb', 'a\u2028b', 'a\tb', ' '])
      assert.equal(accepts([path]), false, JSON.stringify(path));
    assert.equal(accepts([`${'a'.repeat(1001)}.png`]), false);
  });

  test('refuses more than 50 paths, none, and what is no list of texts', () => {
    assert.equal(accepts(Array.from({ length: 50 }, (_, index) => `${index}.png`)), true);
    assert.equal(accepts(Array.from({ length: 51 }, (_, index) => `${index}.png`)), false);
    for (const paths of [[], [1], [['a.png']], 'a.png', undefined, { length: 1, 0: 'a.png' }])
      assert.equal(accepts(paths), false);
  });

  test('refuses numbers and formats that do not exist', () => {
    for (const part of [{ scale: 99 }, { scale: '2' }, { pixelGuidance: -1 }, { format: 'bmp' }])
      assert.throws(() => readRequest({ paths: ['a.png'], ...part }), Object.keys(part)[0]);
    assert.deepEqual(readRequest({ paths: ['a.png'], scale: 2, format: 'webp' }), {
      paths: ['a.png'],
      scale: 2,
      pixel: undefined,
      semantic: undefined,
      format: 'webp',
    });
  });
});
