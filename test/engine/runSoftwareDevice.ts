import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { bundleOf, bundleTests } from '../../scripts/test/bundleTests.mjs';

const FILE = 'test/engine/softwareDevice.ts';

/**
 * Runs softwareDevice.ts in a process of its own, since the dynamic linker and Vulkan's loader read
 * the environment when a process starts. `wrapper` is a command that runs Node instead of this one;
 * so many `tests` must pass.
 */
export async function runSoftwareDevice(
  wrapper: readonly string[],
  environment: NodeJS.ProcessEnv,
  tests: number,
): Promise<void> {
  const [command = process.execPath, ...before] = wrapper;
  await bundleTests([FILE]);
  const node = ['--test-reporter=spec', bundleOf(FILE)];
  const child = spawn(command, [...before, ...node], {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      process.stdout.write(text);
    });
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(code, 0, output);
  assert.match(output, new RegExp(`pass ${tests}\\b`));
  assert.match(output, /skipped 0\b/);
}
