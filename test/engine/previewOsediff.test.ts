import assert from 'node:assert/strict';
import path from 'node:path';
import { before, describe, it, mock } from 'node:test';
import sharp from 'sharp';
import { Steps } from '../../src/engine/pisa/steps';
import { pisaTrials } from '../../src/engine/trust/pisaTrials';
import type { DiffusionModel } from '../../src/engine/models/kinds/diffusion';
import { keepNetworksOpen } from './pisaSupport';
import {
  blendOf,
  cropped,
  exported,
  newEngine,
  runExact,
  runPreview,
  unclippedDifference,
} from './previewSupport';
import { largestDifference, pixelsOf, ROOT, temporaryFolder } from './support';
import { importTiny, tinyOseDiff, tinyWithDraft } from './tinyOnDevice';

const folder = temporaryFolder();
const at = (name: string): string => path.join(folder, name);
const store = at('store');
const model = 'osediff';

describe('a preview with OSEDiff', () => {
  keepNetworksOpen();
  let installed: DiffusionModel;
  let input = '';
  before(async () => {
    installed = await importTiny(store, tinyOseDiff(at('files')), model);
    input = at('photo.png');
    await sharp(path.join(ROOT, 'media/samples/kingfisher.webp'))
      .resize(75, 65)
      .png()
      .toFile(input);
  });

  it('is exact: its layers, blended by the dial, are the export; the network runs once, and once for a first look', async () => {
    const run = mock.method(Steps.prototype, 'run');
    const api = newEngine(store);
    const { result, layers, progress } = await runPreview(api, input, at('layers'), { model });
    const kinds = run.mock.calls.map(({ arguments: [kind] }) => kind);
    run.mock.restore();
    // For the look and for the picture.
    assert.equal(kinds.filter((kind) => kind === 'unet').length, 2);
    assert.equal(result.exact, true);
    assert.deepEqual(result.branches, ['semantic']);
    const totals = new Set(progress.filter(({ done }) => done > 0).map(({ total }) => total));
    assert.equal(totals.size, 1, 'the plan holds');
    assert.equal(progress.at(-1)?.done, [...totals][0]);
    assert.deepEqual(layers[0], layers[1]);
    for (const semantic of [0, 0.6, 1, 1.4]) {
      // A dial that the model lacks changes nothing.
      const guidance = { pixel: 1, semantic };
      const file = await exported(api, input, at('export'), model, guidance);
      const { data } = await pixelsOf(file);
      const blended = blendOf(layers, { pixel: 0, semantic });
      assert.ok(unclippedDifference(layers, blended, data).largest <= 1, `λ_sem ${semantic}`);
    }
  });

  it('computes a part as the export has it', async () => {
    const api = newEngine(store);
    const rect = { x: 93, y: 41, width: 80, height: 77 };
    const guidance = { pixel: 0, semantic: 0.5 };
    const part = await runExact(api, input, at('part'), { model, rect, guidance });
    const file = await exported(newEngine(store), input, at('export'), model, guidance);
    const { data, width } = await pixelsOf(file);
    assert.ok(largestDifference(part, cropped(data, width, rect)) <= 1);
  });

  it('has its networks tried on a device like every model of this family', async () => {
    const trials = await pisaTrials(installed, 'cpu', 'float32');
    assert.equal(trials.length, 5);
    for (const trial of trials) {
      // Not the reference's networks, but on a device that has nothing to hide.
      const [cpu, other] = [await trial.run('cpu'), await trial.run('webgpu')];
      assert.deepEqual(other, cpu, trial.name);
    }
  });

  it('has its tiny decoder tried, too, where that is installed', async () => {
    const drafting = await importTiny(at('drafting'), tinyWithDraft(at('draft-files')), 'osediff', {
      draft: true,
    });
    const trials = await pisaTrials(drafting, 'cpu', 'float32');
    assert.deepEqual(trials.map(({ name }) => name).slice(5), ['draft']);
    for (const { run } of trials) await run('cpu');
    const { image } = (await trials.at(-1)?.run('webgpu')) ?? {};
    assert.deepEqual(image?.dims, [1, 3, 64, 64]);
  });
});
