import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { modelPlaceAt } from '../../../src/extension/models/modelPlace';

/** The text with its cursor, `|`, and what would be replaced there. */
const replaced = (marked: string): string | undefined => {
  const offset = marked.indexOf('|');
  const text = marked.replace('|', '');
  const place = modelPlaceAt(text, offset);
  if (!place) return undefined;
  const { restores, offset: from, length } = place;
  return `${restores ? 'restore' : 'model'} ${text.slice(from, from + length)}`;
};

describe('where a model is named', () => {
  for (const [marked, expected] of [
    ['{ "pisaUpscale.model": "|" }', 'model ""'],
    ['{ "pisaUpscale.model": "pi|sa" }', 'model "pisa"'],
    ['{ "pisaUpscale.model": | }', 'model '],
    ['{ "pisaUpscale.restore": "|" }', 'restore ""'],
    ['{ "rules": [{ "files": "a", "model": "|x" }] }', 'model "x"'],
    ['{ "rules": [{ "targets": [{ "restore": "|" }] }] }', 'restore ""'],
    ['{ "[png]": { "pisaUpscale.model": "|" }, // a comment\n }', 'model ""'],
    ['{ "pisaUpscale.mo|del": "a" }', undefined],
    ['{ "pisaUpscale.scale": | }', undefined],
    ['{ "models": "|" }', undefined],
    ['{ "pisaUpscale.model": ["|"] }', undefined],
    ['|', undefined],
  ] as const)
    it(marked, () => {
      assert.equal(replaced(marked), expected);
    });
});
