import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FasterOffer } from '../../../src/extension/jobs/fasterOffer';
import type { UpscaleOverrides } from '../../../src/extension/jobs/upscaleJobs';
import { untranslated as t } from '../../../src/shared/translate';
import { RpcError } from '../../../src/shared/rpc';
import { DEFAULT_MODEL } from '../../../src/shared/settings';

const SLOW = { model: 'slow' };
const before = { phase: 'infer', tile: 0, tiles: 40, secondsLeft: 700, device: 'cpu' } as const;
const cancelled = (): RpcError => new RpcError({ code: 'cancelled', message: 'Canceled.' });

/** Offers that are answered when the test says so. */
function offers(): {
  offer: FasterOffer;
  shown: string[];
  answer: (clicks: boolean) => Promise<void>;
} {
  const shown: string[] = [];
  let reply: (button: string | undefined) => void = () => undefined;
  let offered = '';
  const show = (text: string, button: string): Promise<string | undefined> => {
    shown.push(text);
    offered = button;
    return new Promise((resolve) => (reply = resolve));
  };
  const answer = async (clicks: boolean): Promise<void> => {
    reply(clicks ? offered : undefined);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { offer: new FasterOffer({ show, t }), shown, answer };
}

/** Work that goes on until it is cancelled, unless the embedded model does it. */
const work =
  (calls: UpscaleOverrides[], see: (seen: () => void) => void = (seen) => seen()) =>
  (
    overrides: UpscaleOverrides,
    signal: AbortSignal,
    onProgress: (progress: typeof before) => void,
  ): Promise<string> => {
    calls.push(overrides);
    if (overrides.model === DEFAULT_MODEL) return Promise.resolve('embedded');
    see(() => onProgress(before));
    return new Promise((_, reject) => {
      if (signal.aborted) reject(cancelled());
      signal.addEventListener('abort', () => reject(cancelled()));
    });
  };

test('a long run is told before, and the embedded model takes its place and that of those after', async () => {
  const { offer, shown, answer } = offers();
  const calls: UpscaleOverrides[] = [];
  const { signal } = new AbortController();
  const first = offer.run('a.png', { scale: 2, restore: 'clean' }, SLOW, signal, work(calls));
  assert.deepEqual(shown, [
    'a.png will take about 12 min on CPU. The embedded model, PiSA Compact, is much faster.',
  ]);
  await answer(true);
  assert.equal(await first, 'embedded');
  assert.equal(await offer.run('b.png', {}, SLOW, signal, work(calls)), 'embedded');
  assert.deepEqual(calls, [
    { scale: 2, restore: 'clean' },
    { scale: 2, model: DEFAULT_MODEL, restore: undefined },
    { model: DEFAULT_MODEL, restore: undefined },
  ]);
});

test('it is offered once, and who closes it goes on', async () => {
  const { offer, shown, answer } = offers();
  const { signal } = new AbortController();
  const done = (
    _: unknown,
    __: unknown,
    see: (progress: typeof before) => void,
  ): Promise<string> => {
    see(before);
    return Promise.resolve('slow');
  };
  assert.equal(await offer.run('a.png', {}, SLOW, signal, done), 'slow');
  await answer(false);
  assert.equal(await offer.run('b.png', {}, SLOW, signal, done), 'slow');
  assert.equal(shown.length, 1);
});

test('nothing is offered for a short run, nor for the embedded model', async () => {
  const { offer, shown } = offers();
  const { signal } = new AbortController();
  const see =
    (progress: object) =>
    (_: unknown, __: unknown, tell: (progress: never) => void): Promise<void> => {
      tell(progress as never);
      return Promise.resolve();
    };
  await offer.run('a.png', {}, SLOW, signal, see({ ...before, secondsLeft: 59 }));
  await offer.run('a.png', {}, SLOW, signal, see({ ...before, tile: 2 }));
  await offer.run('a.png', {}, SLOW, signal, see({ phase: 'infer', tile: 0, tiles: 40 }));
  await offer.run('a.png', {}, { model: DEFAULT_MODEL }, signal, see(before));
  assert.deepEqual(shown, []);
  const restored = { model: DEFAULT_MODEL, restore: 'clean' };
  await offer.run('a.png', {}, restored, signal, see(before));
  assert.equal(shown.length, 1, 'a restorer before it may take long');
});

test('a cancel is a cancel, and a failure a failure', async () => {
  const { offer, answer } = offers();
  const controller = new AbortController();
  const calls: UpscaleOverrides[] = [];
  const run = offer.run('a.png', {}, SLOW, controller.signal, work(calls));
  const rejected = assert.rejects(run, /Canceled/);
  controller.abort();
  await answer(true);
  await rejected;
  assert.equal(calls.length, 1);
  const fails = (): Promise<never> => Promise.reject(new Error('no disk'));
  const other = offers();
  await assert.rejects(other.offer.run('a.png', {}, SLOW, new AbortController().signal, fails), {
    message: 'no disk',
  });
});
