// --precision on the command line, and what a recipe pins: as a person sees it.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import type { DevicesReport } from '../../src/shared/engineProtocol';
import { PLACES, quickCli, treeOf, type CliRun, succeeds } from './batch/batchSupport';
import { largestDifference, pixelsOf, temporaryFolder, writePng } from './support';

const cli = quickCli();
const base = temporaryFolder();
let count = 0;

async function folder(...names: string[]): Promise<{
  root: string;
  run: (...args: string[]) => Promise<CliRun>;
}> {
  const root = path.join(base, `case-${++count}`);
  mkdirSync(root);
  for (const name of names) await writePng(path.join(root, name), 24, 20);
  return { root, run: (...args) => cli(root, `${root}-state`, ...PLACES, ...args) };
}

const EIGHT = ['--model', 'eight-bit-4x'];
const json = ({ stdout }: CliRun): Record<string, unknown>[] =>
  stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('what is asked for is what is done, and is told', async () => {
  const { root, run } = await folder('a.png');
  const files: string[] = [];
  for (const precision of ['fp32', 'int8']) {
    const out = `${precision}.png`;
    const [result] = json(
      await run('a.png', ...EIGHT, '--precision', precision, '--out', out, '--json'),
    );
    assert.equal(result?.precision, precision === 'int8' ? 'int8' : undefined);
    files.push(path.join(root, out));
  }
  const text = (await run('a.png', ...EIGHT, '--precision', 'int8', '--out', 'b.png')).stdout;
  assert.match(text, / s on cpu in int8$/m);
  const [floats, bytes] = await Promise.all(files.map(pixelsOf));
  const difference = largestDifference(floats!.data, bytes!.data);
  assert.ok(difference > 0 && difference <= 12, `${difference} levels`);
});

test('auto does what doctor says of the model, and the same again', async () => {
  const { root, run } = await folder('a.png');
  const doctor = async (...args: string[]): Promise<string> =>
    (await cli(root, `${root}-state`, ...PLACES.slice(0, 4), 'doctor', ...args)).stdout;
  const { devices } = JSON.parse(await doctor('--json')) as { devices: DevicesReport };
  const { precisions } = devices;
  const found = precisions.find(({ model }) => model === 'eight-bit-4x');
  assert.ok(found?.agrees, found?.reason);
  assert.ok(!precisions.some(({ model }) => model === 'one-layer-4x'));
  const outputs: Buffer[] = [];
  for (const out of ['one.png', 'two.png']) {
    const [result] = json(await run('a.png', ...EIGHT, '--out', out, '--json'));
    assert.equal(result?.precision ?? 'fp32', found.precision);
    outputs.push(readFileSync(path.join(root, out)));
  }
  assert.deepEqual(outputs[0], outputs[1]);
  assert.match(await doctor(), /^eight-bit-4x +(int8|fp32) +×\d/m);
});

describe('what can’t be had is refused with the reason, and nothing is written', () => {
  for (const [what, args, reason] of [
    ['of a model without it', ['--model', 'one-layer-4x'], /"one-layer-4x" has no form in 8 bits/],
    [
      'of a pair',
      ['--model', 'eight-bit-4x+one-layer-4x'],
      /"eight-bit-4x\+one-layer-4x" has no form in 8 bits/,
    ],
    ['on WebGPU', [...EIGHT, '--device', 'webgpu'], /CPU alone, and the device is "webgpu"/],
  ] as const)
    test(what, async () => {
      const { root, run } = await folder('a.png');
      const before = treeOf(root);
      for (const way of [['a.png'], ['.'], ['a.png', '--dry-run'], ['.', '--dry-run']]) {
        const { status, stdout, stderr } = await run(...way, ...args, '--precision', 'int8');
        assert.match(stdout + stderr, reason, way.join(' '));
        assert.equal(status, 1, way.join(' '));
      }
      assert.match(
        (await run('a.png', ...args, '--precision', 'int8')).stderr,
        /--precision decides/,
      );
      assert.deepEqual(treeOf(root), before);
    });

  test('a precision that is none', async () => {
    const { run } = await folder('a.png');
    assert.match(
      (await run('a.png', '--precision', 'int4')).stderr,
      /Allowed choices are auto, fp32, int8/,
    );
  });
});

describe('a recipe', () => {
  const recipe = (root: string, rule: object): void =>
    writeFileSync(
      path.join(root, '.pisa-upscale.json'),
      JSON.stringify({ rules: [{ files: '*.png', model: 'eight-bit-4x', ...rule }] }),
    );
  const lockOf = (root: string): { outputs: Record<string, { precision?: string }> } =>
    JSON.parse(readFileSync(path.join(root, '.pisa-upscale.lock.json'), 'utf8')) as ReturnType<
      typeof lockOf
    >;

  test('pins it: the lock says so, and a machine that left it open made no lie', async () => {
    const { root, run } = await folder('a.png');
    recipe(root, { precision: 'int8' });
    succeeds(await run());
    assert.equal(lockOf(root).outputs['a@4x.png']?.precision, 'int8');
    const made = readFileSync(path.join(root, 'a@4x.png'));
    succeeds(await run('--check'));

    // Whatever this machine would choose: what is there is what the recipe asks for.
    for (const precision of [undefined, 'auto', 'int8'] as const) {
      recipe(root, { precision });
      assert.equal((await run('--check')).status, 0, precision);
    }
    recipe(root, { precision: 'fp32' });
    assert.equal((await run('--check')).status, 1);
    succeeds(await run());
    assert.equal(lockOf(root).outputs['a@4x.png']?.precision, undefined);
    assert.notDeepEqual(readFileSync(path.join(root, 'a@4x.png')), made);
    succeeds(await run('--check'));

    // Removed and made anew it is the same.
    recipe(root, { precision: 'int8' });
    rmSync(path.join(root, 'a@4x.png'));
    succeeds(await run());
    assert.deepEqual(readFileSync(path.join(root, 'a@4x.png')), made);
  });

  test('shards of machines that chose differently are joined, and the difference is told', async () => {
    const { root, run } = await folder('a.png', 'b.png', 'c.png', 'd.png', 'e.png', 'f.png');
    for (const [shard, precision] of [
      ['1/2', 'int8'],
      ['2/2', 'fp32'],
    ] as const) {
      recipe(root, { precision });
      const { status, stdout, stderr } = await run('--shard', shard);
      assert.equal(status, 0, stdout + stderr);
    }
    const merged = await cli(root, `${root}-state`, ...PLACES.slice(0, 4), '--merge-lock');
    assert.equal(merged.status, 0, merged.stderr);
    recipe(root, {});
    const check = await run('--check');
    assert.equal(check.status, 0, check.stdout + check.stderr);
    assert.match(check.stderr, /computed in 8 bits \(\d\) and in 32-bit floats \(\d\)/);
    recipe(root, { precision: 'fp32' });
    assert.equal((await run('--check')).status, 1);
  });
});
