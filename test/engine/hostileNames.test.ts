// The command line in a folder whose files are named by somebody who wants more than to be read.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { HOSTILE_TEXTS } from '../unit/hostileTexts';
import { MODEL, quickCli, type CliRun } from './batch/batchSupport';
import { temporaryFolder, writePng } from './support';

const cli = quickCli();
const root = temporaryFolder();
const state = temporaryFolder();
const pictures = path.join(root, 'pictures');

/** File systems take every byte but two, and 255 of them. */
const names = Object.values(HOSTILE_TEXTS)
  .map((text) => Buffer.from(text.replaceAll('/', '\u2215')).toString())
  .map((text) => text.replace(/\.png$/, ''))
  .filter((name) => Buffer.byteLength(name) < 200)
  .map((name) => `${name}.png`);

before(async () => {
  mkdirSync(pictures);
  await writePng(path.join(root, 'source.png'), 12, 10);
  for (const [index, name] of names.entries()) {
    const file = path.join(pictures, name);
    // Some can be upscaled, some are refused by their content.
    if (index % 3 === 0) writeFileSync(file, 'no picture');
    else copyFileSync(path.join(root, 'source.png'), file);
  }
});

const CONTROLS = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const CI_COMMAND = /^\s*::|##\[|##vso\[|##teamcity\[|^\s*(?:---|\+\+\+|~~~) /m;

function assertHarmless({ stdout, stderr }: CliRun): void {
  for (const text of [stdout, stderr]) {
    assert.doesNotMatch(text, CONTROLS);
    assert.doesNotMatch(text, CI_COMMAND);
  }
}

test('the plan, as lines and as JSON', async () => {
  const plan = await cli(root, state, ...MODEL, 'pictures', '--dry-run', '--min-side', '1');
  // Every third is no picture, which a plan says, too.
  assert.equal(plan.status, 1, plan.stderr);
  assertHarmless(plan);
  assert.equal(plan.stdout.trimEnd().split('\n').length, names.length);
  const json = await cli(
    root,
    state,
    ...MODEL,
    'pictures',
    '--dry-run',
    '--json',
    '--min-side',
    '1',
  );
  assertHarmless(json);
  assert.deepEqual(
    json.stdout
      .trimEnd()
      .split('\n')
      .map((line) => path.basename((JSON.parse(line) as { input: string }).input))
      .sort(),
    [...names].sort(),
  );
});

test('single files: results, refusals and names of options', async () => {
  const files = names.map((name) => path.join(pictures, name));
  const run = await cli(
    root,
    state,
    ...MODEL,
    '--',
    ...files.slice(0, 6),
    path.join(root, names[9]!),
  );
  assert.equal(run.status, 1, run.stderr);
  assertHarmless(run);
  assertHarmless(await cli(root, state, ...MODEL, '--json', '--', ...files.slice(6, 9)));
  for (const name of names) {
    assertHarmless(await cli(root, state, `--${name}`));
    if (name === names[4]) break;
  }
  assertHarmless(await cli(root, state, '--model', names[14]!, '--', files[1]!));
  assertHarmless(await cli(root, state, '--recipe', `${names[15]!}.json`));
});

test('a batch: its run, its errors, and what --check says', async () => {
  const run = await cli(root, state, ...MODEL, 'pictures', '--min-side', '1');
  assertHarmless(run);
  assert.ok(readdirSync(pictures).length > names.length);
  assertHarmless(await cli(root, state, ...MODEL, 'pictures', '--check', '--min-side', '1'));
});
