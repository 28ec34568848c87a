import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ensureStrace } from '../../scripts/setup-test-host.mjs';
import { CLI, temporaryFolder, TEST_MODELS, writePng } from './support';

const strace = ensureStrace();
if (strace === undefined)
  console.error('NOT CHECKED: that no socket is opened. strace is missing and can’t be installed.');

/** Every file below a folder, as paths relative to it. */
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();

const root = temporaryFolder();
const environment = (folder: string): NodeJS.ProcessEnv => {
  const own = { HOME: 'home', XDG_CACHE_HOME: 'cache', XDG_DATA_HOME: 'data', TMPDIR: 'tmp' };
  const env: NodeJS.ProcessEnv = { PATH: process.env.PATH };
  for (const [name, sub] of Object.entries(own)) {
    env[name] = path.join(folder, sub);
    mkdirSync(path.join(folder, sub), { recursive: true });
  }
  return env;
};

/** What the product keeps by itself: the store of models, and nothing of any library's. */
const OWN = /^(data|cache|home\/\.local\/share|home\/\.cache)\/pisa-upscale\//;

for (const [name, args] of [
  ['a run', ['picture.png', '--models-dir', TEST_MODELS, '--model', 'one-layer-4x']],
  ['a check of the devices', ['doctor']],
] as const) {
  test(`${name} opens no socket to any network and leaves no file of a library`, async (t) => {
    const folder = path.join(root, args[0].replace('.', '-'));
    mkdirSync(folder);
    await writePng(path.join(folder, 'picture.png'), 24, 16);
    const log = path.join(folder, 'strace.log');
    const env = environment(folder);
    const command = [process.execPath, CLI, ...args];
    const traced =
      strace === undefined
        ? command
        : [strace, '-f', '-qq', '-e', 'trace=network', '-o', log, ...command];
    const result = spawnSync(traced[0]!, traced.slice(1), { cwd: folder, env, encoding: 'utf8' });
    assert.equal(result.status, 0, result.stdout + result.stderr);
    const kept = ['home', 'cache', 'data', 'tmp']
      .flatMap((sub) => filesIn(path.join(folder, sub)).map((file) => `${sub}/${file}`))
      .filter((file) => !OWN.test(file));
    assert.deepEqual(kept, []);
    if (strace === undefined) {
      t.diagnostic('sockets were not checked: strace is missing');
      return;
    }
    const lines = readFileSync(log, 'utf8').split('\n');
    assert.deepEqual(
      lines.filter((line) => /AF_INET|AF_NETLINK|AF_PACKET/.test(line)),
      [],
    );
  });
}
