import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import { readTorchZip } from '../../src/engine/checkpoint/torchZip';
import { isDict, isTensor } from '../../src/engine/checkpoint/torchValues';
import { renamed } from './checkpointFiles';
import { GOLDEN_OSEDIFF, TINY_OSEDIFF, TINY_PISA } from './pisaSupport';
import { largestDifference, pixelsOf } from './support';
import { tinyBatch } from './tinyBatch';
import { AGREED, type Run } from './tinyCli';
import { tinyOseDiff } from './tinyOnDevice';
import { tinyShop } from './tinyShop';
import { succeeds } from './succeeds';

const UNET = 'unet/diffusion_pytorch_model.safetensors';

describe('OSEDiff on the command line', { concurrency: false }, () => {
  const shop = tinyShop();
  const { folder, cli, install, installPisa, fetched } = shop;
  let count = 0;
  beforeEach(() => {
    count++;
  });
  const states = async (): Promise<Record<string, string>> =>
    Object.fromEntries(
      (
        JSON.parse((await cli('models', '--json')).stdout) as {
          installable: { id: string; status: { state: string } }[];
        }
      ).installable.map(({ id, status }) => [id, status.state]),
    );
  const upscaled = (output: string, ...args: string[]): Promise<Run> =>
    shop.upscaled('osediff', output, ...args);
  const assertGolden = async (file: string, golden: string): Promise<void> => {
    const [result, expected] = [
      await pixelsOf(path.join(folder, file)),
      await pixelsOf(path.join(GOLDEN_OSEDIFF, golden)),
    ];
    assert.equal(result.data.length, expected.data.length);
    const difference = largestDifference(result.data, expected.data);
    assert.ok(difference <= 1, `${golden} differs by ${difference}/255`);
  };

  it('shows both servers and both licences, and fetches nothing before they are accepted', async () => {
    const from = [shop.server.requests.length, shop.authors.requests.length] as const;
    const { status, stderr } = await cli(
      'models',
      'install',
      'osediff',
      '--mirror',
      shop.server.url,
      ...AGREED.install,
    );
    assert.equal(status, 1);
    for (const part of [
      /osediff\.pkl \(\d+ kB, from localhost|osediff\.pkl \(\d+ kB, from 127\.0\.0\.1/,
      /CreativeML Open RAIL\+\+-M \(must be accepted\)/,
      /OSEDiff \(LoRA weights\): Apache-2\.0/,
      /--accept-licences/,
    ])
      assert.match(stderr, part);
    assert.deepEqual([...fetched(shop.server, from[0]), ...fetched(shop.authors, from[1])], []);
    assert.equal((await states()).osediff, 'not-installed');
  });

  it('asks about its file, of which nobody published a SHA-256, and records what was agreed to', async () => {
    const asked = await cli(
      'models',
      'install',
      'osediff',
      '--mirror',
      shop.server.url,
      '--accept-licences',
      '--allow-http',
      '--yes',
    );
    assert.equal(asked.status, 1, asked.stderr);
    assert.match(
      asked.stderr,
      /osediff\.pkl \(SHA-256 [0-9a-f]{64}\).*OSEDiff's authors publish no/s,
    );
    const { status, stderr } = await install('osediff');
    assert.equal(status, 0, stderr);
    const manifest = JSON.parse(
      readFileSync(path.join(shop.store, 'osediff/manifest.json'), 'utf8'),
    ) as { accepted: string[]; parts: Record<string, { sha256: string }> };
    assert.ok(manifest.accepted.includes(manifest.parts.loras!.sha256));
  });

  it('fetches everything by itself, upscales as the reference does, verifies and goes', async () => {
    const { status, stdout, stderr } = await install('osediff', '--json');
    assert.equal(status, 0, stderr);
    assert.equal((JSON.parse(stdout) as { id: string }).id, 'osediff');
    assert.deepEqual(readdirSync(shop.store), ['osediff']);
    assert.deepEqual(readdirSync(path.join(shop.store, 'osediff')).sort(), [
      'LICENCES.md',
      'empty_prompt.f32',
      'manifest.json',
      'osediff.pkl',
      'unet',
      'vae',
    ]);
    assert.deepEqual(await states(), { 'pisa-sr': 'not-installed', osediff: 'ready' });
    assert.match((await cli('models')).stdout, /osediff\s.*semantic/);

    const whole = await upscaled('whole.png', '--json');
    assert.equal(whole.status, 0, whole.stderr);
    const told = JSON.parse(whole.stdout) as { model: string; guidance: unknown };
    assert.deepEqual([told.model, told.guidance], ['osediff', { pixel: 0, semantic: 1 }]);
    await assertGolden('whole.png', 'source-1.0-adain.png');
    succeeds(await upscaled('part.png', '--semantic', '0.6'));
    await assertGolden('part.png', 'source-0.6-adain.png');
    succeeds(await upscaled('again.png'));
    assert.deepEqual(
      readFileSync(path.join(folder, 'again.png')),
      readFileSync(path.join(folder, 'whole.png')),
      'the same bytes again',
    );
    succeeds(await cli('models', 'verify', 'osediff'));
    succeeds(await cli('models', 'remove', 'osediff'));
    assert.deepEqual(readdirSync(shop.store), []);
  });

  for (const [first, second] of [
    ['pisa-sr', 'osediff'],
    ['osediff', 'pisa-sr'],
  ] as const)
    it(`${second} shares the Stable Diffusion of ${first}, and stays when that is removed`, async () => {
      const get = (id: string): Promise<Run> => (id === 'osediff' ? install(id) : installPisa());
      succeeds(await get(first));
      const from = shop.server.requests.length;
      const { status, stderr } = await get(second);
      assert.equal(status, 0, stderr);
      assert.match(stderr, /Stable Diffusion 2\.1 base is here already, with (PiSA-SR|OSEDiff)/);
      assert.deepEqual(fetched(shop.server, from), [], 'nothing is fetched twice');
      const inode = (id: string, file: string): number =>
        statSync(path.join(shop.store, id, file)).ino;
      for (const file of [UNET, UNET.replace('unet', 'vae'), 'empty_prompt.f32'])
        assert.equal(inode(first, file), inode(second, file), `${file} exists once`);

      const removed = await cli('models', 'remove', first, '--json');
      assert.equal(removed.status, 0, removed.stderr);
      assert.ok(!existsSync(path.join(shop.store, first)));
      succeeds(await cli('models', 'verify', second));
      const result = await cli(
        'source.png',
        '--model',
        second,
        '--device',
        'cpu',
        '--overwrite',
        '-o',
        'kept.png',
      );
      assert.equal(result.status, 0, result.stderr);
    });

  it('imports a folder with its file alone beside an installed model, and whole folders with old names', async () => {
    const alone = path.join(folder, `alone-${count}`);
    cpSync(TINY_OSEDIFF, alone, { recursive: true });
    const without = await shop.importing('osediff', alone);
    assert.equal(without.status, 1, without.stderr);
    assert.match(without.stderr, /the UNet .* was not found/);
    succeeds(await shop.importing('pisa-sr', TINY_PISA));
    const beside = await shop.importing('osediff', alone);
    assert.equal(beside.status, 0, beside.stderr);
    succeeds(await upscaled('beside.png'));
    await assertGolden('beside.png', 'source-1.0-adain.png');

    const whole = tinyOseDiff(path.join(folder, `whole-${count}`));
    const OLD: Record<string, string> = {
      to_q: 'query',
      to_k: 'key',
      to_v: 'value',
      'to_out.0': 'proj_attn',
    };
    renamed(path.join(whole, 'vae/diffusion_pytorch_model.safetensors'), (name) =>
      name.replace(
        /(attentions\.0\.)(to_q|to_k|to_v|to_out\.0)\./,
        (_, start: string, layer: string) => `${start}${OLD[layer]!}.`,
      ),
    );
    const old = await shop.importing('osediff', whole);
    assert.equal(old.status, 0, old.stderr);
    succeeds(await upscaled('old.png'));
    assert.deepEqual(
      readFileSync(path.join(folder, 'old.png')),
      readFileSync(path.join(folder, 'beside.png')),
    );
  });

  it('refuses a folder with another model’s file in its stead', async () => {
    const other = path.join(folder, `other-${count}`);
    mkdirSync(other);
    cpSync(TINY_PISA, other, { recursive: true });
    const { status, stderr } = await shop.importing('osediff', other);
    assert.equal(status, 1);
    assert.match(stderr, /osediff\.pkl was not found.*github\.com\/cswry\/OSEDiff/s);
    assert.deepEqual(existsSync(shop.store) ? readdirSync(shop.store) : [], []);
    rmSync(other, { recursive: true });
  });

  it('names how to get it where it is not installed', async () => {
    const { stdout, stderr } = await cli('source.png', '--model', 'osediff', '--json');
    assert.equal(
      (JSON.parse(stdout) as { error: { code: string } }).error.code,
      'model-not-installed',
    );
    assert.match(stderr, /models install osediff/);
  });

  it('makes a batch’s results anew when the dial or the model’s file changes, and not else', async () => {
    const batch = tinyBatch(path.join(folder, `batch-${count}`), shop.store, 'osediff');
    const weights = tinyOseDiff(path.join(folder, `weights-${count}`));
    const take = (): Promise<Run> => shop.importing('osediff', weights);
    succeeds(await take());
    batch.recipe({ semantic: 1 });
    assert.deepEqual([await batch.run(), await batch.run()], [1, 0]);
    batch.recipe({ semantic: 0.5 });
    assert.deepEqual([await batch.run(), await batch.run()], [1, 0]);

    const file = path.join(weights, 'osediff.pkl');
    const bytes = readFileSync(file);
    const tensor = (await readTorchZip(file)).get('state_dict_vae');
    assert.ok(isDict(tensor));
    const lora = tensor.get('quant_conv.lora_A.default_encoder.weight');
    assert.ok(isTensor(lora));
    bytes.writeFloatLE(bytes.readFloatLE(lora.offset) + 0.5, lora.offset);
    rmSync(file);
    writeFileSync(file, bytes);
    succeeds(await take());
    assert.deepEqual([await batch.run(), await batch.run()], [1, 0]);
  });
});
