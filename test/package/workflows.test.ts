/** The workflows that test and release, read by actionlint as GitHub would. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { REPOSITORY } from '../harness/paths.mjs';

const VERSION = '1.7.12';
const MODULE = `github.com/rhysd/actionlint/cmd/actionlint@v${VERSION}`;

/** Where actionlint is: on the PATH, else compiled once from Go's module proxy; else undefined. */
function findActionlint(): string | undefined {
  if (spawnSync('actionlint', ['-version']).status === 0) return 'actionlint';
  const cache =
    process.env.PISA_UPSCALE_CACHE ??
    process.env.XDG_CACHE_HOME ??
    path.join(os.homedir(), '.cache');
  const folder = path.join(cache, 'pisa-upscale', `actionlint-${VERSION}`);
  const program = path.join(folder, process.platform === 'win32' ? 'actionlint.exe' : 'actionlint');
  if (!existsSync(program))
    spawnSync('go', ['install', MODULE], {
      env: { ...process.env, GOBIN: folder },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  return existsSync(program) ? program : undefined;
}

const actionlint = findActionlint();
const missing = `actionlint is not on the PATH, and Go can’t install ${MODULE}`;
if (actionlint === undefined) console.log(`SKIPPED: the workflows are not checked. ${missing}`);
const skip = actionlint === undefined && missing;

/** What it says of workflows; other programs, which may be there or not, are not asked. */
const problemsOf = (...files: readonly string[]): { status: number | null; stdout: string } =>
  spawnSync(actionlint!, ['-oneline', '-shellcheck=', '-pyflakes=', ...files], {
    cwd: REPOSITORY,
    encoding: 'utf8',
  });

const workflow = (name: string): string => path.join(REPOSITORY, '.github/workflows', name);

test('actionlint has nothing to say of the workflows', { skip }, () => {
  const { status, stdout } = problemsOf(workflow('ci.yml'), workflow('release.yml'));
  assert.equal(stdout, '');
  assert.equal(status, 0);
});

test('it would have of a matrix without the key that is asked', { skip }, () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'pu-'));
  try {
    const wrong = path.join(folder, 'ci.yml');
    const text = readFileSync(workflow('ci.yml'), 'utf8');
    writeFileSync(wrong, text.replace('${{ matrix.node }}', '${{ matrix.nodes }}'));
    const { status, stdout } = problemsOf(wrong);
    assert.equal(status, 1);
    assert.match(stdout, /nodes/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
