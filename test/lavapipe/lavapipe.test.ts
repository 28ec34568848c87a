import { test } from 'node:test';
import { ensureLavapipe, nodeInside } from '../../scripts/setup-lavapipe.mjs';
import { runSoftwareDevice } from '../engine/runSoftwareDevice';
import { ROOT } from '../engine/support';

/** Set where a machine that has no lavapipe is an error, as in CI. */
const IS_REQUIRED = process.env.PISA_UPSCALE_TEST_LAVAPIPE === 'required';

test('the WebGPU provider, on lavapipe, which has float16', async (context) => {
  const lavapipe = ensureLavapipe();
  if ('reason' in lavapipe) {
    const words = `NOT CHECKED: the second device in software and float16. ${lavapipe.reason}`;
    console.error(`\n${'!'.repeat(words.length)}\n${words}\n${'!'.repeat(words.length)}\n`);
    if (IS_REQUIRED) throw new Error(words);
    context.skip(words);
    return;
  }
  const environment = { DEVICE_HAS_FLOAT16: '1', DEVICE_RUNS_PISA: '1' };
  await runSoftwareDevice(nodeInside(lavapipe.root, ROOT), environment, 10);
});
