import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { colourFixNote, formatProblem } from '../../../src/cli/idleOptions';

const FORMATS = ['png', 'jpg', 'webp', 'avif', 'tif', 'gif'];

describe('an option that a format can’t honour is refused where nothing else is made', () => {
  const rows: readonly (readonly [string, boolean | undefined, RegExp, readonly string[]])[] = [
    ['quality', undefined, /^--quality can't be honoured in/, ['jpg', 'webp', 'avif']],
    ['lossless', true, /^--lossless can't/, ['png', 'tif', 'webp', 'avif']],
    ['lossless', false, /^--no-lossless can't/, ['jpg', 'webp', 'avif']],
  ];
  for (const [name, lossless, words, having] of rows)
    for (const format of FORMATS)
      test(`${name} ${lossless ?? ''} into ${format}`, () => {
        const options = lossless === undefined ? {} : { lossless };
        const ask = (given: readonly string[], ...outputs: string[]): string | undefined =>
          formatProblem(new Set(given), options, outputs);
        const problem = ask([name], `a.${format}`, `b.${format}`);
        if (having.includes(format)) assert.equal(problem, undefined);
        else assert.match(problem ?? '', words);
        // Not written, or honoured by another picture; and of nothing there is nothing to say.
        assert.equal(ask([], `a.${format}`), undefined);
        assert.equal(ask([name], `a.${format}`, 'b.webp'), undefined);
        assert.equal(ask([name]), undefined);
      });
});

describe('a color fix that has no effect is told', () => {
  const models = [{ id: 'tiled' }, { id: 'diffusion', prompts: 'ready' }];
  const client = { models: async () => models } as unknown as Parameters<typeof colourFixNote>[0];
  const note = (
    model: string,
    colourFix: 'wavelet' | 'none',
    ...given: string[]
  ): Promise<string | undefined> => colourFixNote(client, { model, colourFix }, new Set(given));

  test('for a model that keeps colors', async () => {
    assert.match((await note('tiled', 'wavelet', 'colourFix')) ?? '', /no effect on tiled/);
    assert.match((await note('pisa-compact-4x', 'wavelet', 'colourFix')) ?? '', /no effect/);
  });

  test('not where it holds, was not asked for, is none, or the model is not known', async () => {
    assert.equal(await note('diffusion', 'wavelet', 'colourFix'), undefined);
    assert.equal(await note('tiled', 'wavelet'), undefined);
    assert.equal(await note('tiled', 'none', 'colourFix'), undefined);
    assert.equal(await note('unknown', 'wavelet', 'colourFix'), undefined);
  });
});
