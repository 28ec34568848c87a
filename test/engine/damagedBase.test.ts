import assert from 'node:assert/strict';
import {
  closeSync,
  cpSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { TINY_OSEDIFF, TINY_PROMPTS, TINY_TAESD } from './pisaSupport';
import { succeeds } from './succeeds';
import { tinyWithDraft } from './tinyOnDevice';
import { tinyShop } from './tinyShop';

const VAE = 'vae/diffusion_pytorch_model.safetensors';
/** Files that are larger than this are not read whole before each run. */
const LARGE = 64 * 2 ** 20;

/** Makes a safetensors file so large that its size alone vouches for it from day to day. */
function enlarge(file: string): void {
  const bytes = readFileSync(file);
  const end = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, end)) as Record<string, unknown>;
  const data = bytes.subarray(end);
  header.padding = {
    dtype: 'F32',
    shape: [LARGE / 4],
    data_offsets: [data.length, data.length + LARGE],
  };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(file, Buffer.concat([length, text, data, Buffer.alloc(LARGE)]));
}

/** Another byte in the middle of a file, whose size stays. */
function damage(file: string): void {
  const place = statSync(file).size >> 1;
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.from([0x5a]), 0, 1, place);
  closeSync(handle);
}

describe(
  'a large file of an installed model that was damaged at the same size',
  {
    concurrency: false,
  },
  () => {
    const shop = tinyShop((files) => {
      tinyWithDraft(files);
      cpSync(TINY_PROMPTS, files, { recursive: true });
      enlarge(path.join(files, VAE));
    });
    const { cli, folder, install } = shop;
    const vaeOf = (id: string): string => path.join(shop.store, id, VAE);

    for (const [what, id, more] of [
      ['the same model with its tiny decoder', 'osediff', ['--draft']],
      ['the same model with prompts', 'osediff', ['--prompts']],
      ['another model that would share it', 'pisa-sr', []],
    ] as const)
      it(`is fetched anew by an installation of ${what}`, async () => {
        succeeds(await install('osediff'));
        damage(vaeOf('osediff'));
        const from = shop.server.requests.length;
        succeeds(await (id === 'pisa-sr' ? shop.installPisa() : install(id, ...more)));
        assert.ok(shop.fetched(shop.server, from).includes(VAE));
        succeeds(await cli('models', 'verify', id));
        assert.deepEqual(readFileSync(vaeOf(id)), readFileSync(path.join(folder, 'files', VAE)));
      });

    it('is not taken by an import either, which names what it lacks', async () => {
      succeeds(await install('osediff'));
      const alone = path.join(folder, 'alone');
      cpSync(TINY_OSEDIFF, alone, { recursive: true });
      cpSync(TINY_TAESD, alone, { recursive: true });
      succeeds(await shop.importing('osediff', alone, '--draft'));
      damage(vaeOf('osediff'));
      const { status, stderr } = await shop.importing('osediff', alone, '--draft');
      assert.equal(status, 1);
      assert.match(stderr, /the UNet .* was not found/);
    });
  },
);
