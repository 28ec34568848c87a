import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { openRevision } from '../../../src/extension/revisions/revision';
import { RpcError } from '../../../src/shared/rpc';
import { delay, freshFolder, until } from './support';

const tabs = (): string[] =>
  vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ label }) => label));

describe('A picture and its versions in Git', () => {
  let folder: string;
  let picture: string;
  let committed: Buffer;

  const git = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_AUTHOR_NAME: 'A',
        GIT_AUTHOR_EMAIL: 'a@example.com',
        GIT_COMMITTER_NAME: 'A',
        GIT_COMMITTER_EMAIL: 'a@example.com',
      },
    }).trim();
  const commit = (): string => {
    git('add', '-A');
    git('commit', '-q', '-m', 'pictures');
    return git('rev-parse', 'HEAD');
  };
  const refusal = async (file: string, ref: string): Promise<string> => {
    try {
      (await openRevision(vscode.Uri.file(file), ref)).dispose();
      return 'opened';
    } catch (error) {
      assert.ok(error instanceof RpcError, String(error));
      return error.message;
    }
  };

  beforeEach(() => {
    folder = freshFolder('small.png', 'photo.jpg');
    picture = path.join(folder, 'ein Bild – 1.png');
    renameSync(path.join(folder, 'small.png'), picture);
    committed = readFileSync(picture);
    git('init', '-q');
  });
  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('opens what HEAD and what an older commit have, whatever the file is now, and removes it', async () => {
    const first = commit();
    copyFileSync(path.join(folder, 'photo.jpg'), picture);
    const changed = readFileSync(picture);
    commit();
    writeFileSync(picture, 'neither');
    for (const [ref, expected] of [
      [first, committed],
      ['HEAD', changed],
    ] as const) {
      const revision = await openRevision(vscode.Uri.file(picture), ref);
      const file = revision.file.fsPath;
      assert.deepEqual(readFileSync(file), expected);
      assert.equal(revision.bytes, expected.length);
      assert.equal(
        path.basename(file),
        `ein Bild – 1 (${ref === 'HEAD' ? ref : ref.slice(0, 7)}).png`,
      );
      // Its folder is one that a later process removes where this one is killed.
      const folderName = path.basename(path.dirname(file));
      assert.match(folderName, new RegExp(`^${process.pid}-[0-9a-f-]{36}$`));
      revision.dispose();
      await until(() => !existsSync(file), 'the file is removed');
      await until(() => !existsSync(path.dirname(file)), 'and its folder');
    }
  });

  it('opens a picture whose name is as long as a disk takes, or holds brackets and commands', async () => {
    const names = [`${'ü'.repeat(125)}.png`, '[a](b) $(rm) `x` "%41" \u202e.png', '-- HEAD:x.png'];
    mkdirSync(path.join(folder, 'sub'));
    for (const name of names) copyFileSync(picture, path.join(folder, 'sub', name));
    commit();
    for (const name of names)
      assert.equal(await refusal(path.join(folder, 'sub', name), 'HEAD'), 'opened', name);
  });

  it('finds a picture under the name it had before it was renamed', async () => {
    commit();
    const renamed = path.join(folder, 'renamed.png');
    git('mv', path.basename(picture), 'renamed.png');
    // Git's extension notices changes by itself, a little later.
    for (let waited = 0; (await refusal(renamed, 'HEAD')) !== 'opened'; waited++) {
      assert.ok(waited < 100, 'Git has told that the file was renamed');
      await delay(200);
    }
  });

  it('says what is missing: the repository, a commit, a version, the picture behind a pointer', async () => {
    assert.match(await refusal(picture, 'HEAD'), /has no commit HEAD/);
    writeFileSync(
      path.join(folder, 'lfs.png'),
      'version https://git-lfs.github.com/spec/v1\noid x\n',
    );
    commit();
    assert.match(await refusal(path.join(folder, 'lfs.png'), 'HEAD'), /Git LFS pointer/);
    assert.match(
      await refusal(path.join(folder, 'new.png'), 'HEAD'),
      /HEAD has no version of new\.png/,
    );
    assert.match(await refusal(picture, '0'.repeat(40)), /has no commit 0000000/);
    assert.match(
      await refusal(path.join('/', 'nowhere.png'), 'HEAD'),
      /not lie in a Git repository/,
    );
  });

  it('is compared from the explorer, from source control and from the timeline', async () => {
    const hash = commit();
    const uri = vscode.Uri.file(picture);
    const command = 'pisaUpscale.compareWithHead';
    await vscode.commands.executeCommand(command, uri);
    assert.deepEqual(tabs(), ['ein Bild – 1.png (HEAD)']);
    await vscode.commands.executeCommand(command, { resourceUri: uri });
    assert.deepEqual(tabs(), ['ein Bild – 1.png (HEAD)'], 'it is open already');
    await vscode.commands.executeCommand(command, { id: hash, ref: hash }, uri, 'git-history');
    assert.deepEqual(
      tabs().sort(),
      ['ein Bild – 1.png (HEAD)', `ein Bild – 1.png (${hash.slice(0, 7)})`].sort(),
    );
    await vscode.commands.executeCommand(command, { resourceUri: vscode.Uri.file('/a/notes.txt') });
    assert.equal(tabs().length, 2, 'what is no picture opens nothing');
  });
});
