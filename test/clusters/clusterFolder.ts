import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import assert from 'node:assert/strict';
import { writePictures, cli, treeOf } from '../engine/batch/batchSupport';
import { CLI, NO_STORE, ROOT, TEST_MODELS } from '../engine/support';

/** Set where a machine without the scheduler is an error, as in CI. */
const IS_REQUIRED = process.env.PISA_UPSCALE_TEST_CLUSTERS === 'required';

/** Skips the test so that nobody misses it. */
export function notChecked(context: TestContext, what: string): void {
  const words = `NOT CHECKED: ${what}`;
  console.error(`\n${'!'.repeat(words.length)}\n${words}\n${'!'.repeat(words.length)}\n`);
  if (IS_REQUIRED) throw new Error(words);
  context.skip(words);
}

/** The code that follows `title` in docs/cluster.md, as a person would copy it. */
export function scriptOf(title: string): string {
  const text = readFileSync(path.join(ROOT, 'docs/cluster.md'), 'utf8');
  const after = text.slice(text.indexOf(`\`${title}\``));
  const [, script] = /```\w+\n(.*?)```/s.exec(after) ?? [];
  assert.ok(script !== undefined && text.includes(`\`${title}\``), title);
  return script;
}

/**
 * A project with a recipe whose results lie among its sources, and what one machine made of it.
 */
export async function makeProject(
  folder: string,
): Promise<{ readonly project: string; readonly expected: Record<string, string> }> {
  const project = path.join(folder, 'project');
  mkdirSync(project, { recursive: true });
  await writePictures(project, 12);
  writeFileSync(
    path.join(project, '.pisa-upscale.json'),
    JSON.stringify({
      rules: [{ files: '**/*', model: 'two-branch-4x', scale: 4, output: 'large/{name}.{ext}' }],
    }),
  );
  const alone = path.join(folder, 'alone');
  cpSync(project, alone, { recursive: true });
  const options = ['--models-dir', TEST_MODELS, '--store', NO_STORE, '--device', 'cpu'];
  const { status, stderr } = cli(alone, path.join(folder, 'state-alone'), ...options);
  assert.equal(status, 0, stderr);
  return { project, expected: treeOf(alone) };
}

/** A folder for the PATH with the command that the documentation calls. */
export function makeCommand(folder: string): string {
  const place = path.join(folder, 'bin');
  mkdirSync(place, { recursive: true });
  const file = path.join(place, 'pisa-upscale');
  writeFileSync(
    file,
    [
      '#!/bin/bash',
      `export PISA_UPSCALE_STATE="${folder}/state-$$"`,
      `exec "${process.execPath}" "${CLI}" --models-dir "${TEST_MODELS}" --store "${NO_STORE}" "$@"`,
      '',
    ].join('\n'),
  );
  chmodSync(file, 0o755);
  return place;
}

/** What lies in a project, without what schedulers write beside it. */
export function resultsOf(project: string): Record<string, string> {
  const isOurs = (name: string): boolean => !/\.(log|sh|sbatch|py)$/.test(name);
  return Object.fromEntries(Object.entries(treeOf(project)).filter(([name]) => isOurs(name)));
}
