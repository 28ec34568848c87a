import assert from 'node:assert/strict';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { startFileServer, type FileServer } from '../harness/fileServer';
import { halved, renamed } from './checkpointFiles';
import { TINY_PISA } from './pisaSupport';
import { largestDifference, pixelsOf, temporaryFolder, writePng } from './support';
import { AGREED, buildTinyPackage, tinyCli, type Run } from './tinyCli';
import { succeeds } from './succeeds';

describe('PiSA-SR on the command line', { concurrency: false }, () => {
  const folder = temporaryFolder();
  let store = '';
  let count = 0;
  beforeEach(() => {
    store = path.join(folder, `store-${count++}`);
  });

  before(() => buildTinyPackage());

  /** Runs the tool, with everything agreed to that an import or an installation asks. */
  const cli = (...args: string[]): Promise<Run> => {
    const [group, command] = args;
    const agreed =
      group === 'models' && (command === 'import' || command === 'install') ? AGREED[command] : [];
    return tinyCli(folder, store, ...args, ...agreed);
  };
  const state = async (): Promise<{ state: string }> =>
    (
      JSON.parse((await cli('models', '--json')).stdout) as {
        installable: { status: { state: string } }[];
      }
    ).installable[0]!.status;
  const copyOfTiny = (name: string): string => {
    const to = path.join(folder, `${name}-${count}`);
    cpSync(TINY_PISA, to, { recursive: true });
    return to;
  };

  it('imports, upscales, verifies and removes', async () => {
    assert.equal((await state()).state, 'not-installed');
    const before = await cli('upscale', 'a.png', '--model', 'pisa-sr', '--json');
    assert.equal(before.status, 1, before.stderr);
    await writePng(path.join(folder, 'a.png'), 20, 15);
    const missing = await cli('a.png', '--model', 'pisa-sr', '--json');
    assert.equal(
      (JSON.parse(missing.stdout) as { error: { code: string } }).error.code,
      'model-not-installed',
    );

    const imported = await cli('models', 'import', TINY_PISA, '--json');
    assert.equal(imported.status, 0, imported.stderr);
    const { files } = JSON.parse(imported.stdout) as { files: { path: string; how: string }[] };
    assert.deepEqual(files.find((file) => file.path === 'empty_prompt.f32')?.how, 'computed');
    assert.equal((await state()).state, 'ready');

    const { status, stdout, stderr } = await cli(
      'a.png',
      '--model',
      'pisa-sr',
      '--pixel',
      '1',
      '--semantic',
      '0.5',
      '--device',
      'cpu',
      '--json',
    );
    assert.equal(status, 0, stderr);
    const result = JSON.parse(stdout) as {
      width: number;
      height: number;
      guidance: unknown;
      model: string;
      output: string;
    };
    assert.deepEqual(
      [result.width, result.height, result.model, result.guidance],
      [80, 60, 'pisa-sr', { pixel: 1, semantic: 0.5 }],
    );
    const whole = await pixelsOf(result.output);
    assert.deepEqual([whole.width, whole.height], [80, 60]);
    const again = await cli(
      'a.png',
      '--model',
      'pisa-sr',
      '--pixel',
      '1',
      '--semantic',
      '0.5',
      '--device',
      'cpu',
      '-o',
      'again.png',
    );
    assert.equal(again.status, 0, again.stderr);
    assert.deepEqual(
      readFileSync(path.join(folder, 'again.png')),
      readFileSync(result.output),
      'the same bytes again',
    );

    const region = await cli(
      'a.png',
      '--model',
      'pisa-sr',
      '--semantic',
      '0.5',
      '--device',
      'cpu',
      '--region',
      '8,4,30,20',
      '-o',
      'part.png',
    );
    assert.equal(region.status, 0, region.stderr);
    const part = await pixelsOf(path.join(folder, 'part.png'));
    const expected = Uint8Array.from({ length: part.data.length }, (_, i) => {
      const pixel = Math.floor(i / 3);
      return whole.data[3 * ((4 + Math.floor(pixel / 30)) * 80 + 8 + (pixel % 30)) + (i % 3)]!;
    });
    assert.deepEqual(
      [part.width, part.height, largestDifference(part.data, expected)],
      [30, 20, 0],
    );
    const outside = await cli('a.png', '--model', 'pisa-sr', '--region', '70,0,30,20');
    assert.match(outside.stderr, /inside the result of 80×60/);

    succeeds(await cli('models', 'verify', 'pisa-sr'));
    const removed = await cli('models', 'remove', 'pisa-sr');
    assert.equal(removed.status, 0, removed.stderr);
    assert.deepEqual(readdirSync(store), []);
    assert.ok(existsSync(path.join(TINY_PISA, 'pisa_sr.pkl')), 'the person’s own files stay');
    assert.equal((await cli('models', 'remove', 'pisa-sr')).status, 1);
  });

  it('keeps transparency', async () => {
    const { default: sharp } = await import('sharp');
    await cli('models', 'import', TINY_PISA);
    await sharp({
      create: {
        width: 16,
        height: 12,
        channels: 4,
        background: { r: 200, g: 30, b: 60, alpha: 0.5 },
      },
    })
      .png()
      .toFile(path.join(folder, 'alpha.png'));
    const { status, stderr } = await cli(
      'alpha.png',
      '--model',
      'pisa-sr',
      '--device',
      'cpu',
      '-o',
      'alpha-large.png',
    );
    assert.equal(status, 0, stderr);
    const { data, channels } = await pixelsOf(path.join(folder, 'alpha-large.png'));
    assert.equal(channels, 4);
    for (let i = 3; i < data.length; i += 4) assert.ok(Math.abs(data[i]! - 128) <= 1);
  });

  it('finds damage: verify names the file, an upscaling refuses a wrong size', async () => {
    const source = copyOfTiny('damaged');
    await cli('models', 'import', source);
    const file = path.join(store, 'pisa-sr/unet/diffusion_pytorch_model.safetensors');
    const bytes = readFileSync(file);
    bytes[bytes.length - 5]! ^= 1;
    writeFileSync(file, bytes);
    const verified = await cli('models', 'verify', 'pisa-sr');
    assert.equal(verified.status, 1, verified.stderr);
    assert.match(verified.stdout, /DAMAGED.*diffusion_pytorch_model\.safetensors/);
    truncateSync(file, bytes.length - 4);
    await writePng(path.join(folder, 'a.png'), 20, 15);
    const refused = await cli('a.png', '--model', 'pisa-sr', '--json');
    assert.equal(
      (JSON.parse(refused.stdout) as { error: { code: string } }).error.code,
      'model-damaged',
    );
  });

  it('tells all that is missing or wrong at once, and leaves nothing behind', async () => {
    const source = copyOfTiny('incomplete');
    rmSync(path.join(source, 'vae'), { recursive: true });
    rmSync(path.join(source, 'pisa_sr.pkl'));
    renamed(path.join(source, 'unet/diffusion_pytorch_model.safetensors'), (name) =>
      name === 'conv_in.weight' ? 'conv_in.other' : name,
    );
    truncateSync(path.join(source, 'text_encoder/model.safetensors'), 5000);
    const { status, stdout, stderr } = await cli('models', 'import', source, '--json');
    assert.equal(status, 1);
    const { code, message } = (JSON.parse(stdout) as { error: { code: string; message: string } })
      .error;
    assert.equal(code, 'checkpoint-incomplete');
    for (const part of [
      /the VAE .* was not found/,
      /pisa_sr\.pkl was not found.*drive\.google\.com/,
      /in text_encoder: model\.safetensors can't be used/,
    ])
      assert.match(message, part);
    assert.doesNotMatch(message, /text encoder .* was not found/, 'it was found, and is damaged');
    assert.match(stderr, /import again/);
    assert.deepEqual(existsSync(store) ? readdirSync(store) : [], []);

    const cut = copyOfTiny('cut-files');
    truncateSync(path.join(cut, 'unet/diffusion_pytorch_model.safetensors'), 5000);
    truncateSync(path.join(cut, 'pisa_sr.pkl'), 3000);
    const damaged = await cli('models', 'import', cut);
    assert.match(damaged.stderr, /in unet: diffusion_pytorch_model\.safetensors can't be used/);
    assert.match(damaged.stderr, /pisa_sr\.pkl can't be used/);
    assert.doesNotMatch(damaged.stderr, /was not found/);

    const other = copyOfTiny('wrong-unet');
    renamed(path.join(other, 'unet/diffusion_pytorch_model.safetensors'), (name) =>
      name === 'conv_in.weight' ? 'conv_in.other' : name,
    );
    const wrong = await cli('models', 'import', other);
    assert.match(
      wrong.stderr,
      /unet\/diffusion_pytorch_model\.safetensors: conv_in\.weight \[16, 4, 3, 3\] is missing/,
    );
  });

  it(
    'takes flat folders, old names of the VAE’s attention, float16, and weights from ' +
      'elsewhere',
    async () => {
      const source = copyOfTiny('flat');
      const flat = path.join(folder, `all-flat-${count}`);
      mkdirSync(flat);
      for (const [from, to] of [
        ['unet/diffusion_pytorch_model.safetensors', 'sd21-unet.safetensors'],
        ['unet/config.json', 'unet_config.json'],
        ['vae/diffusion_pytorch_model.safetensors', 'sd21-vae.safetensors'],
        ['vae/config.json', 'vae.json'],
        ['text_encoder/model.safetensors', 'clip.safetensors'],
        ['text_encoder/config.json', 'text_encoder.json'],
      ] as const) {
        renameSync(path.join(source, from), path.join(flat, to));
      }
      const OLD: Record<string, string> = {
        to_q: 'query',
        to_k: 'key',
        to_v: 'value',
        'to_out.0': 'proj_attn',
      };
      renamed(path.join(flat, 'sd21-vae.safetensors'), (name) =>
        name.replace(
          /(attentions\.0\.)(to_q|to_k|to_v|to_out\.0)\./,
          (_, start: string, layer: string) => `${start}${OLD[layer]!}.`,
        ),
      );
      await writePng(path.join(folder, 'a.png'), 20, 15);
      await cli('models', 'import', TINY_PISA);
      await cli('a.png', '--model', 'pisa-sr', '--device', 'cpu', '-o', 'full.png');

      const imported = await cli(
        'models',
        'import',
        flat,
        '--weights',
        path.join(source, 'pisa_sr.pkl'),
        '--json',
      );
      assert.equal(imported.status, 0, imported.stderr);
      await cli('a.png', '--model', 'pisa-sr', '--device', 'cpu', '--overwrite', '-o', 'flat.png');
      assert.deepEqual(
        readFileSync(path.join(folder, 'flat.png')),
        readFileSync(path.join(folder, 'full.png')),
      );

      for (const name of ['sd21-unet', 'sd21-vae', 'clip'])
        halved(path.join(flat, `${name}.safetensors`));
      const half = await cli(
        'models',
        'import',
        flat,
        '--weights',
        path.join(source, 'pisa_sr.pkl'),
        '--json',
      );
      assert.equal(half.status, 0, half.stderr);
      assert.equal(((await state()) as { precision?: string }).precision, 'fp16');
      await cli('a.png', '--model', 'pisa-sr', '--device', 'cpu', '--overwrite', '-o', 'half.png');
      const [a, b] = [
        await pixelsOf(path.join(folder, 'full.png')),
        await pixelsOf(path.join(folder, 'half.png')),
      ];
      const mean =
        a.data.reduce((sum, value, i) => sum + Math.abs(value - b.data[i]!), 0) / a.data.length;
      assert.ok(mean > 0 && mean < 2, `mean difference ${mean}`);
    },
  );

  it('takes bfloat16', async () => {
    const source = copyOfTiny('bfloat');
    for (const name of [
      'unet/diffusion_pytorch_model',
      'vae/diffusion_pytorch_model',
      'text_encoder/model',
    ])
      halved(path.join(source, `${name}.safetensors`), 'BF16');
    await writePng(path.join(folder, 'a.png'), 20, 15);
    await cli('models', 'import', TINY_PISA);
    await cli('a.png', '--model', 'pisa-sr', '--device', 'cpu', '--overwrite', '-o', 'full.png');
    const imported = await cli('models', 'import', source);
    assert.equal(imported.status, 0, imported.stderr);
    const { status, stderr } = await cli(
      'a.png',
      '--model',
      'pisa-sr',
      '--device',
      'cpu',
      '--overwrite',
      '-o',
      'bfloat.png',
    );
    assert.equal(status, 0, stderr);
    const [a, b] = [
      await pixelsOf(path.join(folder, 'full.png')),
      await pixelsOf(path.join(folder, 'bfloat.png')),
    ];
    const mean =
      a.data.reduce((sum, value, i) => sum + Math.abs(value - b.data[i]!), 0) / a.data.length;
    assert.ok(mean > 0 && mean < 6, `mean difference ${mean}`);
  });

  describe('installing from a server', () => {
    let server: FileServer;
    before(async () => {
      server = await startFileServer(TINY_PISA);
    });
    afterEach(() => {
      for (const name of [
        'unet/diffusion_pytorch_model.safetensors',
        'vae/diffusion_pytorch_model.safetensors',
      ])
        server.behave(name);
    });
    after(() => server.close());
    const install = (...args: string[]): Promise<Run> =>
      cli('models', 'install', 'pisa-sr', '--mirror', server.url, ...args);
    const WEIGHTS = ['--weights', path.join(TINY_PISA, 'pisa_sr.pkl')];

    it('shows the plan and wants the licence accepted before anything is fetched', async () => {
      const from = server.requests.length;
      const { status, stderr } = await install(...WEIGHTS);
      assert.equal(status, 1);
      for (const part of [
        /To fetch: 2\.7 MB/,
        /are free/,
        /CreativeML Open RAIL\+\+-M \(must be accepted\)/,
        /Apache-2\.0/,
        /drive\.google\.com/,
        /--accept-licences/,
      ])
        assert.match(stderr, part);
      assert.deepEqual(
        server.requests.slice(from).filter(({ method }) => method === 'GET'),
        [],
      );
      assert.equal((await state()).state, 'not-installed');
    });

    it('downloads and imports, and removes the text encoder and the downloads', async () => {
      const { status, stdout, stderr } = await install('--accept-licences', ...WEIGHTS, '--json');
      assert.equal(status, 0, stderr);
      assert.equal((JSON.parse(stdout) as { id: string }).id, 'pisa-sr');
      assert.deepEqual(readdirSync(store), ['pisa-sr']);
      assert.deepEqual(readdirSync(path.join(store, 'pisa-sr')).sort(), [
        'LICENCES.md',
        'empty_prompt.f32',
        'manifest.json',
        'pisa_sr.pkl',
        'unet',
        'vae',
      ]);
      succeeds(await cli('models', 'verify', 'pisa-sr'));
    });

    it('waits for pisa_sr.pkl when it is not given, and goes on when it is', async () => {
      const first = await install('--accept-licences');
      assert.equal(first.status, 1, first.stderr);
      assert.match(first.stderr, /pisa_sr\.pkl[\s\S]*--weights/);
      const from = server.requests.length;
      const second = await install('--accept-licences', ...WEIGHTS);
      assert.equal(second.status, 0, second.stderr);
      assert.deepEqual(
        server.requests.slice(from).filter(({ method }) => method === 'GET'),
        [],
        'nothing is fetched twice',
      );
    });

    it('goes on after breaks and busy answers, within one run and from run to run', async () => {
      server.behave(
        'unet/diffusion_pytorch_model.safetensors',
        { method: 'GET', breakAfter: 700_000, slowMs: 1, times: 1 },
        { method: 'GET', status: 404 },
      );
      server.behave('vae/diffusion_pytorch_model.safetensors', {
        method: 'GET',
        status: 503,
        times: 1,
        headers: { 'retry-after': '0' },
      });
      const failed = await install('--accept-licences', ...WEIGHTS);
      assert.equal(failed.status, 1, failed.stderr);
      assert.match(failed.stderr, /could not be downloaded.*404/);
      const part = statSync(
        path.join(store, '.pisa-sr.download/unet/diffusion_pytorch_model.safetensors.part'),
      ).size;
      assert.ok(part > 0 && part <= 700_000);
      server.behave('unet/diffusion_pytorch_model.safetensors');
      const from = server.requests.length;
      const second = await install('--accept-licences', ...WEIGHTS);
      assert.equal(second.status, 0, second.stderr);
      assert.ok(server.requests.slice(from).some(({ range }) => range === `bytes=${part}-`));
    });

    it('refuses a file that is no checkpoint, and says which', async () => {
      const strange = path.join(folder, 'strange.pkl');
      writeFileSync(strange, 'this is no pickle');
      const { status, stderr } = await install('--accept-licences', '--weights', strange);
      assert.equal(status, 1);
      assert.match(stderr, /pisa_sr\.pkl.*not a zip archive/s);
      assert.equal((await state()).state, 'not-installed');
    });

    it('refuses a download that a later version of the file damaged', async () => {
      const copy = copyOfTiny('server');
      appendFileSync(path.join(copy, 'vae/diffusion_pytorch_model.safetensors'), 'x');
      truncateSync(path.join(copy, 'vae/diffusion_pytorch_model.safetensors'), 100_000);
      const broken = await startFileServer(copy);
      try {
        const { status, stderr } = await cli(
          'models',
          'install',
          'pisa-sr',
          '--mirror',
          broken.url,
          '--accept-licences',
          ...WEIGHTS,
        );
        assert.equal(status, 1);
        assert.match(stderr, /vae\/diffusion_pytorch_model\.safetensors with 100000 bytes where/);
      } finally {
        await broken.close();
      }
    });
  });
});
