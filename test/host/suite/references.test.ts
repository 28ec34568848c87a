import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { delay, freshFolder, listing, until } from './support';

const TEXT = [
  '# Pictures',
  '![small](<small.png>) and ![none](missing.png)',
  'https://example.com/small.png',
].join('\n');

describe('Paths of pictures in a document', () => {
  let folder: string;
  let document: vscode.TextDocument;

  beforeEach(async () => {
    folder = freshFolder('small.png');
    writeFileSync(path.join(folder, 'notes.md'), TEXT);
    document = await vscode.workspace.openTextDocument(path.join(folder, 'notes.md'));
  });
  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  const at = (line: number, word: string): vscode.Position =>
    new vscode.Position(line, document.lineAt(line).text.indexOf(word) + 1);
  /** Asks the editor; a search that runs while another extension registers is ended, and asked again. */
  const ask = async <T>(command: string, ...parameters: unknown[]): Promise<T> => {
    for (let tries = 1; ; tries++) {
      try {
        return await vscode.commands.executeCommand<T>(command, document.uri, ...parameters);
      } catch (error) {
        if (!(error instanceof Error && error.message === 'Canceled') || tries === 50) throw error;
        await delay(200);
      }
    }
  };
  const hovers = async (position: vscode.Position): Promise<string> => {
    const found = await ask<vscode.Hover[]>('vscode.executeHoverProvider', position);
    return found
      .flatMap(({ contents }) => contents)
      .map((content) => (content instanceof vscode.MarkdownString ? content.value : ''))
      .filter((text) => text.includes('pisaUpscale'))
      .join('\n');
  };
  const actions = async (position: vscode.Position): Promise<vscode.CodeAction[]> => {
    const range = new vscode.Range(position, position);
    const found = await ask<vscode.CodeAction[]>('vscode.executeCodeActionProvider', range);
    return found.filter(({ command }) => command?.command.startsWith('pisaUpscale.'));
  };

  /** What is offered, once it is. */
  const offered = async (position: vscode.Position): Promise<vscode.CodeAction[]> => {
    for (let tries = 0; tries < 50; tries++) {
      const found = await actions(position);
      if (found.length > 0) return found;
      await delay(200);
    }
    return [];
  };

  it('tell the size of the picture, and offer what can be made of it', async () => {
    assert.match(
      (await hovers(at(1, 'small.png'))).replaceAll('\\', ''),
      /^small\.png · 40×28 · [\d.]+ kB\n/,
    );
    assert.deepEqual(
      (await offered(at(1, 'small.png'))).map(({ title }) => title),
      [
        'Upscale small.png',
        'Compare small.png',
        'Make @2x and @3x of small.png, and copy the srcset',
      ],
    );
  });

  it('say nothing of files that are not there, of servers, and of other words', async () => {
    for (const position of [at(1, 'missing'), at(2, 'small.png'), at(0, 'Pictures')]) {
      assert.equal(await hovers(position), '');
      assert.deepEqual(await actions(position), []);
    }
  });

  it('make the densities that are missing, once', async () => {
    const make = (await offered(at(1, 'small.png'))).find(({ title }) => title.startsWith('Make'));
    assert.ok(make?.command);
    const args: readonly unknown[] = make.command.arguments ?? [];
    await vscode.commands.executeCommand(make.command.command, ...args);
    await until(() => existsSync(path.join(folder, 'small@3x.png')), 'the densities are there');
    assert.deepEqual(listing(folder), ['notes.md', 'small.png', 'small@2x.png', 'small@3x.png']);
    assert.match(await vscode.env.clipboard.readText(), /small@2x\.png 2x/);
    const left = (await offered(at(1, 'small.png'))).map(({ title }) => title);
    assert.deepEqual(left, ['Upscale small.png', 'Compare small.png']);
  });
});
