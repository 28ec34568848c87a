import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type * as carrying from '../../../src/extension/errors/carryOut';
import { MACHINE_SETTINGS, settingId } from '../../../src/extension/errors/remedyWords';
import { againFor, mergedOverrides } from '../../../src/extension/jobs/again';
import type { BatchReport } from '../../../src/extension/jobs/batch';
import { CHANGEABLE_SETTINGS, PLAIN_REMEDIES, type Remedy } from '../../../src/shared/remedies';
import { RpcError } from '../../../src/shared/rpc';
import { resultOf } from './fakes';
import { withFakeVscode, type Fake } from './withFakeVscode';

type Carrying = typeof carrying & Fake;

const ROOT = path.resolve(import.meta.dirname, '../../..');
let bundled: Carrying;

before(async () => {
  bundled = await withFakeVscode<Carrying>(['extension/errors/carryOut']);
});

describe('the buttons of an error', () => {
  test('each does what it says: a command that exists, the work once more, or the details', async () => {
    const manifest = readFileSync(path.join(ROOT, 'package.json'), 'utf8');
    const all: readonly Remedy[] = [
      ...PLAIN_REMEDIES.map((kind) => ({ kind })),
      { kind: 'change-setting', setting: 'namePattern' },
      { kind: 'free-space', folder: '/work' },
    ];
    for (const remedy of all) {
      const done: string[] = [];
      const context = {
        again: (again: Remedy) => void done.push(`again ${again.kind}`),
        details: async () => void done.push('details'),
      };
      const [button] = bundled.remedyButtons([remedy], context);
      assert.ok(button, remedy.kind);
      bundled.told.length = 0;
      await bundled.carryOut(button, context);
      const command = bundled.told.find(({ where }) => where === 'command')?.text;
      assert.ok(done.length + (command === undefined ? 0 : 1) === 1, remedy.kind);
      if (command?.startsWith('pisaUpscale.'))
        assert.ok(manifest.includes(`"command": "${command}"`), command);
    }
  });

  test('a model that is not installed is the one that is installed or imported', async () => {
    for (const [kind, command] of [
      ['install-model', 'pisaUpscale.installModel'],
      ['import-model', 'pisaUpscale.importModel'],
    ] as const) {
      const [button] = bundled.remedyButtons([{ kind, model: 'osediff' }], {});
      bundled.told.length = 0;
      await bundled.carryOut(button!, {});
      assert.deepEqual(bundled.told, [{ where: 'command', text: `${command} {"id":"osediff"}` }]);
      const [more] = bundled.remedyButtons([{ kind, model: 'osediff', prompts: true }], {});
      bundled.told.length = 0;
      await bundled.carryOut(more!, {});
      assert.deepEqual(bundled.told, [
        { where: 'command', text: `${command} {"id":"osediff","prompts":true}` },
      ]);
    }
  });

  test('what can’t be done here has no button, and settings share one', () => {
    const remedies: readonly Remedy[] = [
      { kind: 'retry' },
      { kind: 'change-setting', setting: 'proxy' },
      { kind: 'show-details' },
      { kind: 'change-setting', setting: 'pisaSrMirrors' },
    ];
    assert.deepEqual(
      bundled.remedyButtons(remedies, {}).map(({ title }) => title),
      ['Open Setting'],
    );
  });

  test('"Open Setting" shows all settings that decide', async () => {
    const [button] = bundled.remedyButtons(
      [
        { kind: 'change-setting', setting: 'proxy' },
        { kind: 'change-setting', setting: 'pisaSrMirrors' },
      ],
      {},
    );
    bundled.told.length = 0;
    await bundled.carryOut(button!, {});
    assert.deepEqual(bundled.told, [
      {
        where: 'command',
        text: 'workbench.action.openSettings @id:http.proxy,pisaUpscale.pisaSrMirrors',
      },
    ]);
  });
});

describe('where "Open Setting" leads in a remote window', () => {
  const openedFor = async (setting: (typeof CHANGEABLE_SETTINGS)[number]): Promise<unknown> => {
    const [button] = bundled.remedyButtons([{ kind: 'change-setting', setting }], {});
    bundled.told.length = 0;
    await bundled.carryOut(button!, {});
    return bundled.told.map(({ text }) => text);
  };
  before(() => (bundled.env.remoteName = 'ssh-remote'));
  after(() => (bundled.env.remoteName = undefined));

  test('a machine’s setting is shown among those of the remote machine, which alone have it', async () => {
    assert.deepEqual(await openedFor('pisaSrMirrors'), [
      'workbench.action.openRemoteSettings {"query":"@id:pisaUpscale.pisaSrMirrors"}',
    ]);
    assert.deepEqual(await openedFor('scale'), [
      'workbench.action.openSettings @id:pisaUpscale.scale',
    ]);
  });

  test('they are those that the manifest gives to a machine', () => {
    const { contributes } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      contributes: { configuration: { properties: Record<string, { scope: string }> }[] };
    };
    const properties: Record<string, { scope: string }> = Object.fromEntries(
      contributes.configuration.flatMap((group) => Object.entries(group.properties)),
    );
    assert.deepEqual(
      CHANGEABLE_SETTINGS.filter((one) => properties[settingId(one)]?.scope === 'machine'),
      [...MACHINE_SETTINGS],
    );
  });
});

describe('what is done once more', () => {
  const error = new RpcError({ code: 'engine-died', message: 'It ended.' });
  const report: BatchReport = {
    total: 4,
    results: [
      resultOf({ skipped: true, remedies: [{ kind: 'upscale-again' }] }),
      { ...resultOf({ remedies: [{ kind: 'treat-as-photo' }] }), index: 2 },
    ],
    failures: [
      { index: 1, input: '/b.png', error },
      { index: 3, input: '/d.png', error },
    ],
    cancelled: false,
  };
  const base = { scale: 2, asset: { seamless: true } };
  const done = (kind: 'upscale-again' | 'treat-as-photo' | 'retry' | 'use-cpu'): unknown =>
    againFor({ kind }, report).map((again) => [again.index, mergedOverrides(base, again)]);

  test('"Upscale Anyway" takes what was left alone', () => {
    assert.deepEqual(done('upscale-again'), [
      [0, { scale: 2, asset: { seamless: true, again: true } }],
    ]);
  });

  test('"Treat as Photo" takes the place of the squares', () => {
    assert.deepEqual(done('treat-as-photo'), [
      [
        2,
        {
          scale: 2,
          asset: { seamless: true, pixelArt: 'off' },
          target: { kind: 'file', path: '/site/hero@4x.png' },
          overwrite: 'overwrite',
        },
      ],
    ]);
  });

  test('"Retry" and "Use CPU" take what failed, with what each was called with', () => {
    assert.deepEqual(done('retry'), [
      [1, { scale: 2, asset: { seamless: true } }],
      [3, { scale: 2, asset: { seamless: true } }],
    ]);
    assert.deepEqual(done('use-cpu'), [
      [1, { scale: 2, asset: { seamless: true }, device: 'cpu' }],
      [3, { scale: 2, asset: { seamless: true }, device: 'cpu' }],
    ]);
    const own = (index: number): object => ({ scale: index });
    assert.deepEqual(mergedOverrides(own, againFor({ kind: 'retry' }, report)[1]), {
      scale: 3,
      asset: {},
    });
  });
});
