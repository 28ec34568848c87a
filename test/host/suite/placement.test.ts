import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { EngineClient } from '../../../src/client/engineClient';
import { previewOf } from '../../../src/extension/comparison/comparison';
import { PreviewHost } from '../../../src/extension/comparison/previewHost';
import { PreviewSession } from '../../../src/extension/comparison/previewSession';
import { Config } from '../../../src/extension/config';
import { EngineSupervisor } from '../../../src/extension/engineSupervisor';
import { UpscaleJobs } from '../../../src/extension/jobs/upscaleJobs';
import type { Log } from '../../../src/extension/log';
import { RpcError, type CallContext } from '../../../src/shared/rpc';
import { EXTENSION_ID, freshFolder, listing, upscale, upscaleAs, workspaceFolder } from './support';

const quiet: CallContext = { signal: new AbortController().signal, progress: () => undefined };

describe('A name pattern with {folder}', () => {
  afterEach(async () => {
    await vscode.workspace
      .getConfiguration('pisaUpscale')
      .update('namePattern', undefined, vscode.ConfigurationTarget.Workspace);
  });

  it('begins at the workspace folder and keeps the tree', async () => {
    const folder = freshFolder('small.png');
    await vscode.workspace
      .getConfiguration('pisaUpscale')
      .update(
        'namePattern',
        'public/img/{folder}/{name}.{ext}',
        vscode.ConfigurationTarget.Workspace,
      );
    const inner = path.relative(workspaceFolder(), folder);
    const results = await upscale(path.join(folder, 'small.png'));
    assert.deepEqual(
      results.map(({ output }) => path.relative(workspaceFolder(), output)),
      [path.join('public', 'img', inner, 'small.png')],
    );
  });
});

describe('Where results go, in a trusted folder whose links lead out of it', () => {
  let outside: string;
  let folder: string;
  let picture: string;
  const settings = (): vscode.WorkspaceConfiguration =>
    vscode.workspace.getConfiguration('pisaUpscale');

  beforeEach(async () => {
    outside = mkdtempSync(path.join(os.tmpdir(), 'pu-outside-'));
    folder = freshFolder('small.png');
    picture = path.join(folder, 'small.png');
    symlinkSync(outside, path.join(folder, 'keys'));
    symlinkSync(outside, path.join(folder, '3.0x'));
    for (const [key, value] of [
      ['namePattern', 'keys/{name}.{ext}'],
      ['overwrite', 'overwrite'],
    ] as const)
      await settings().update(key, value, vscode.ConfigurationTarget.Workspace);
  });

  afterEach(async () => {
    for (const key of ['namePattern', 'overwrite'])
      await settings().update(key, undefined, vscode.ConfigurationTarget.Workspace);
    assert.deepEqual(readdirSync(outside), []);
    rmSync(outside, { recursive: true });
  });

  it('a command writes nothing there', async () => {
    assert.deepEqual(await upscale(picture), []);
    assert.deepEqual(listing(folder), ['3.0x', 'keys', 'small.png']);
  });

  it('nor does a density set', async () => {
    const results = await upscaleAs('flutter', picture);
    assert.deepEqual(
      results.map(({ output }) => path.relative(folder, output)),
      [path.join('2.0x', 'small.png')],
    );
  });

  it('nor does the tool for language models, and it says why', async () => {
    const { content } = await vscode.lm.invokeTool('pisa-upscale_upscale_image', {
      input: { paths: [picture] },
      toolInvocationToken: undefined,
    });
    assert.match((content[0] as vscode.LanguageModelTextPart).value, /would lie outside/);
  });

  it('nor does Save in the comparison', async () => {
    const root = vscode.extensions.getExtension(EXTENSION_ID)!.extensionPath;
    const engine = new EngineSupervisor(
      () =>
        new EngineClient({
          entry: path.join(root, 'dist/engine.js'),
          modelFolders: settings().get<string[]>('modelFolders', []),
          store: path.join(outside, 'none'),
          idleSeconds: 60,
          log: () => undefined,
        }),
    );
    const config = new Config();
    // The extension's own channel has the same name, and would be closed with this one's.
    const silent = (): void => undefined;
    const log = { info: silent, warn: silent, error: silent, show: silent } as unknown as Log;
    const services = {
      engine,
      config,
      log,
      jobs: new UpscaleJobs(engine, config, log, {
        begin: () => ({ tell: () => undefined, end: () => undefined }),
        computedOn: () => undefined,
      }),
      takeDropped: async () => [],
    };
    const webview = { asWebviewUri: (uri: vscode.Uri) => uri } as vscode.Webview;
    const session = await PreviewSession.create(engine, () => webview);
    const preview = previewOf(vscode.Uri.file(picture));
    const host = new PreviewHost(preview, webview, session, services, {
      word: 'word',
      onShown: () => undefined,
      onUnsaved: () => undefined,
    }).api();
    try {
      await host.init(undefined, quiet);
      const choice = {
        model: 'one-layer-4x',
        guidance: { pixel: 1, semantic: 1 },
        scale: 4,
        format: 'source',
        quality: 90,
        lossless: 'auto',
        pixelArt: 'auto',
        prompt: '',
      } as const;
      await assert.rejects(
        async () => host.save({ ...choice, again: false, onProcessor: true, how: 'save' }, quiet),
        (error) => error instanceof RpcError && error.code === 'output-outside',
      );
    } finally {
      await session.dispose();
      await engine.dispose();
      config.dispose();
    }
  });

  it('a link to a folder of the same workspace is followed', async () => {
    const shared = path.join(workspaceFolder(), 'shared-results');
    mkdirSync(shared, { recursive: true });
    rmSync(path.join(folder, 'keys'));
    symlinkSync(shared, path.join(folder, 'keys'));
    copyFileSync(picture, path.join(folder, 'other.png'));
    await upscale(path.join(folder, 'other.png'));
    assert.deepEqual(listing(shared), ['other.png']);
  });
});
