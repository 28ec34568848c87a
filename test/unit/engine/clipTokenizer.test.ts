import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { ClipTokenizer } from '../../../src/engine/pisa/prompt/clipTokenizer';
import { readClipTokenizer } from '../../../src/engine/pisa/prompt/readTokenizer';

const FIXTURES = path.resolve(__dirname, '../../fixtures');
const MERGES = path.join(FIXTURES, 'prompts-tiny/tokenizer/merges.txt');
type Golden = {
  readonly texts: readonly { text: string; ids: readonly number[]; count: number }[];
};
const { texts } = JSON.parse(
  readFileSync(path.join(FIXTURES, 'prompts-golden/prompts.json'), 'utf8'),
) as Golden;

describe('CLIP’s tokenizer yields the ids of transformers’ CLIPTokenizer', () => {
  const tokenizer = new ClipTokenizer(readFileSync(MERGES, 'utf8'));

  for (const { text, ids, count } of texts)
    it(`${JSON.stringify(text.length > 50 ? `${text.slice(0, 50)}…` : text)}, ${count} tokens`, () => {
      const { ids: own, dropped } = tokenizer.encode(text, 77);
      assert.deepEqual(own, ids);
      assert.equal(dropped, Math.max(0, count - 75));
    });

  it('there are some that just fit, and some that do not', () => {
    const counts = texts.map(({ count }) => count);
    assert.ok(counts.includes(75) && counts.includes(76) && Math.max(...counts) > 150);
  });

  it('each letter of Unicode alone makes tokens that the text encoder knows', () => {
    for (let code = 0; code < 0x110000; code += 97) {
      if (code >= 0xd800 && code < 0xe000) continue;
      const { ids } = tokenizer.encode(String.fromCodePoint(code), 77);
      assert.equal(ids.length, 77);
      assert.ok(ids.every((id) => Number.isInteger(id) && id >= 0 && id < tokenizer.size));
    }
  });
});

describe('a tokenizer’s file', () => {
  it('that is none is refused, and says where', async () => {
    for (const text of ['#version: 0.2\nno-pair\n', 'a b c\n', 'zz yy\n', '<html>\n</html>\n'])
      assert.throws(() => new ClipTokenizer(text), /not a pair of tokens|nothing makes its token/);
    await assert.rejects(readClipTokenizer(path.join(FIXTURES, 'none/merges.txt')), /merges\.txt/);
  });
});
