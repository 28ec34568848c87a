import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { GOLDEN_PISA, TINY_PISA, TINY_TAESD } from './pisaSupport';
import { succeeds } from './succeeds';
import { largestDifference, pixelsOf } from './support';
import { tinyBatch } from './tinyBatch';
import { tinyWithDraft } from './tinyOnDevice';
import { tinyShop } from './tinyShop';

const DECODER = 'taesd/diffusion_pytorch_model.safetensors';

describe('drafts on the command line', { concurrency: false }, () => {
  const shop = tinyShop((files) => {
    tinyWithDraft(files);
  });
  const { folder, cli, install, importing, fetched, upscaled } = shop;
  const files = path.join(folder, 'files');
  const isThere = (id: string): boolean => existsSync(path.join(shop.store, id, DECODER));
  const bytes = (file: string): Buffer => readFileSync(path.join(folder, file));

  it('are made where the model was installed with them, and told in JSON and in words', async () => {
    const { status, stderr } = await install('osediff', '--draft');
    assert.equal(status, 0, stderr);
    assert.match(stderr, /TAESD \(tiny decoder for drafts\): MIT/);
    assert.ok(isThere('osediff'));
    assert.match(readFileSync(path.join(shop.store, 'osediff/LICENCES.md'), 'utf8'), /TAESD/);
    assert.match((await cli('models')).stdout, /osediff.*with drafts/s);
    succeeds(await cli('models', 'verify', 'osediff'));

    const told = await upscaled('osediff', 'draft.png', '--draft', '--json');
    assert.equal(told.status, 0, told.stderr);
    assert.equal((JSON.parse(told.stdout) as { draft: boolean }).draft, true);
    const words = await upscaled('osediff', 'words.png', '--draft');
    assert.match(words.stdout, /  draft  /);
    assert.deepEqual(bytes('words.png'), bytes('draft.png'), 'the same bytes again');

    const exact = await upscaled('osediff', 'exact.png', '--json');
    assert.ok(!('draft' in (JSON.parse(exact.stdout) as object)));
    const [rough, right] = await Promise.all(
      ['draft.png', 'exact.png'].map((file) => pixelsOf(path.join(folder, file))),
    );
    assert.ok(largestDifference(rough!.data, right!.data) > 2);
    const golden = await pixelsOf(path.join(GOLDEN_PISA, '../osediff-golden/source-1.0-adain.png'));
    assert.ok(largestDifference(right!.data, golden.data) <= 1, 'the exact one is as ever');
  });

  it('come to an installed model later; without them it says how to get them', async () => {
    succeeds(await shop.installPisa());
    assert.ok(!isThere('pisa-sr'));
    const refused = await upscaled('pisa-sr', 'refused.png', '--draft');
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /without its tiny decoder.*models install pisa-sr --draft/s);
    assert.ok(!existsSync(path.join(folder, 'refused.png')));
    succeeds(await upscaled('pisa-sr', 'before.png'));

    const from = shop.server.requests.length;
    const { status, stderr } = await install('pisa-sr', '--draft');
    assert.equal(status, 0, stderr);
    assert.deepEqual(fetched(shop.server, from), [DECODER]);
    succeeds(await upscaled('pisa-sr', 'later.png', '--draft'));
    assert.notDeepEqual(bytes('later.png'), bytes('before.png'));
    succeeds(await upscaled('pisa-sr', 'still.png'));
    assert.deepEqual(bytes('still.png'), bytes('before.png'));
  });

  it('are shared with a second model, stay when the first is removed, and work in a pair', async () => {
    succeeds(await shop.installPisa('--draft'));
    const from = shop.server.requests.length;
    succeeds(await install('osediff'));
    assert.deepEqual(fetched(shop.server, from), []);
    const inode = (id: string): number => statSync(path.join(shop.store, id, DECODER)).ino;
    assert.equal(inode('osediff'), inode('pisa-sr'));
    succeeds(await cli('models', 'remove', 'pisa-sr'));
    const pair = await upscaled('pisa-compact-4x+osediff', 'pair.png', '--draft', '--json');
    assert.equal(pair.status, 0, pair.stderr);
    assert.equal((JSON.parse(pair.stdout) as { draft: boolean }).draft, true);
    succeeds(await upscaled('pisa-compact-4x+osediff', 'exact-pair.png'));
    assert.notDeepEqual(bytes('pair.png'), bytes('exact-pair.png'));
  });

  it('do not keep the rest from being installed where nobody has their decoder', async () => {
    const decoder = path.join(files, DECODER);
    const aside = `${decoder}.aside`;
    cpSync(decoder, aside);
    rmSync(decoder);
    try {
      const { status, stderr } = await install('osediff', '--draft');
      assert.equal(status, 0, stderr);
      assert.match(stderr, /note: It is installed without its tiny decoder/);
      assert.ok(!isThere('osediff'));
      succeeds(await upscaled('osediff', 'without.png'));
    } finally {
      cpSync(aside, decoder);
      rmSync(aside);
    }
  });

  it('are imported from a folder that has their decoder; what is wrong with it is named', async () => {
    const { status, stderr } = await importing('osediff', files, '--draft');
    assert.equal(status, 0, stderr);
    assert.ok(isThere('osediff'));

    shop.newStore();
    const without = path.join(folder, 'without');
    cpSync(TINY_PISA, without, { recursive: true });
    const refused = await importing('pisa-sr', without, '--draft');
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /the tiny decoder \(taesd\/.* was not found/);
    // The tensors' names are right, the header's sizes are not.
    const file = path.join(without, DECODER);
    cpSync(TINY_TAESD, without, { recursive: true });
    const whole = readFileSync(file);
    writeFileSync(
      file,
      Buffer.from(
        whole.toString('latin1').replace('decoder.layers.18.bias', 'decoder.layers.18.bios'),
        'latin1',
      ),
    );
    const wrong = await importing('pisa-sr', without, '--draft');
    assert.equal(wrong.status, 1);
    assert.match(wrong.stderr, /decoder\.layers\.18\.bias \[3\] is missing/);
    const encoder = whole
      .toString('latin1')
      .replace('encoder.layers.0.bias', 'encoder.layers.0.bios');
    writeFileSync(file, Buffer.from(encoder, 'latin1'));
    const half = await importing('pisa-sr', without, '--draft');
    assert.match(half.stderr, /encoder\.layers\.0\.bias \[8\] is missing/);
    assert.ok(!existsSync(path.join(shop.store, 'pisa-sr')));
  });

  it('are left out, with a note, by models that have no decoder', async () => {
    const { status, stdout, stderr } = await upscaled(
      'pisa-compact-4x',
      'none.png',
      '--draft',
      '--json',
    );
    assert.equal(status, 0, stderr);
    const told = JSON.parse(stdout) as { notes: string[] };
    assert.ok(!('draft' in told));
    assert.ok(told.notes.some((note) => /makes no drafts/.test(note)));
  });

  it('are part of what a batch records: an exact result replaces a draft, a new decoder nothing exact', async () => {
    const { recipe, run } = tinyBatch(path.join(folder, 'batch'), shop.store, 'osediff');
    succeeds(await importing('osediff', files));
    recipe();
    assert.deepEqual([await run(), await run()], [1, 0]);
    succeeds(await importing('osediff', files, '--draft'));
    assert.equal(await run(), 0, 'no draft was asked for');
    recipe({ draft: false });
    assert.equal(await run(), 0, 'nor is one now');
    recipe({ draft: true });
    assert.deepEqual([await run(), await run()], [1, 0]);
    recipe();
    assert.equal(await run(), 1);
  });
});
