import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { ModelRegistry } from '../../../src/engine/models/registry';
import type { RemoteDevice } from '../../../src/engine/remote/remoteDevice';
import { tilePace } from '../../../src/engine/remote/tilePace';

const models = new ModelRegistry([path.resolve(__dirname, '../../fixtures/models')]);

test('of the time of a tile, the way is told from the computing where two branches tell it', async () => {
  const { signal } = new AbortController();
  let clock = 0;
  let runs = 0;
  // The first of each is slower, as on a connection that is new.
  const takes = async (milliseconds: number): Promise<void> =>
    void (clock += milliseconds + (runs++ % 3 === 0 ? 500 : 0));
  const device = {
    descriptor: ({ manifest }: { manifest: object }) => manifest,
    greet: () => takes(20),
    infer: (_model: unknown, { outputs }: { outputs: readonly string[] }) =>
      takes(20 + 50 + 100 * outputs.length),
  } as unknown as RemoteDevice;
  const paceOf = async (id: string): ReturnType<typeof tilePace> =>
    tilePace(device, (await models.find(id)).served!, signal, () => clock);
  const { milliseconds, networkMs } = await paceOf('two-branch-4x');
  assert.deepEqual([milliseconds, networkMs], [270, 220]);
  const single = await paceOf('one-layer-4x');
  assert.deepEqual([single.milliseconds, single.networkMs], [170, 20]);
});
