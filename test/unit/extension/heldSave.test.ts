// A panel's save, while pages of the panel come and go: the real ends of the connection on both sides.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { HeldSave, type SaveOutcome } from '../../../src/extension/comparison/heldSave';
import type { PanelSaved } from '../../../src/shared/panelProtocol';
import { RpcEndpoint, RpcError, type RpcApi } from '../../../src/shared/rpc';

type Running = {
  readonly signal: AbortSignal;
  readonly progress: (value: unknown) => void;
  readonly end: (saved: PanelSaved) => void;
  readonly fail: (error: RpcError) => void;
};
const nothing = undefined as never;
const settled = (): Promise<void> => new Promise(setImmediate);

let unheard: SaveOutcome[];
let held: HeldSave;
let work: Running[];
let page: ((message: unknown) => void) | undefined;
let toHost: (message: unknown) => void;

beforeEach(() => {
  unheard = [];
  work = [];
  held = new HeldSave((outcome) => unheard.push(outcome));
  new RpcEndpoint<RpcApi>(
    { post: (message) => page?.(message), onMessage: (listener) => (toHost = listener) },
    {
      init: async () => held.isUnheard,
      save: (_, context) =>
        held.begin(
          (signal, progress) =>
            new Promise((end, fail) => {
              work.push({ signal, progress, end, fail });
              signal.addEventListener('abort', () =>
                fail(new RpcError({ code: 'cancelled', message: 'Canceled.' })),
              );
            }),
          context,
        ),
      saving: (_, context) => held.follow(context),
    },
  );
});

/** A page in the place of the one before; resolves with whether there is a save to follow. */
async function open(): Promise<{ rpc: RpcEndpoint<RpcApi>; isUnheard: unknown }> {
  const rpc = new RpcEndpoint<RpcApi>({
    post: (message) => toHost(message),
    onMessage: (listener) => (page = listener),
  });
  return { rpc, isUnheard: await rpc.call('init', nothing) };
}

/** The page is gone, as VS Code tells it of a hidden view. */
function hide(): void {
  page = undefined;
  held.leave();
}

async function saveAndHide(): Promise<Running> {
  const { rpc } = await open();
  rpc.call('save', nothing).catch(() => undefined);
  await settled();
  hide();
  return work[0]!;
}

test('a save goes on while its page is away, and the next page follows it to its end', async () => {
  const save = await saveAndHide();
  save.progress(1);
  const { rpc, isUnheard } = await open();
  assert.equal(isUnheard, true);
  assert.ok(held.isRunning);
  const seen: unknown[] = [];
  const saved = rpc.call('saving', nothing, { onProgress: (value) => seen.push(value) });
  await settled();
  save.progress(2);
  save.end({ fileName: 'a@4x.png' });
  assert.deepEqual(await saved, { fileName: 'a@4x.png' });
  assert.deepEqual(seen, [1, 2], 'it begins with where the save is');
  assert.deepEqual(unheard, []);
  assert.equal((await open()).isUnheard, false, 'it is told once');
});

test('Cancel of the page that came back ends what the page before began', async () => {
  const save = await saveAndHide();
  const { rpc } = await open();
  const controller = new AbortController();
  const saved = rpc.call('saving', nothing, { signal: controller.signal });
  await settled();
  assert.equal(save.signal.aborted, false);
  controller.abort();
  await assert.rejects(saved, { code: 'cancelled' });
  assert.ok(save.signal.aborted);
  assert.equal(held.isRunning, false);
  assert.equal((await open()).isUnheard, false);
});

for (const kind of ['saved', 'failed'] as const)
  test(`a save that ${kind === 'saved' ? 'succeeded' : 'failed'} while no page was there is told at once, and to the next page`, async () => {
    const save = await saveAndHide();
    if (kind === 'saved') save.end({ fileName: 'a@4x.png' });
    else save.fail(new RpcError({ code: 'disk-full', message: 'No space is left.' }));
    await settled();
    assert.deepEqual(
      unheard.map((outcome) => outcome.kind),
      [kind],
    );
    const { rpc, isUnheard } = await open();
    assert.equal(isUnheard, true);
    const told = rpc.call('saving', nothing);
    if (kind === 'saved') assert.deepEqual(await told, { fileName: 'a@4x.png' });
    else await assert.rejects(told, { code: 'disk-full' });
    assert.equal((await open()).isUnheard, false, 'it is told once');
  });

test('a page that was replaced before anybody said that it was hidden loses nothing', async () => {
  const { rpc } = await open();
  rpc.call('save', nothing).catch(() => undefined);
  await settled();
  const next = await open();
  assert.equal(next.isUnheard, true);
  assert.equal(work[0]?.signal.aborted, false);
  const saved = next.rpc.call('saving', nothing);
  await settled();
  work[0].end({ fileName: 'a@4x.png' });
  assert.deepEqual(await saved, { fileName: 'a@4x.png' });
});

test('nobody is told of what was canceled or not wanted, and with the panel the save ends', async () => {
  const save = await saveAndHide();
  save.end({ fileName: '' });
  await settled();
  assert.deepEqual([unheard, held.isUnheard], [[], false]);
  const { rpc } = await open();
  rpc.call('save', nothing).catch(() => undefined);
  await settled();
  hide();
  held.dispose();
  assert.ok(work[1]?.signal.aborted);
  await settled();
  assert.deepEqual(unheard, []);
});
