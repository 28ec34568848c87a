import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';

/** Tests in softwareDevice.ts. */
const TESTS = 7;

/**
 * Runs softwareDevice.ts in a process of its own, since the dynamic linker and Vulkan's loader read
 * the environment when a process starts. `wrapper` is a command that runs Node instead of this one.
 */
export async function runSoftwareDevice(
  wrapper: readonly string[],
  environment: NodeJS.ProcessEnv,
  file = 'test/engine/softwareDevice.ts',
): Promise<void> {
  const [command = process.execPath, ...before] = wrapper;
  const node = ['--import', 'tsx', '--test', '--test-reporter=spec', file];
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
  assert.match(output, new RegExp(`pass ${TESTS}\\b`));
  assert.match(output, /skipped 0\b/);
}
