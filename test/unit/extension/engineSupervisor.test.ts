import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EngineClient } from '../../../src/client/engineClient';
import { EngineSupervisor } from '../../../src/extension/engineSupervisor';

function setUp(): { supervisor: EngineSupervisor; events: string[] } {
  const events: string[] = [];
  let count = 0;
  const supervisor = new EngineSupervisor(() => {
    const name = ++count;
    events.push(`new ${name}`);
    return {
      processId: name,
      dispose: async () => void events.push(`end ${name}`),
    } as unknown as EngineClient;
  });
  return { supervisor, events };
}

test('nothing is created before the first use', async () => {
  const { supervisor, events } = setUp();
  supervisor.replace();
  assert.equal(supervisor.processId, undefined);
  assert.deepEqual(events, []);
  await supervisor.use(async (client) => assert.equal(client.processId, 1));
  await supervisor.use(async (client) => assert.equal(client.processId, 1));
  assert.deepEqual(events, ['new 1']);
});

test('a replaced client finishes its work first', async () => {
  const { supervisor, events } = setUp();
  let finish = (): void => undefined;
  const work = supervisor.use(() => new Promise<void>((resolve) => (finish = resolve)));
  supervisor.replace();
  await supervisor.use(async (client) => assert.equal(client.processId, 2));
  assert.deepEqual(events, ['new 1', 'new 2']);
  finish();
  await work;
  assert.deepEqual(events, ['new 1', 'new 2', 'end 1']);
  await supervisor.dispose();
  assert.deepEqual(events, ['new 1', 'new 2', 'end 1', 'end 2']);
});

test('the end takes the busy ones too, once', async () => {
  const { supervisor, events } = setUp();
  void supervisor.use(() => new Promise<void>(() => undefined));
  supervisor.replace();
  void supervisor.use(() => new Promise<void>(() => undefined));
  await supervisor.dispose();
  await supervisor.dispose();
  assert.deepEqual(events, ['new 1', 'new 2', 'end 1', 'end 2']);
});
