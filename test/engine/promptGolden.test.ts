import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { promptContext } from '../../src/engine/pisa/prompt/promptContext';
import type { DiffusionModel } from '../../src/engine/models/kinds/diffusion';
import type { Floats } from '../../src/engine/runtime/network';
import { INSTALLABLE_MODELS, type InstallableModel } from '../../src/shared/installableModels';
import type { Guidance } from '../../src/shared/guidance';
import { RpcError } from '../../src/shared/rpc';
import { golden, GOLDEN_PISA, GOLDEN_PROMPTS, relativeL2, keepNetworksOpen } from './pisaSupport';
import { blendOf, cropped, newEngine, quiet, runExact, runPreview } from './previewSupport';
import { largestDifference, pixelsOf, requestFor, temporaryFolder } from './support';
import { importTiny, tinyOseDiff, tinyWithPrompts } from './tinyOnDevice';
import { inWords } from '../../src/shared/phrase';

type Prompts = { readonly contexts: readonly string[]; readonly picture: string };
const { contexts, picture: prompt } = JSON.parse(
  readFileSync(path.join(GOLDEN_PROMPTS, 'prompts.json'), 'utf8'),
) as Prompts;
const GUIDANCE: Readonly<Record<InstallableModel, Guidance>> = {
  osediff: { pixel: 0, semantic: 1 },
  'pisa-sr': { pixel: 0.6, semantic: 1.2 },
};

const folder = temporaryFolder();
const at = (name: string): string => path.join(folder, name);
const store = at('store');
const input = at('source.png');
let jobs = 0;
const upscaled = async (
  api: ReturnType<typeof newEngine>,
  model: string,
  said: string | undefined,
  part: Partial<Parameters<typeof requestFor>[2]> = {},
): ReturnType<(typeof api)['upscale']> => {
  const scratch = at(`scratch-${++jobs}`);
  mkdirSync(scratch);
  return api.upscale(
    requestFor(input, scratch, {
      model,
      device: 'cpu',
      target: { kind: 'file', path: at(`result-${jobs}.png`) },
      ...(said === undefined ? {} : { prompt: said }),
      ...part,
    }),
    quiet,
  );
};

describe('prompts against transformers and diffusers', () => {
  keepNetworksOpen();
  let models: Readonly<Record<InstallableModel, DiffusionModel>>;
  let stages: ReadonlyMap<string, Floats>;
  before(async () => {
    const files = tinyWithPrompts(at('files'));
    models = {
      'pisa-sr': await importTiny(store, files, 'pisa-sr', { prompts: true }),
      osediff: await importTiny(store, files, 'osediff', { prompts: true }),
    };
    stages = await golden(GOLDEN_PROMPTS, 'contexts.safetensors');
    cpSync(path.join(GOLDEN_PISA, 'source.png'), input);
  });

  for (const [index, said] of contexts.entries())
    it(`the text encoder’s output for “${said.slice(0, 40)}”`, async () => {
      const { context, dropped } = await promptContext(models.osediff, said);
      const expected = stages.get(`context.${index}`) ?? assert.fail('no golden');
      const error = relativeL2({ data: context, dims: expected.dims }, expected);
      assert.ok(error <= 1e-5, `relative L2 ${error}`);
      assert.equal(dropped > 0, said.length > 200);
    });

  for (const id of INSTALLABLE_MODELS)
    it(`the picture that ${id} makes with a prompt, which its result tells`, async () => {
      const api = newEngine(store);
      const result = await upscaled(api, id, `  ${prompt}\n`, { guidance: GUIDANCE[id] });
      assert.equal(result.prompt, prompt);
      assert.deepEqual(result.notes, []);
      const [made, expected] = [
        await pixelsOf(result.output),
        await pixelsOf(path.join(GOLDEN_PROMPTS, `${id}.png`)),
      ];
      const difference = largestDifference(made.data, expected.data);
      assert.ok(difference <= 1, `differs by ${difference}/255`);

      const without = await upscaled(api, id, undefined, { guidance: GUIDANCE[id] });
      assert.equal(without.prompt, undefined);
      const plain = await pixelsOf(without.output);
      assert.ok(largestDifference(plain.data, made.data) > 10, 'the prompt says something');
      for (const nothing of ['', ' \n\t ']) {
        const empty = await upscaled(api, id, nothing, { guidance: GUIDANCE[id] });
        assert.deepEqual(readFileSync(empty.output), readFileSync(without.output));
      }
    });

  it('a preview and a part of it are made with the prompt, and another one makes another', async () => {
    const api = newEngine(store);
    const model = 'osediff';
    const { layers } = await runPreview(api, input, at('layers'), { model, prompt });
    const exported = await upscaled(api, model, prompt, { guidance: GUIDANCE.osediff });
    const { data, width } = await pixelsOf(exported.output);
    assert.ok(largestDifference(blendOf(layers, GUIDANCE.osediff), data) <= 1);
    const rect = { x: 13, y: 22, width: 31, height: 40 };
    const part = await runExact(api, input, at('part'), {
      model,
      prompt,
      rect,
      guidance: GUIDANCE.osediff,
    });
    assert.ok(largestDifference(part, cropped(data, width, rect)) <= 1);
    const other = await runPreview(api, input, at('other'), { model, prompt: 'a cat' });
    assert.ok(largestDifference(other.layers[2]!, layers[2]!) > 3);
  });

  it('words that find no place are told, once for all parts of a picture', async () => {
    const result = await upscaled(newEngine(store), 'osediff', 'a '.repeat(78), {
      input: path.join(GOLDEN_PISA, 'small.png'),
      asset: { grid: { columns: 3, rows: 1 }, pixelArt: 'off' },
    });
    assert.deepEqual(
      result.notes.map(inWords).filter((note) => note.includes('prompt')),
      [
        'The prompt is longer than the 75 tokens that the text encoder reads: its last 3 were left out.',
      ],
    );
  });

  it('a model that takes none says so, unless they are the words of every picture', async () => {
    for (const usual of [{}, { promptIsUsual: true }] as const) {
      const result = await upscaled(newEngine(store), 'pisa-compact-4x', 'a cat', usual);
      assert.equal(result.prompt, undefined);
      const isTold = result.notes.some((note) => /takes no prompt/.test(inWords(note)));
      assert.equal(isTold, !('promptIsUsual' in usual));
    }
  });

  it('one that is longer than any prompt is refused before any work', async () => {
    await assert.rejects(
      upscaled(newEngine(store), 'osediff', 'a'.repeat(4001)),
      (error: unknown) => RpcError.from(error).code === 'bad-setting',
    );
  });
});

describe('prompts where the text encoder was not kept', () => {
  const bare = at('bare');
  before(async () => {
    await importTiny(bare, tinyOseDiff(at('bare-files')), 'osediff');
  });

  it('are refused with what adds it, and nothing is written; the empty one works', async () => {
    const api = newEngine(bare);
    const failure = await upscaled(api, 'osediff', 'a cat').then(
      () => assert.fail('no error'),
      (error: unknown) => RpcError.from(error),
    );
    assert.equal(failure.code, 'model-not-installed');
    assert.match(failure.message, /OSEDiff is installed without its text encoder/);
    assert.deepEqual(failure.remedies, [
      { kind: 'install-model', model: 'osediff', prompts: true },
      { kind: 'import-model', model: 'osediff', prompts: true },
    ]);
    assert.ok(!existsSync(at(`result-${jobs}.png`)));
    assert.ok(existsSync((await upscaled(api, 'osediff', '')).output));
  });
});
