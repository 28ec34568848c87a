import assert from 'node:assert/strict';
import os from 'node:os';
import { test } from 'node:test';
import { EngineClient } from '../../src/client/engineClient';
import { ENGINE, TEST_MODELS } from './support';

const { PRIORITY_BELOW_NORMAL, PRIORITY_NORMAL } = os.constants.priority;
const NO_STORE = '/nonexistent';

/** The priority of an engine that was started in an environment which says `said` of it. */
async function priorityOf(said: string | undefined): Promise<number> {
  if (said === undefined) delete process.env.PISA_UPSCALE_PRIORITY;
  else process.env.PISA_UPSCALE_PRIORITY = said;
  const client = new EngineClient({
    entry: ENGINE,
    modelFolders: [TEST_MODELS],
    store: NO_STORE,
    idleSeconds: 60,
    log: () => undefined,
  });
  try {
    await client.models();
    const pid = client.processId;
    assert.ok(pid);
    return os.getPriority(pid);
  } finally {
    await client.dispose();
  }
}

for (const [said, wanted] of [
  [undefined, PRIORITY_BELOW_NORMAL],
  ['low', PRIORITY_BELOW_NORMAL],
  ['normal', PRIORITY_NORMAL],
] as const)
  test(`an engine's priority where PISA_UPSCALE_PRIORITY says ${said ?? 'nothing'}: ${wanted}`, async () => {
    assert.equal(await priorityOf(said), Math.max(wanted, os.getPriority()));
  });
