import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EngineClient } from '../../../src/client/engineClient';
import { TaskClients } from '../../../src/extension/models/taskClients';

function setUp(): { clients: TaskClients; events: string[] } {
  const events: string[] = [];
  let count = 0;
  const clients = new TaskClients(() => {
    const name = ++count;
    events.push(`new ${name}`);
    return {
      processId: name,
      dispose: async () => void events.push(`end ${name}`),
    } as unknown as EngineClient;
  });
  return { clients, events };
}

test('each piece of work has a client of its own, which ends with it', async () => {
  const { clients, events } = setUp();
  assert.deepEqual(events, []);
  let finish = (): void => undefined;
  const long = clients.use(() => new Promise<void>((resolve) => (finish = resolve)));
  assert.equal(await clients.use(async (client) => client.processId), 2);
  assert.deepEqual(events, ['new 1', 'new 2', 'end 2']);
  finish();
  await long;
  assert.deepEqual(events, ['new 1', 'new 2', 'end 2', 'end 1']);
});

test('a client ends when its work fails, too', async () => {
  const { clients, events } = setUp();
  await assert.rejects(
    clients.use(() => Promise.reject(new Error('no'))),
    /no/,
  );
  assert.deepEqual(events, ['new 1', 'end 1']);
});

test('the end of all ends work that is not done, and nothing new begins', async () => {
  const { clients, events } = setUp();
  void clients.use(() => new Promise<void>(() => undefined));
  await clients.dispose();
  assert.deepEqual(events, ['new 1', 'end 1']);
  await assert.rejects(
    clients.use(async () => undefined),
    { code: 'cancelled' },
  );
  assert.deepEqual(events, ['new 1', 'end 1']);
});
