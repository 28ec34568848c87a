// What is told of models, with a stand-in for VS Code that keeps what it is given.
import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import type * as removing from '../../../src/extension/commands/removeModel';
import type * as failures from '../../../src/extension/errors/showFailure';
import type { ModelState } from '../../../src/shared/modelProtocol';
import type * as rpc from '../../../src/shared/rpc';
import type { Told } from './fakeVscode';
import { withFakeVscode } from './withFakeVscode';

type Bundle = typeof removing & typeof failures & typeof rpc & { readonly told: Told[] };

let bundle: Bundle;

before(async () => {
  bundle = await withFakeVscode<Bundle>([
    'extension/commands/removeModel',
    'extension/errors/showFailure',
    'shared/rpc',
  ]);
});
beforeEach(() => bundle.told.splice(0));

const toldTo = (where: string): string[] =>
  bundle.told.filter((one) => one.where === where).map(({ text }) => text);

describe('Remove PiSA-SR…', () => {
  /** Removes with a manager that knows one state. Resolves with what it was asked to remove. */
  async function remove(status: ModelState): Promise<string[]> {
    const asked: string[] = [];
    const client = {
      modelStates: async () => [{ id: 'pisa-sr', name: 'PiSA-SR', status }],
      removeModel: async ({ id }: { id: string }) => {
        asked.push(id);
        return { bytesFreed: 3_830_000_000 };
      },
    };
    type Work = (given: typeof client) => Promise<unknown>;
    const services = {
      tasks: {
        lookUp: (_title: string, work: Work) => work(client),
        change: (_title: string, _options: object, work: Work) => work(client),
        modelsChanged: () => undefined,
      },
      log: { info: () => undefined },
    };
    await bundle.removeModel(services as never, { id: 'pisa-sr' });
    return asked;
  }

  it('says of what is not installed that it is not, by its name, and asks nothing', async () => {
    assert.deepEqual(await remove({ state: 'not-installed', downloadedBytes: 0 }), []);
    assert.deepEqual(bundle.told, [{ where: 'information', text: 'PiSA-SR is not installed.' }]);
  });

  for (const [what, status, size] of [
    ['an installed one', { state: 'ready', folder: '/s', bytes: 3.83e9, precision: 'fp32' }, '3.8'],
    ['what a break left', { state: 'not-installed', downloadedBytes: 1.2e9 }, '1.2'],
  ] as const)
    it(`asks about ${what} with its name and size, and tells what was freed`, async () => {
      assert.deepEqual(await remove(status), ['pisa-sr']);
      assert.deepEqual(toldTo('warning'), [`Remove PiSA-SR (${size} GB)?`]);
      assert.deepEqual(toldTo('information'), ['PiSA-SR was removed; 3.8 GB are free again.']);
    });
});

describe('a failure with a list', () => {
  const MISSING = ['the UNet was not found', 'the VAE was not found', 'pisa_sr.pkl was not found'];

  it('shows its first entry and how many more there are, on one line, with a button for all', async () => {
    const error = new bundle.RpcError({
      code: 'model-incomplete',
      message: 'The folder lacks files.',
      list: MISSING,
      remedies: [{ kind: 'show-details' }],
    } as never);
    const details: unknown[] = [];
    await bundle.showFailure(error, { details: async () => void details.push('shown') });
    const [text = ''] = toldTo('error');
    assert.equal(text, 'The folder lacks files. the UNet was not found (and 2 more).');
    assert.deepEqual(toldTo('button'), ['Show Details', 'Show Log']);
    assert.deepEqual(details, ['shown'], 'the first button shows all of them');
  });
});
