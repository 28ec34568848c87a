import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { GOLDEN_PROMPTS, TINY_PISA } from './pisaSupport';
import { succeeds } from './succeeds';
import { largestDifference, pixelsOf } from './support';
import { tinyBatch } from './tinyBatch';
import type { Run } from './tinyCli';
import { tinyWithPrompts } from './tinyOnDevice';
import { tinyShop } from './tinyShop';

const { picture: prompt } = JSON.parse(
  readFileSync(path.join(GOLDEN_PROMPTS, 'prompts.json'), 'utf8'),
) as { picture: string };
const WORDS = [
  'text_encoder/config.json',
  'text_encoder/model.safetensors',
  'tokenizer/merges.txt',
];

describe('prompts on the command line', { concurrency: false }, () => {
  const shop = tinyShop((files) => void tinyWithPrompts(files));
  const { folder, cli, install, importing, fetched } = shop;
  const files = path.join(folder, 'files');
  const upscaled = (output: string, ...args: string[]): Promise<Run> =>
    shop.upscaled('osediff', output, ...args);
  const isThere = (id: string): boolean[] =>
    WORDS.map((file) => existsSync(path.join(shop.store, id, file)));
  const assertGolden = async (file: string, golden: string): Promise<void> => {
    const [result, expected] = [await pixelsOf(path.join(folder, file)), await pixelsOf(golden)];
    const difference = largestDifference(result.data, expected.data);
    assert.ok(difference <= 1, `${golden} differs by ${difference}/255`);
  };

  it('are read where the model was installed with them, and told in JSON and in words', async () => {
    const { status, stderr } = await install('osediff', '--prompts');
    assert.equal(status, 0, stderr);
    assert.deepEqual(isThere('osediff'), [true, true, true]);
    assert.doesNotMatch(stderr, /needed once/);
    assert.match((await cli('models')).stdout, /osediff.*with prompts/s);
    const told = await upscaled('told.png', '--prompt', prompt, '--json');
    assert.equal(told.status, 0, told.stderr);
    assert.equal((JSON.parse(told.stdout) as { prompt: string }).prompt, prompt);
    await assertGolden('told.png', path.join(GOLDEN_PROMPTS, 'osediff.png'));
    assert.match(
      (await upscaled('words.png', '--prompt', prompt)).stdout,
      /“a photo of a kingfisher/,
    );
    const none = await upscaled('none.png', '--json');
    assert.ok(!('prompt' in (JSON.parse(none.stdout) as object)));
    assert.notDeepEqual(
      readFileSync(path.join(folder, 'none.png')),
      readFileSync(path.join(folder, 'told.png')),
    );
    succeeds(await cli('models', 'verify', 'osediff'));
  });

  it('come to an installed model later: only what is missing is fetched, once', async () => {
    succeeds(await install('osediff'));
    assert.deepEqual(isThere('osediff'), [false, false, false]);
    const refused = await upscaled('refused.png', '--prompt', 'a cat');
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /without its text encoder.*models install osediff --prompts/s);
    assert.ok(!existsSync(path.join(folder, 'refused.png')));
    succeeds(await upscaled('empty.png'));

    const from = [shop.server.requests.length, shop.authors.requests.length] as const;
    const { status, stderr } = await install('osediff', '--prompts');
    assert.equal(status, 0, stderr);
    assert.deepEqual(fetched(shop.server, from[0]), WORDS);
    assert.deepEqual(fetched(shop.authors, from[1]), []);
    succeeds(await upscaled('said.png', '--prompt', prompt));
    await assertGolden('said.png', path.join(GOLDEN_PROMPTS, 'osediff.png'));
    succeeds(await upscaled('still.png'));
    assert.deepEqual(
      readFileSync(path.join(folder, 'still.png')),
      readFileSync(path.join(folder, 'empty.png')),
      'the empty prompt makes the same bytes',
    );
  });

  it('are shared with a second model, and stay when the first is removed', async () => {
    succeeds(await install('osediff', '--prompts'));
    const from = shop.server.requests.length;
    succeeds(await shop.installPisa());
    assert.deepEqual(fetched(shop.server, from), []);
    const inode = (id: string, file: string): number =>
      statSync(path.join(shop.store, id, file)).ino;
    for (const file of WORDS.slice(1)) assert.equal(inode('osediff', file), inode('pisa-sr', file));
    succeeds(await cli('models', 'remove', 'osediff'));
    succeeds(await cli('models', 'verify', 'pisa-sr'));
    const result = await upscaled(
      ...(['pisa.png', '--model', 'pisa-sr', '--pixel', '0.6', '--semantic', '1.2'] as const),
      ...['--prompt', prompt],
    );
    assert.equal(result.status, 0, result.stderr);
    await assertGolden('pisa.png', path.join(GOLDEN_PROMPTS, 'pisa-sr.png'));
  });

  it('are imported from a folder that has what they need; else all that is missing is named', async () => {
    const { status, stderr } = await importing('osediff', files, '--prompts');
    assert.equal(status, 0, stderr);
    assert.deepEqual(isThere('osediff'), [true, true, true]);

    shop.newStore();
    const without = path.join(folder, 'without');
    cpSync(TINY_PISA, without, { recursive: true });
    const refused = await importing('pisa-sr', without, '--prompts');
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /the tokenizer \(tokenizer\/merges\.txt; needed for prompts\)/);
    mkdirSync(path.join(without, 'tokenizer'));
    cpSync(path.join(files, 'tokenizer/merges.txt'), path.join(without, 'tokenizer/merges.txt'));
    const apart = await importing('pisa-sr', without, '--prompts');
    assert.equal(apart.status, 1);
    assert.match(apart.stderr, /it makes 1114 tokens where the text encoder knows 64/);
    writeFileSync(path.join(without, 'tokenizer/merges.txt'), '<html></html>');
    assert.match(
      (await importing('pisa-sr', without, '--prompts')).stderr,
      /merges\.txt can't be used: .* is not a pair of tokens/,
    );
    assert.ok(!existsSync(path.join(shop.store, 'pisa-sr')));
  });

  it('are part of what a batch records: another prompt makes a result anew, a kept encoder none', async () => {
    const { recipe, run } = tinyBatch(path.join(folder, 'batch'), shop.store, 'osediff');
    succeeds(await importing('osediff', files));
    recipe();
    assert.deepEqual([await run(), await run()], [1, 0]);
    succeeds(await importing('osediff', files, '--prompts'));
    assert.equal(await run(), 0, 'nothing was said');
    recipe({ prompt: ' ' });
    assert.equal(await run(), 0, 'nothing is said by blanks');
    recipe({ prompt: 'a cat' });
    assert.deepEqual([await run(), await run()], [1, 0]);
    recipe({ prompt: 'a dog' });
    assert.deepEqual([await run(), await run()], [1, 0]);
    recipe();
    assert.equal(await run(), 1);
  });
});
