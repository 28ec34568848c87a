import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { writeSafetensors, type Tensor } from '../harness/networks';
import { CLI, temporaryFolder } from './support';

const folder = temporaryFolder();
const at = (name: string): string => path.join(folder, name);

/** A Real-ESRGAN of 23 blocks. What it computes does not matter, how long does. */
function bigNetwork(): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  const conv = (name: string, out: number, from: number): void => {
    const shape = [out, from, 3, 3];
    tensors.set(`${name}.weight`, { shape, data: new Float32Array(out * from * 9) });
    tensors.set(`${name}.bias`, { shape: [out], data: new Float32Array(out) });
  };
  conv('conv_first', 64, 3);
  for (let block = 0; block < 23; block++)
    for (let dense = 1; dense <= 3; dense++)
      for (let k = 1; k <= 5; k++)
        conv(`body.${block}.rdb${dense}.conv${k}`, k === 5 ? 64 : 32, 32 + 32 * k);
  for (const name of ['conv_body', 'conv_up1', 'conv_up2', 'conv_hr']) conv(name, 64, 64);
  conv('conv_last', 3, 64);
  return tensors;
}

/** What the command line says until it has said `until`, or has ended. */
function heard(args: readonly string[], until?: RegExp): Promise<string> {
  const child = spawn(process.execPath, [CLI, '--store', at('store'), ...args]);
  let said = '';
  child.stdout.resume();
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (until?.test(said)) child.kill('SIGINT');
  });
  return new Promise((resolve) => child.on('close', () => resolve(said)));
}

test('how long a big network will take is told before it starts, with what is faster', async () => {
  writeSafetensors(at('big.safetensors'), bigNetwork());
  const added = await heard(['models', 'add', at('big.safetensors'), '--yes']);
  assert.match(added, /--model big/);
  const large = at('large.png');
  const create = { width: 4000, height: 3000, channels: 3, background: '#567' } as const;
  await sharp({ create }).png().toFile(large);
  const told =
    /large\.png will take about (\d+ h )?\d+ min on cpu\. The embedded model is much faster: --model pisa-compact-4x\./;
  const out = ['-o', at('out.png'), '--device', 'cpu'];
  assert.match(await heard([large, '-m', 'big', ...out], told), told);
  // A picture that is soon done says nothing.
  const small = at('small.png');
  await sharp({ create: { ...create, width: 8, height: 8 } })
    .png()
    .toFile(small);
  assert.doesNotMatch(await heard([small, '-m', 'big', ...out]), /will take/);
});
