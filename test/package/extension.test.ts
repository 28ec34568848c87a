/**
 * `npm run package` for every target: what is inside, and whether the natives of this machine load
 * from it. UPDATE_EXPECTED=1 writes the lists of files anew.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { notedFiles } from '../../scripts/package/lastMade.mjs';
import { TARGETS } from '../../scripts/package/targets.mjs';
import { problemsOf, type PackedFile } from '../../scripts/package/vsixContents.mjs';
import { makeTemporaryFolder, REPOSITORY } from '../harness/paths.mjs';
import {
  isShown,
  makeExtensions,
  makeReleased,
  RELEASED_FILE,
  releasedVsix,
  unpackExtension,
  vsixOf,
} from './packages';

const EXPECTED = path.join(REPOSITORY, 'test/package/expected');
const COMMON = 'common';
const names = Object.keys(TARGETS);
/** Packed without the address of a repository; the others as a release is, with it. */
const PLAIN_TARGET = 'darwin-arm64';
const RELEASED_TARGET = 'linux-arm64';
const contents = new Map<string, readonly PackedFile[]>();
let scratch: string;
const fileOf = (name: string): string =>
  name === PLAIN_TARGET ? vsixOf(name) : releasedVsix(name);

before(() => {
  scratch = makeTemporaryFolder();
  makeExtensions([PLAIN_TARGET]);
  makeReleased(names.filter((name) => name !== PLAIN_TARGET));
  for (const name of names) contents.set(name, notedFiles(fileOf(name)));
  if (process.env.UPDATE_EXPECTED === '1') writeExpected();
});
after(() => rmSync(scratch, { recursive: true, force: true }));

const filesOf = (target: string): string[] => contents.get(target)!.map(({ name }) => name);
const listFile = (name: string): string => path.join(EXPECTED, `${name}.txt`);
const readList = (name: string): string[] =>
  existsSync(listFile(name)) ? readFileSync(listFile(name), 'utf8').trimEnd().split('\n') : [];

function writeExpected(): void {
  const common = filesOf(names[0]!).filter((file) =>
    names.every((name) => filesOf(name).includes(file)),
  );
  writeFileSync(listFile(COMMON), `${common.join('\n')}\n`);
  for (const name of names) {
    const own = filesOf(name).filter((file) => !common.includes(file));
    writeFileSync(listFile(name), `${own.join('\n')}\n`);
  }
}

for (const name of names) {
  test(`${name}: the files are those that were agreed on`, () => {
    assert.deepEqual(filesOf(name), [...readList(COMMON), ...readList(name)].sort());
  });

  test(`${name}: every binary is of that platform, nothing is too large`, () => {
    assert.deepEqual(problemsOf(fileOf(name), contents.get(name)!, TARGETS[name]!), []);
  });
}

test('a binary of another platform, a source map and an empty native are found', () => {
  const target = TARGETS['linux-x64']!;
  const wrong: PackedFile[] = [
    { name: 'extension/a.dll', size: 1, binary: 'pe x64' },
    { name: 'extension/b.so', size: 1, binary: 'elf arm64' },
    { name: 'extension/c.node', size: 0, binary: undefined },
    { name: 'extension/d.js.map', size: 1, binary: undefined },
  ];
  const problems = problemsOf(fileOf('linux-x64'), wrong, target);
  for (const { name } of wrong)
    assert.ok(
      problems.some((problem) => problem.includes(name)),
      name,
    );
});

const here = `${process.platform}-${process.arch}`;
test(
  'the natives load from the package, with nothing else near',
  { skip: !(here in TARGETS) && `no package for ${here}` },
  async () => {
    const folder = path.join(scratch, 'extension');
    await unpackExtension(fileOf(here), folder);
    const script = path.join(REPOSITORY, 'test/package/loadNatives.cjs');
    const answer: unknown = JSON.parse(
      execFileSync(process.execPath, [script, folder, 'sharp', 'onnxruntime'], {
        cwd: scratch,
        encoding: 'utf8',
      }),
    );
    assert.deepEqual(answer, { platform: here, sharp: 'png 12x8', onnxruntime: '1x3x32x48' });
  },
);

test('the page of the extension needs no file and no other site', async () => {
  const folder = path.join(scratch, 'page');
  await unpackExtension(vsixOf(PLAIN_TARGET), folder, isShown);
  const text = readFileSync(path.join(folder, 'readme.md'), 'utf8');
  for (const [, address] of text.matchAll(/\]\(([^)]*)\)/g)) assert.match(address!, /^(https:|#)/);
});

test('the walkthrough’s pictures are in the package', async () => {
  const folder = path.join(scratch, 'page');
  type Walkthrough = { readonly steps: readonly { readonly media: { readonly image: string } }[] };
  const { contributes } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    contributes: { walkthroughs: readonly Walkthrough[] };
  };
  const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
  assert.ok(steps.length > 0);
  for (const { media } of steps) {
    const { format, width } = await sharp(path.join(folder, media.image)).metadata();
    assert.equal(format, 'webp');
    assert.ok(width >= 800, media.image);
  }
});

test('with a repository, every picture and link of the page leads to a file of it', async () => {
  const folder = path.join(scratch, 'released');
  await unpackExtension(fileOf(RELEASED_TARGET), folder, isShown);
  const page = readFileSync(path.join(folder, 'readme.md'), 'utf8');
  const source = readFileSync(path.join(REPOSITORY, 'README.md'), 'utf8');
  const files = [...page.matchAll(RELEASED_FILE)].map(([, kind, file]) => ({ kind, file: file! }));
  const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;
  assert.equal(files.filter(({ kind }) => kind === 'raw').length, count(source, /!\[/g));
  assert.equal(files.length, count(source, /\]\((?!https?:|#)/g));
  for (const { file } of files) assert.ok(existsSync(path.join(REPOSITORY, file)), file);
});

test('the notices name every package that is inside', () => {
  const notices = readFileSync(path.join(REPOSITORY, 'THIRD_PARTY_NOTICES.md'), 'utf8');
  const listed = (name: string): boolean => {
    const general = name
      .replace(/^(@img\/sharp-win32)-.*/, '$1-<cpu>')
      .replace(/^(@img\/sharp(-libvips)?)-(linux|darwin)-.*/, '$1-<platform>');
    return notices.includes(`\n| ${general} | `) && notices.includes(`\n## ${general}\n`);
  };
  for (const name of names)
    for (const file of filesOf(name)) {
      const inside = /\/dist\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
      assert.ok(inside === undefined || listed(inside), inside);
    }
});

test('the manifest in the package has nothing of developing', async () => {
  const folder = path.join(scratch, 'page');
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as object;
  for (const key of ['private', 'scripts', 'dependencies', 'devDependencies', 'allowScripts'])
    assert.ok(!(key in manifest), key);
});
