import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { describe, it, test } from 'node:test';
import { ignoreCaseOf } from '../../../src/batch/gitCase';
import { IgnoreFiles, isIgnored } from '../../../src/batch/gitignore';
import { scan } from '../../../src/batch/scan';
import { folderWith, write } from './batchFolder';

const withGit = {
  skip: spawnSync('git', ['--version']).status === 0 ? false : 'Git is not installed',
};
const git = (folder: string, ...args: readonly string[]): string =>
  execFileSync('git', ['-C', folder, '-c', 'safe.directory=*', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
  });

/** No two names are one where case is nothing. */
const FILES = ['Assets/a.png', 'Foo.min.png', 'b/OUT/c.png', 'b/d.PNG', 'b/keep.png', 'É/e.png'];
const RULES = [
  'assets/',
  'Assets/',
  '/assets/*',
  'ASSETS/A.PNG',
  '*.min.png\n!foo.min.png',
  '*.MIN.PNG\n!Foo.min.png',
  'out',
  '**/out/*.png',
  'b/*.png\n!b/KEEP.png',
  '[a-c]/[N-P]*',
  'é/',
];

const picturesIn = async (root: string): Promise<readonly string[]> =>
  (await scan({ root, inputs: [root], exclude: [], respectGitignore: true })).pictures;

describe('case counts in .gitignore as Git says', withGit, () => {
  for (const setting of ['true', 'false'])
    for (const rules of RULES)
      it(`core.ignorecase=${setting}, ${JSON.stringify(rules)}`, async () => {
        const root = folderWith({
          '.gitignore': rules,
          ...Object.fromEntries(FILES.map((file) => [file, ''])),
        });
        git(root, 'init', '-q');
        git(root, 'config', 'core.ignorecase', setting);
        const left = git(root, 'ls-files', '--others', '--exclude-standard', '-z').split('\0');
        assert.deepEqual(
          await picturesIn(root),
          left.filter((file) => /\.png$/i.test(file)).sort(),
        );
      });

  it('of a second working tree and of a repository in another, each by its own', async () => {
    const outer = folderWith({ '.gitignore': 'assets/', 'Assets/a.png': '' });
    git(outer, 'init', '-q');
    git(outer, 'config', 'core.ignorecase', 'true');
    git(outer, 'add', '-A', '-f');
    git(outer, '-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', 'a');
    const tree = path.join(folderWith(), 'tree');
    git(outer, 'worktree', 'add', '-q', tree);
    assert.deepEqual(await picturesIn(tree), []);
    const inner = path.join(outer, 'inner');
    mkdirSync(inner);
    git(inner, 'init', '-q');
    git(inner, 'config', 'core.ignorecase', 'false');
    write(inner, '.gitignore', 'icons/');
    write(inner, 'Icons/i.png', '');
    assert.deepEqual(await picturesIn(outer), ['inner/Icons/i.png']);
    git(outer, 'config', 'core.ignorecase', 'false');
    renameSync(path.join(outer, 'Assets'), path.join(outer, 'ASSETS'));
    assert.deepEqual(await picturesIn(outer), ['ASSETS/a.png', 'inner/Icons/i.png']);
    assert.deepEqual(await picturesIn(tree), ['Assets/a.png']);
  });

  const configs = [
    '',
    '[core]',
    '[core]\n\tignorecase = true',
    '[core]\n\tignorecase = false',
    '[CORE]\n  IgnoreCase=Yes',
    '[core]\nignorecase',
    '[core]\nignorecase =',
    '[core] ignorecase = on',
    '[core]\nignorecase = "true" ; as made on a Mac',
    '[core]\nignorecase = 1 # one',
    '[core]\nignorecase = 0',
    '[core]\n# ignorecase = true',
    '[core]\nignorecase = true\nignorecase = off',
    '[core "ignorecase"]\nignorecase = true',
    '[core]\n[remote "core"]\nignorecase = true',
    '[user]\nignorecase = true\n[core]\nbare = false\r\n\tignorecase = no\r\n',
    '[core]\nignorecases = true\nxignorecase = true',
  ];
  for (const config of configs)
    it(`a configuration is read as Git reads it: ${JSON.stringify(config)}`, () => {
      const folder = folderWith({ config });
      const { stdout, status } = spawnSync(
        'git',
        ['config', '-f', path.join(folder, 'config'), '--type=bool', 'core.ignorecase'],
        { encoding: 'utf8' },
      );
      assert.equal(ignoreCaseOf(config), status === 0 ? stdout.trim() === 'true' : undefined);
    });
});

test('what no repository says is as disks of the system mostly are', async () => {
  const rules = { '.gitignore': 'assets/' };
  for (const files of [rules, { ...rules, '.git/config': '[core]\nbare = false\n' }])
    for (const [platform, isSame] of [
      ['linux', false],
      ['darwin', true],
      ['win32', true],
    ] as const) {
      const folder = folderWith(files);
      const own = await new IgnoreFiles(undefined, platform).rulesIn(folder);
      assert.equal(
        isIgnored(own ? [own] : [], path.join(folder, 'Assets'), true),
        isSame,
        platform,
      );
    }
});

test('a .git that is odd ends nothing and leads into no network', async () => {
  for (const text of [
    '',
    'gitdir:',
    'gitdir: ../nowhere',
    'gitdir: //server/share',
    'x'.repeat(9),
  ]) {
    const root = folderWith({ '.git': text, '.gitignore': 'b.png', 'a.png': '', 'b.png': '' });
    assert.deepEqual(await picturesIn(root), ['a.png']);
  }
});
