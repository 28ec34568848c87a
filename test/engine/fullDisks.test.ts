// Disks that are full, read-only or not there: what is said is so, and no number of the system is
// shown. A cache that can't be written stops nothing.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { warmCli } from '../harness/warmCli';
import { MODEL, PLACES } from './batch/batchSupport';
import { CLI, temporaryFolder, writePng } from './support';

const mounted: string[] = [];
// Before the folder is removed, so it is said before that is made.
after(() => {
  for (const folder of mounted) spawnSync('umount', ['-l', folder]);
});
const base = temporaryFolder();
const at = (name: string): string => path.join(base, name);

/** A disk of 64 kB in memory; only root may make one, and not everywhere. */
function mount(folder: string): boolean {
  mkdirSync(folder);
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
  if (status === 0) mounted.push(folder);
  return status === 0;
}
const canMount = process.platform === 'linux' && process.getuid?.() === 0 && mount(at('full'));
const onDisks = { skip: canMount ? false : 'only root may mount a disk' };

before(() => {
  if (!canMount) return;
  spawnSync('dd', ['if=/dev/zero', `of=${at('full/ballast')}`, 'bs=1k', 'count=100']);
  mount(at('read-only'));
  execFileSync('mount', ['-o', 'remount,ro', at('read-only')]);
  writeFileSync(at('file'), 'no folder');
});

const cli = warmCli(CLI);
let count = 0;
type Ended = { readonly code: number | null; readonly text: string; readonly folder: string };

/** The system itself asks this process's variables for a home and for a place of temporary files. */
async function withVariables<T>(variables: NodeJS.ProcessEnv, work: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  const set = (values: NodeJS.ProcessEnv): void => {
    for (const name of Object.keys(variables))
      if (values[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = values[name];
  };
  set(variables);
  try {
    return await work();
  } finally {
    set(before);
  }
}

/** Runs the command line in a folder with two pictures. */
async function run(
  variables: NodeJS.ProcessEnv,
  args: readonly string[],
  hasRecipe = false,
): Promise<Ended> {
  const folder = at(`case-${++count}`);
  mkdirSync(folder);
  for (const name of ['a.png', 'b.png']) await writePng(path.join(folder, name), 10, 8);
  if (hasRecipe)
    writeFileSync(
      path.join(folder, '.pisa-upscale.json'),
      '{ "rules": [{ "files": "*.png", "model": "one-layer-4x" }] }',
    );
  const { status, stdout, stderr } = await withVariables(
    { PISA_UPSCALE_STATE: undefined, XDG_CACHE_HOME: undefined, ...variables },
    () => cli(folder, {}, ...(hasRecipe ? PLACES : MODEL), ...args),
  );
  const text = stdout + stderr;
  assert.doesNotMatch(text, /\bE[A-Z]{3,}\b|errno|syscall|at .*\.js:/, 'no number of the system');
  return { code: status, text, folder };
}

describe('a home that can’t be written to: all is made, and one warning says what is lost', () => {
  for (const [home, sentence] of [
    ['full', /No space is left in /],
    ['read-only', /Nothing can be written in /],
    ['file/home', /file is not a folder, so nothing can lie in it/],
  ] as const)
    for (const way of ['folder', 'recipe', 'picture'] as const)
      test(`${home}, ${way}`, onDisks, async () => {
        const args = { folder: ['.'], recipe: [], picture: ['a.png', 'b.png'] }[way];
        const { code, text, folder } = await run({ HOME: at(home) }, args, way === 'recipe');
        assert.equal(code, 0, text);
        for (const name of ['a@4x.png', 'b@4x.png'])
          assert.ok(existsSync(path.join(folder, name)), name);
        if (way === 'picture') return;
        assert.match(text, sentence);
        assert.equal(text.match(/warning: /g)?.length, 1, text);
        assert.match(text, /PISA_UPSCALE_STATE names another folder/);
      });
});

/** A disk may have room later: a scheduler may try again; rights and paths stay as they are. */
const exitCode = (folder: string): number => (folder === 'full' ? 75 : 1);

describe('no place for temporary files: it is told which, and that TMPDIR chooses another', () => {
  for (const [folder, sentence] of [
    ['full', /No space is left in \S+full\./],
    ['read-only', /The disk of \S+read-only is read-only, so nothing can be written there\./],
    ['not-there', /The folder \S+not-there does not exist/],
  ] as const)
    for (const input of ['a.png', '.'])
      test(`${folder}, ${input}`, onDisks, async () => {
        const { code, text } = await run({ TMPDIR: at(folder), PISA_UPSCALE_STATE: at('state') }, [
          input,
        ]);
        assert.equal(code, exitCode(folder), text);
        assert.match(text, /There is no place for temporary files/);
        assert.match(text, sentence);
        assert.match(text, /TMPDIR/);
        assert.doesNotMatch(text, /model|damaged/);
      });
});

describe('no place for results: it is told which, and why', () => {
  for (const [folder, sentence] of [
    ['full', /could not be written to \S+full: the disk is full\. Free some space/],
    ['read-only', /The disk of \S+read-only is read-only.*Choose a folder on another disk\./],
  ] as const)
    for (const input of ['a.png', '.'])
      test(`${folder}, ${input}`, onDisks, async () => {
        const { code, text } = await run({ PISA_UPSCALE_STATE: at('state') }, [
          input,
          '--out',
          at(folder),
        ]);
        assert.equal(code, exitCode(folder), text);
        assert.match(text, sentence);
      });
});
