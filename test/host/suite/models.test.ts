import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ImportResult, InstallResult } from '../../../src/shared/modelProtocol';
import { startFileServer, type FileServer } from '../../harness/fileServer';
import { freshFolder, listing, pngSize, upscale, useModel, workspaceFolder } from './support';

/** Where the runner put the tiny model's checkpoint files. */
const checkpoints = (): string => path.join(workspaceFolder(), 'checkpoints');
const store = (): string =>
  vscode.workspace.getConfiguration('pisaUpscale').get<string>('modelStore') ?? '';
const remove = (): Thenable<boolean> =>
  vscode.commands.executeCommand<boolean>('pisaUpscale.removeModel', {
    id: 'pisa-sr',
    confirmed: true,
  });

describe('Ids of models', () => {
  /** What is offered at the cursor, `|`, of a file of that name. */
  async function offered(name: string, marked: string): Promise<readonly string[]> {
    const file = path.join(freshFolder(), name);
    writeFileSync(file, marked.replace('|', ''));
    const document = await vscode.workspace.openTextDocument(file);
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      document.positionAt(marked.indexOf('|')),
    );
    return items.flatMap(({ label }) => (typeof label === 'string' ? [] : [label.label]));
  }

  it('are offered in settings and recipes, where one is named', async () => {
    for (const [name, text] of [
      ['settings.json', '{ "pisaUpscale.model": "|" }'],
      ['.pisa-upscale.json', '{ "rules": [{ "files": "*", "model": | }] }'],
    ] as const) {
      const ids = await offered(name, text);
      for (const id of ['pisa-compact-4x', 'one-layer-4x']) assert.ok(ids.includes(id), name);
    }
    for (const [name, text] of [
      ['settings.json', '{ "pisaUpscale.scale": | }'],
      ['other.json', '{ "model": "|" }'],
    ] as const)
      assert.ok(!(await offered(name, text)).includes('one-layer-4x'), text);
  });
});

describe('PiSA-SR', function () {
  this.timeout(120_000);

  it('is offered by a command each for installing, importing, managing and removing', async () => {
    const commands = await vscode.commands.getCommands(true);
    for (const name of ['installModel', 'importModel', 'manageModels', 'removeModel'])
      assert.ok(commands.includes(`pisaUpscale.${name}`), name);
  });

  it('is imported from a folder, upscales with both dials, and is removed', async () => {
    assert.ok(path.isAbsolute(store()), 'the runner set a store of its own');
    const imported = await vscode.commands.executeCommand<ImportResult>('pisaUpscale.importModel', {
      folder: checkpoints(),
      acceptUnverified: true,
    });
    assert.equal(imported.folder, path.join(store(), 'pisa-sr'));
    await useModel('pisa-sr');
    try {
      const folder = freshFolder('small.png');
      const source = path.join(folder, 'small.png');
      const [result] = await upscale(source);
      assert.equal(result?.model, 'pisa-sr');
      assert.deepEqual(result.branches, ['pixel', 'semantic']);
      const { width, height } = pngSize(source);
      assert.deepEqual(pngSize(path.join(folder, 'small@4x.png')), {
        width: 4 * width,
        height: 4 * height,
      });

      assert.equal(await remove(), true);
      assert.equal(existsSync(imported.folder), false);
      assert.ok(
        existsSync(path.join(checkpoints(), 'pisa_sr.pkl')),
        'the files that were imported stay',
      );
      assert.deepEqual(await upscale(source), [], 'without the model nothing is upscaled');
      assert.deepEqual(listing(folder), ['small.png', 'small@4x.png']);
    } finally {
      await useModel(undefined);
    }
  });

  it('tells other code what is missing when a folder is not complete', async () => {
    const empty = freshFolder();
    await assert.rejects(
      Promise.resolve(vscode.commands.executeCommand('pisaUpscale.importModel', { folder: empty })),
      /the UNet .* was not found/s,
    );
    await assert.rejects(Promise.resolve(remove()), /not installed/);
  });

  it('refuses arguments of the wrong kind, and touches nothing', async () => {
    await vscode.commands.executeCommand('pisaUpscale.importModel', {
      folder: checkpoints(),
      acceptUnverified: true,
    });
    for (const id of [7, '', 'pisa-compact-4x']) {
      await assert.rejects(
        Promise.resolve(
          vscode.commands.executeCommand('pisaUpscale.removeModel', { id, confirmed: true }),
        ),
        String(id),
      );
    }
    await assert.rejects(
      Promise.resolve(
        vscode.commands.executeCommand('pisaUpscale.installModel', {
          licencesAccepted: true,
          mirrors: 'x',
        }),
      ),
    );
    await assert.rejects(
      Promise.resolve(vscode.commands.executeCommand('pisaUpscale.importModel', { folder: 7 })),
    );
    assert.deepEqual(readdirSync(store()), ['pisa-sr']);
    assert.equal(await remove(), true);
  });

  describe('from a server', () => {
    let server: FileServer;
    before(async () => {
      server = await startFileServer(checkpoints());
    });
    after(() => server.close());

    it('is installed, with a break on the way', async () => {
      server.behave('vae/diffusion_pytorch_model.safetensors', {
        method: 'GET',
        breakAfter: 200_000,
        slowMs: 1,
        times: 1,
      });
      const arguments_ = {
        licencesAccepted: true,
        acceptUnverified: true,
        allowHttp: true,
        mirrors: [server.url],
        weights: path.join(checkpoints(), 'pisa_sr.pkl'),
      };
      const result = await vscode.commands.executeCommand<InstallResult>(
        'pisaUpscale.installModel',
        arguments_,
      );
      assert.equal(result.state, 'ready');
      assert.deepEqual(readdirSync(store()), ['pisa-sr']);
      assert.equal(await remove(), true);
    });

    it('is installed once by two commands at the same time, one after the other', async () => {
      const arguments_ = {
        licencesAccepted: true,
        acceptUnverified: true,
        allowHttp: true,
        mirrors: [server.url],
        weights: path.join(checkpoints(), 'pisa_sr.pkl'),
      };
      const install = (): Thenable<InstallResult> =>
        vscode.commands.executeCommand<InstallResult>('pisaUpscale.installModel', arguments_);
      const results = await Promise.all([install(), install()]);
      assert.deepEqual(
        results.map(({ state }) => state),
        ['ready', 'ready'],
      );
      assert.deepEqual(readdirSync(store()), ['pisa-sr']);
      assert.equal(await remove(), true);
    });

    it('is not installed halfway when a file is missing on the server', async () => {
      server.behave('unet/config.json', { status: 404 });
      const arguments_ = {
        licencesAccepted: true,
        acceptUnverified: true,
        allowHttp: true,
        mirrors: [server.url],
        weights: path.join(checkpoints(), 'pisa_sr.pkl'),
      };
      await assert.rejects(
        Promise.resolve(vscode.commands.executeCommand('pisaUpscale.installModel', arguments_)),
        /404/,
      );
      assert.equal(existsSync(path.join(store(), 'pisa-sr')), false);
    });
  });
});
