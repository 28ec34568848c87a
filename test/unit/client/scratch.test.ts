import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { makeScratch, sweepStaleScratch } from '../../../src/client/scratch';
import { startedAt } from '../../../src/files/processStart';
import { BESIDE_TARGET, temporaryName } from '../../../src/shared/temporaryFiles';
import { leaveScratch, scratchRoot } from '../../harness/scratch';
import { asRoot, NOBODY, onPosix } from '../files/folder';

const ID = '00000000-0000-4000-8000-000000000001';
/** Numbers of processes end below it. */
const NO_PROCESS = 4194304;

describe('scratch folders', () => {
  const before = process.env.TMPDIR;
  let shared: string;
  beforeEach(() => {
    shared = mkdtempSync(path.join(before ?? '/tmp', 'pu-shared-'));
    chmodSync(shared, 0o1777);
    process.env.TMPDIR = shared;
    assert.equal(os.tmpdir(), shared);
  });
  afterEach(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(shared, { recursive: true, force: true });
  });

  it('lie in a folder that nobody else may enter', onPosix, async () => {
    const directory = await makeScratch();
    assert.equal(path.dirname(directory), scratchRoot());
    for (const folder of [directory, scratchRoot()])
      assert.equal(lstatSync(folder).mode & 0o777, 0o700);
  });

  it('of processes that are gone are swept, of those that live are not', async () => {
    const gone = leaveScratch(NO_PROCESS, ID);
    const lives = await makeScratch();
    await sweepStaleScratch();
    assert.deepEqual([existsSync(gone), existsSync(lives)], [false, true]);
  });

  it('whose word is just being written by this process stay, those of an earlier one don’t', async () => {
    const seconds = Date.now() / 1000;
    const [now, before] = [
      [ID, seconds],
      [ID.replace('1', '2'), seconds - 24 * 3600],
    ].map(([id, time]) => {
      const folder = leaveScratch(process.pid, String(id));
      writeFileSync(path.join(folder, 'owner.txt'), '');
      utimesSync(path.join(folder, 'owner.txt'), Number(time), Number(time));
      return folder;
    });
    await sweepStaleScratch();
    assert.deepEqual([existsSync(now!), existsSync(before!)], [true, false]);
  });

  it('without a word of a start, as on Windows, belong to no process that began later', async (context) => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      stdio: 'ignore',
    });
    try {
      if ((await startedAt(child.pid!)) === undefined) {
        context.skip('no program tells');
        return;
      }
      const HOUR = 3600;
      const now = Date.now() / 1000;
      const [earlier, later] = [
        [ID, now - HOUR],
        [ID.replace('1', '2'), now + HOUR],
      ].map(([id, seconds]) => {
        const folder = leaveScratch(child.pid!, String(id));
        writeFileSync(path.join(folder, 'owner.txt'), '');
        utimesSync(path.join(folder, 'owner.txt'), Number(seconds), Number(seconds));
        return folder;
      });
      await sweepStaleScratch();
      assert.deepEqual([existsSync(earlier!), existsSync(later!)], [false, true]);
    } finally {
      child.kill('SIGKILL');
    }
  });

  const squatters: readonly (readonly [string, () => void])[] = [
    [
      'open to others',
      () => {
        mkdirSync(scratchRoot());
        chmodSync(scratchRoot(), 0o777);
      },
    ],
    ['a link', () => symlinkSync(mkdtempSync(path.join(shared, 'x-')), scratchRoot())],
    ['a link that leads nowhere', () => symlinkSync(path.join(shared, 'none'), scratchRoot())],
    ['a file', () => writeFileSync(scratchRoot(), '')],
    ['a pipe', () => void execFileSync('mkfifo', [scratchRoot()])],
  ];
  for (const [what, squat] of squatters) {
    it(
      `take another name when the first is ${what}, and nothing there is touched`,
      onPosix,
      async () => {
        squat();
        const listed = (): string[] =>
          lstatSync(scratchRoot()).isDirectory() ? readdirSync(scratchRoot()) : [];
        const directory = await makeScratch();
        await sweepStaleScratch();
        assert.equal(path.dirname(directory), `${scratchRoot()}-2`);
        assert.deepEqual(listed(), []);
      },
    );
  }

  it('take a random name when all are taken', onPosix, async () => {
    for (const suffix of ['', '-2', '-3', '-4', '-5', '-6', '-7', '-8'])
      writeFileSync(scratchRoot() + suffix, '');
    const directory = await makeScratch();
    assert.match(path.basename(path.dirname(directory)), /^pisa-upscale-\d+-[A-Za-z0-9]{6}$/);
    assert.equal(lstatSync(path.dirname(directory)).mode & 0o777, 0o700);
  });

  it('of another user are neither used, nor read, nor swept', asRoot, async () => {
    const trap = (root: string): string => {
      const folder = path.join(root, `${NO_PROCESS}-${ID}`);
      mkdirSync(path.join(folder, 'd'), { recursive: true });
      writeFileSync(path.join(folder, 'd', 'file'), '');
      execFileSync('mkfifo', [path.join(folder, 'owner.txt')]);
      symlinkSync('/dev/zero', path.join(folder, BESIDE_TARGET));
      for (const each of [root, folder]) {
        chmodSync(each, 0o777);
        chownSync(each, NOBODY, NOBODY);
      }
      return folder;
    };
    const folder = trap(scratchRoot());
    // The place that older ways of naming had, too.
    const beside = trap(path.join(shared, `pisa-upscale-${NO_PROCESS}-${ID}`));
    const directory = await makeScratch();
    await sweepStaleScratch();
    assert.equal(path.dirname(directory), `${scratchRoot()}-2`);
    for (const each of [folder, beside])
      assert.deepEqual(readdirSync(each).sort(), [BESIDE_TARGET, 'd', 'owner.txt'].sort());
  });

  it('cannot be reached by another user at all', asRoot, async () => {
    const directory = await makeScratch();
    const tried = spawnSync(
      'sh',
      ['-c', `ls "${directory}" || touch "${directory}/x" || mv "${scratchRoot()}" "${shared}/y"`],
      { uid: NOBODY, gid: NOBODY, encoding: 'utf8' },
    );
    assert.notEqual(tried.status, 0);
    assert.deepEqual(readdirSync(directory), ['owner.txt']);
  });

  const words: readonly (readonly [string, (folder: string) => void])[] = [
    ['a pipe', (folder) => void execFileSync('mkfifo', [path.join(folder, 'owner.txt')])],
    ['a device', (folder) => symlinkSync('/dev/zero', path.join(folder, 'owner.txt'))],
    ['a folder', (folder) => mkdirSync(path.join(folder, 'owner.txt'))],
    ['a giant', (folder) => writeFileSync(path.join(folder, 'owner.txt'), 'x'.repeat(2 ** 20))],
  ];
  for (const [what, leave] of words) {
    it(`are swept although the word of their owner is ${what}`, onPosix, async () => {
      const folder = leaveScratch(NO_PROCESS, ID);
      leave(folder);
      const victim = path.join(shared, temporaryName('job'));
      mkdirSync(victim);
      writeFileSync(path.join(folder, BESIDE_TARGET), victim);
      await sweepStaleScratch();
      assert.ok(!existsSync(folder));
      assert.ok(existsSync(victim), 'a folder in the place of a temporary file stays');
    });
  }

  it('keep a link in them from leading out when they are swept', onPosix, async () => {
    const victim = path.join(shared, 'victim');
    mkdirSync(victim);
    writeFileSync(path.join(victim, 'doc'), '');
    const folder = leaveScratch(NO_PROCESS, ID);
    symlinkSync(victim, path.join(folder, 'l'));
    await sweepStaleScratch();
    assert.deepEqual([existsSync(folder), readdirSync(victim)], [false, ['doc']]);
  });
});
