import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { previewOf } from '../../../src/extension/comparison/comparison';
import { PreviewHost, type PreviewServices } from '../../../src/extension/comparison/previewHost';
import { PreviewSession } from '../../../src/extension/comparison/previewSession';
import { Config } from '../../../src/extension/config';
import type { PanelHostApi, PanelProgress } from '../../../src/shared/panelProtocol';
import { RpcError, type CallContext } from '../../../src/shared/rpc';
import { freshFolder, listing, scratchFolders, until } from './support';

const OPEN = 'pisaUpscale.openComparison';
const tabs = (): string[] =>
  vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ label }) => label));
const closeAll = (): Thenable<unknown> =>
  vscode.commands.executeCommand('workbench.action.closeAllEditors');
const setting = (key: string): unknown =>
  vscode.workspace.getConfiguration('pisaUpscale').inspect(key)?.workspaceValue;

describe('Open Comparison', () => {
  afterEach(closeAll);

  it('opens a panel for one picture, once, and writes nothing', async () => {
    const folder = freshFolder('small.png');
    const picture = vscode.Uri.file(path.join(folder, 'small.png'));
    await vscode.commands.executeCommand(OPEN, picture);
    await vscode.commands.executeCommand(OPEN, picture);
    assert.deepEqual(tabs(), ['Comparison: small.png']);
    await until(
      () => scratchFolders().some((scratch) => readdirSync(scratch).length > 0),
      'layers of the preview are there',
    );
    assert.deepEqual(listing(folder), ['small.png']);
  });

  it('compares two pictures with each other, the original first', async () => {
    const folder = freshFolder('small.png', 'photo.jpg');
    const [photo, small] = ['photo.jpg', 'small.png'].map((name) =>
      vscode.Uri.file(path.join(folder, name)),
    );
    await vscode.commands.executeCommand(OPEN, photo, [photo, small]);
    assert.deepEqual(tabs(), ['photo.jpg ↔ small.png']);
  });

  it('is an editor of its own for a picture', async () => {
    const folder = freshFolder('small.png');
    await vscode.commands.executeCommand(
      'vscode.openWith',
      vscode.Uri.file(path.join(folder, 'small.png')),
      'pisaUpscale.comparisonEditor',
    );
    await until(
      () =>
        vscode.window.tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputCustom,
      'the editor is open',
    );
  });

  it('is what Upscale Image does where the settings say so', async () => {
    const folder = freshFolder('small.png');
    const settings = vscode.workspace.getConfiguration('pisaUpscale');
    await settings.update('action', 'preview', vscode.ConfigurationTarget.Workspace);
    try {
      await vscode.commands.executeCommand(
        'pisaUpscale.upscaleImage',
        vscode.Uri.file(path.join(folder, 'small.png')),
      );
      assert.deepEqual(tabs(), ['Comparison: small.png']);
      assert.deepEqual(listing(folder), ['small.png']);
    } finally {
      await settings.update('action', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });
});

describe('What a comparison answers its webview', () => {
  const choice = {
    model: 'compact',
    guidance: { pixel: 1, semantic: 0.25 },
    scale: 2,
    format: 'webp',
    quality: 80,
    lossless: 'auto',
    pixelArt: 'auto',
    prompt: '',
  } as const;
  const quiet: CallContext = { signal: new AbortController().signal, progress: () => undefined };
  let picture: string;
  let calls: string[];
  let session: PreviewSession;
  let host: ReturnType<PreviewHost['api']>;

  /** The engine's client, which notes what it was asked. */
  const client = {
    models: () =>
      Promise.resolve([
        {
          id: 'compact',
          name: 'Compact',
          description: '',
          scale: 4,
          branches: ['pixel', 'semantic'],
          licence: 'MIT',
          folder: '',
          byTiles: true,
        },
      ]),
    pictureHeader: () => Promise.resolve({ size: { width: 40, height: 28 } }),
    preview: (
      { input }: { input: string },
      { onProgress }: { onProgress: (progress: unknown) => void },
    ) => {
      calls.push(`preview ${input}`);
      const result = {
        size: { width: 160, height: 112 },
        sourceSize: { width: 40, height: 28 },
        scale: 4,
        branches: ['pixel', 'semantic'],
        hasAlpha: false,
        way: 'model',
        exact: true,
      };
      const consistency = { count: 1, dd: 0, dp: 0, ds: 0, pp: 0, ps: 0, ss: 0 };
      const figures = { consistency, inventedLuma: [] };
      onProgress({
        phase: 'infer',
        done: 1,
        total: 1,
        device: 'cpu',
        picture: result,
        tile: { rect: { x: 0, y: 0, width: 160, height: 112 }, file: 'tile.bin', figures },
      });
      return Promise.resolve({
        ...result,
        device: 'cpu',
        figures,
        estimate: { noise: 0, blockiness: 0, blur: 0.5, lettering: false },
        seconds: { total: 1, inference: 1 },
        notes: [],
      });
    },
  };

  beforeEach(async () => {
    picture = path.join(freshFolder('small.png'), 'small.png');
    calls = [];
    const services = {
      engine: { use: (work: (one: unknown) => unknown) => work(client) },
      config: new Config(),
      jobs: { render: () => void calls.push('render'), upscale: () => void calls.push('upscale') },
      log: { warn: () => undefined, error: () => undefined, show: () => undefined },
    } as unknown as PreviewServices;
    const webview = { asWebviewUri: (uri: vscode.Uri) => uri } as vscode.Webview;
    session = await PreviewSession.create(services.engine, () => webview);
    host = new PreviewHost(previewOf(vscode.Uri.file(picture)), webview, session, services, {
      word: 'word',
      onShown: () => undefined,
      onUnsaved: () => undefined,
    }).api();
    await host.init(undefined, quiet);
  });

  afterEach(async () => {
    await session.dispose();
    assert.equal(existsSync(session.directory), false, 'the layers are removed with the panel');
  });

  it('computes layers once for a file and a model, and shows them again', async () => {
    const steps: PanelProgress[][] = [[], []];
    for (const list of steps)
      await host.preview(
        {
          model: 'compact',
          onProcessor: false,
          scale: 4,
          pixelArt: 'auto',
          prompt: '',
          first: undefined,
          region: undefined,
          have: [],
        },
        { ...quiet, progress: (step) => list.push(step as PanelProgress) },
      );
    assert.deepEqual(calls, [`preview ${picture}`]);
    assert.deepEqual(steps[1], steps[0]);
    assert.match(steps[0]?.[0]?.tile?.address ?? '', /tile\.bin$/);
  });

  it('names the file that would be written', async () => {
    assert.deepEqual(await host.outputName(choice, quiet), {
      fileName: 'small@2x.webp',
      size: { width: 80, height: 56 },
    });
  });

  it('copies settings that a settings file takes', async () => {
    await host.copySettings(choice, quiet);
    const expected = {
      'pisaUpscale.model': 'compact',
      'pisaUpscale.pixelGuidance': 1,
      'pisaUpscale.semanticGuidance': 0.25,
      'pisaUpscale.scale': 2,
      'pisaUpscale.outputFormat': 'webp',
      'pisaUpscale.quality': 80,
      'pisaUpscale.lossless': 'auto',
      'pisaUpscale.pixelArt': 'auto',
      'pisaUpscale.restore': '',
      'pisaUpscale.prompt': '',
    };
    assert.deepEqual(JSON.parse(await vscode.env.clipboard.readText()), expected);
  });

  it('makes a choice the workspace’s', async () => {
    const model = setting('model');
    await host.useForWorkspace(choice, quiet);
    assert.deepEqual(
      ['model', 'pixelGuidance', 'semanticGuidance', 'scale', 'outputFormat', 'quality'].map(
        setting,
      ),
      ['compact', 1, 0.25, 2, 'webp', 80],
    );
    const settings = vscode.workspace.getConfiguration('pisaUpscale');
    for (const key of [
      'pixelGuidance',
      'semanticGuidance',
      'scale',
      'outputFormat',
      'quality',
      'lossless',
      'pixelArt',
      'prompt',
    ])
      await settings.update(key, undefined, vscode.ConfigurationTarget.Workspace);
    await settings.update('model', model, vscode.ConfigurationTarget.Workspace);
  });

  it('refuses nonsense, and changes nothing', async () => {
    await vscode.env.clipboard.writeText('untouched');
    const before = readFileSync(picture);
    const keys = ['model', 'pixelGuidance', 'semanticGuidance', 'scale', 'outputFormat'];
    const settings = keys.map(setting);
    const bad: unknown[] = [
      null,
      'x',
      {},
      { ...choice, model: '../../etc' },
      { ...choice, guidance: { pixel: 1e9, semantic: 1 } },
      { ...choice, scale: 400 },
      { ...choice, format: 'exe' },
    ];
    for (const method of [
      'preview',
      'exact',
      'outputName',
      'save',
      'copySettings',
      'useForWorkspace',
      'applyToOthers',
    ] satisfies (keyof PanelHostApi)[]) {
      for (const params of bad) {
        await assert.rejects(
          async () => host[method](params, quiet),
          (error) => error instanceof RpcError && error.code === 'invalid-request',
          `${method} ${JSON.stringify(params)}`,
        );
      }
    }
    await assert.rejects(host.init({ path: '/etc' }, quiet));
    assert.deepEqual(calls, []);
    assert.deepEqual(keys.map(setting), settings);
    assert.equal(await vscode.env.clipboard.readText(), 'untouched');
    assert.deepEqual(readFileSync(picture), before);
    assert.deepEqual(listing(path.dirname(picture)), ['small.png']);
  });
});
