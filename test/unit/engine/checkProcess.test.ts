import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { checkInProcess, type Check } from '../../../src/engine/trust/checkProcess';
import { machineSlowdown } from '../../../src/engine/trust/machineSlowdown';
import { readableReason } from '../../../src/engine/trust/readableReason';
import { inWords } from '../../../src/shared/phrase';

const folder = mkdtempSync(path.join(os.tmpdir(), 'pu-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Does a check with an engine that behaves as `body` says. */
async function outcomeOf(
  body: string,
  silenceMs = 60_000,
  slowdown?: () => number,
): Promise<string> {
  const entry = path.join(folder, 'engine.cjs');
  writeFileSync(entry, body);
  const check: Check = { kind: 'probe', device: 'webgpu', depth: 'operators' };
  const outcome = await checkInProcess(entry, check, silenceMs, slowdown);
  return 'failure' in outcome ? inWords(outcome.failure) : JSON.stringify(outcome.result);
}

const SAY = 'const say = (m) => new Promise((done) => process.send(m, done));';

describe('a check in a process of its own', () => {
  for (const [what, body, expected, silenceMs] of [
    [
      'a result',
      `${SAY} say({ step: 'a' }).then(() => say({ result: { check: JSON.parse(process.argv[3]) } }))
        .then(() => process.exit());`,
      /^\{"check":\{"kind":"probe","device":"webgpu","depth":"operators"\}\}$/,
    ],
    [
      'an error',
      `${SAY} say({ failure: 'no adapter' }).then(() => process.exit());`,
      /^no adapter$/,
    ],
    [
      'a crash has the name of what was computed',
      `${SAY} say({ step: 'Conv 3×3 in float32' }).then(() => process.kill(process.pid, 'SIGSEGV'));`,
      /^its test process ended early \(SIGSEGV\) during Conv 3×3 in float32$/,
    ],
    [
      'an exit tells the last that was printed',
      `console.error('first\\nlibvulkan: lost'); process.exitCode = 3;process.disconnect();`,
      /^its test process ended early \(exit code 3\): libvulkan: lost$/,
    ],
    [
      'a frozen driver is given up, with its name',
      `${SAY} say({ step: 'unet on webgpu in float16' }).then(() => { for (;;); });`,
      /did not answer for \d+ s during unet on webgpu in float16$/,
      1500,
    ],
    [
      'a device that is slow and goes on is not',
      `${SAY} let i = 0; setInterval(() => {
        if (++i < 5) void say({ step: String(i) });
        else void say({ result: 'done' }).then(() => process.exit());
      }, 600);`,
      /^"done"$/,
      2500,
    ],
  ] as const)
    it(what, async () => assert.match(await outcomeOf(body, silenceMs), expected));

  it('silence is judged by how busy the machine is', async () => {
    const quiet = `${SAY} setTimeout(() => say({ result: 'done' }).then(() => process.exit()), 300);`;
    assert.match(await outcomeOf(quiet, 100, () => 1), /did not answer for 0 s/);
    assert.equal(await outcomeOf(quiet, 100, () => 1000), '"done"');
  });

  it('a busy machine is one where more wants to run than there are cores', () => {
    const times = [0, 1, 2, 9, 40].map((load) => machineSlowdown(load, 2));
    assert.deepEqual(times, [1, 1, 1, 4.5, 12]);
  });
});

describe('what ONNX Runtime says is put into words for people', () => {
  for (const [said, expected] of [
    [
      '/src/core/x.cc:12 void f() adapter != nullptr was false. Failed to get a WebGPU adapter.\n  at',
      'Failed to get a WebGPU adapter',
    ],
    [
      'shader_helper.cc:416 GenerateSourceCode Program Transpose requires f16 but the device does not support it.',
      'Program Transpose requires f16 but the device does not support it',
    ],
    ['\n\n', 'failed without a message'],
  ] as const)
    it(expected, () => assert.equal(inWords(readableReason(said)), expected));
});
