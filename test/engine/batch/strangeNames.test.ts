// Names that a disk takes and a lock can't say again: refused before anything is made of them.
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { onPosix } from '../../unit/files/folder';
import { temporaryFolder, writePng } from '../support';
import { MODEL, PLACES, quickCli, succeeds, treeOf, type CliRun } from './batchSupport';

const cli = quickCli();
const base = temporaryFolder();
const NAMES = ['line\nfeed', 'bell\u0007', 'tab\t', 'deleted\u007f', 'c:drive'];
let count = 0;

describe('a batch with a name that no lock can hold leaves that picture alone, and goes on', () => {
  for (const way of ['recipe', 'folder'] as const)
    for (const name of NAMES)
      it(`${way}, ${JSON.stringify(name)}`, onPosix, async () => {
        const root = path.join(base, `${++count}`);
        mkdirSync(root);
        for (const one of [name, 'plain']) await writePng(path.join(root, `${one}.png`), 10, 8);
        if (way === 'recipe')
          writeFileSync(
            path.join(root, '.pisa-upscale.json'),
            '{ "rules": [{ "files": "**/*", "model": "one-layer-4x" }] }',
          );
        const run = (): Promise<CliRun> =>
          cli(root, `${root}-state`, ...(way === 'recipe' ? PLACES : [...MODEL, '.']));
        for (const turn of ['first', 'second']) {
          const { status, stderr } = await run();
          assert.equal(status, 1, stderr);
          assert.match(stderr, /Its name has a control character, or begins like a drive/, turn);
          assert.doesNotMatch(stderr, /damaged/);
          assert.ok(existsSync(path.join(root, 'plain@4x.png')));
          assert.equal(Object.keys(treeOf(root)).filter((file) => /@4x/.test(file)).length, 1);
        }
        succeeds(await cli(root, `${root}-state`, ...MODEL, `${name}.png`));
        assert.ok(existsSync(path.join(root, `${name}@4x.png`)));
      });
});

const onLinux = { skip: process.platform !== 'linux' && 'names here are text' };

it(
  'a name with bytes that are no text is told as that, in a folder and by itself',
  onLinux,
  async () => {
    const root = path.join(base, `${++count}`);
    mkdirSync(root);
    await writePng(path.join(root, 'plain.png'), 10, 8);
    const bytes = Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xe9, 0x74, 0xe9])]);
    copyFileSync(path.join(root, 'plain.png'), Buffer.concat([bytes, Buffer.from('.png')]));
    for (const named of ['.', '\ufffdt\ufffd.png']) {
      const { status, stderr } = await cli(root, `${root}-state`, ...MODEL, named);
      assert.equal(status, 1, stderr);
      assert.match(stderr, /its name has bytes that are not text \(UTF-8\)\. Rename it\./);
      assert.doesNotMatch(stderr, /does not exist/);
    }
    assert.ok(existsSync(path.join(root, 'plain@4x.png')));
  },
);
