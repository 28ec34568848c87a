import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, test } from 'node:test';
import { BatchRun, type BatchEvent, type BatchPorts } from '../../../src/batch/batchRun';
import { BatchMeter } from '../../../src/batch/meter';
import type { Outcome, Plan, PlanItem } from '../../../src/batch/types';
import type { UpscaleCall } from '../../../src/client/engineClient';
import type { UpscaleResult } from '../../../src/shared/engineProtocol';
import { RpcError } from '../../../src/shared/rpc';
import type { Size } from '../../../src/shared/geometry';
import { DEFAULT_SETTINGS } from '../../../src/shared/settings';
import { folderWith } from './batchFolder';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

function planOf(
  names: readonly string[],
  sizeOf: (name: string) => Size = () => ({ width: 1000, height: 1000 }),
): Plan {
  const root = folderWith(Object.fromEntries(names.map((name) => [`${name}.png`, name])));
  const items = names.map((name): PlanItem => {
    const { model, scale, guidance, colourFix, format, quality } = DEFAULT_SETTINGS;
    return {
      id: `${name}@4x.png`,
      input: `${name}.png`,
      output: `${name}@4x.png`,
      inputBytes: 1,
      inputHash: hash(name),
      settingsHash: 's',
      size: { width: 4000, height: 1000 },
      outputSize: sizeOf(name),
      settings: { model, scale, guidance, colourFix, format, quality, output: {}, asset: {} },
      status: 'todo',
      selected: true,
    };
  });
  return {
    root,
    outputRoot: root,
    allowed: root,
    items,
    otherFiles: 0,
    orphans: [],
    unmatched: [],
    notes: [],
  };
}

type Held = {
  readonly name: string;
  readonly finish: () => void;
  readonly fail: (code: string) => void;
  readonly call: UpscaleCall;
};

/** An engine that does what the test says. */
function engine(): {
  held: Held[];
  ports: BatchPorts;
  events: BatchEvent[];
  lines: string[];
  until: (condition: () => boolean) => Promise<void>;
} {
  const held: Held[] = [];
  const events: BatchEvent[] = [];
  const lines: string[] = [];
  const ports: BatchPorts = {
    upscale: (call, { signal }) =>
      new Promise((resolve, reject) => {
        const fail = (code: string): void =>
          reject(new RpcError({ code, message: `It failed: ${code}.`, hint: 'Do something.' }));
        const one: Held = {
          name: path.basename(call.input, '.png'),
          call,
          fail,
          finish: () => {
            if (call.target.kind === 'file')
              writeFileSync(call.target.path, `result of ${call.input}`);
            resolve({
              width: 100,
              height: 10,
              bytes: 5,
              notes: [],
              seconds: { total: 1, inference: 1 },
            } as unknown as UpscaleResult);
          },
        };
        held.push(one);
        signal.addEventListener('abort', () => fail('cancelled'));
      }),
    precision: async () => 'fp32',
    journal: {
      begin: async (output) => void lines.push(`begin ${output}`),
      done: async (output) => void lines.push(`done ${output}`),
      left: async (output, state) => void lines.push(`${state} ${output}`),
    },
    onEvent: (event) => events.push(event),
  };
  const until = async (condition: () => boolean): Promise<void> => {
    const latest = performance.now() + STATE_MS;
    while (!condition()) {
      if (performance.now() > latest) assert.fail('it never came true');
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  return { held, ports, events, lines, until };
}

/** As long as a busy machine may need. */
const STATE_MS = 60_000;

/** What a failed test leaves at work would keep the process from its end. */
const begun: BatchRun[] = [];
afterEach(() => begun.splice(0).forEach((run) => run.cancel()));

function begin(...args: ConstructorParameters<typeof BatchRun>): BatchRun {
  const run = new BatchRun(...args);
  begun.push(run);
  return run;
}

const OPTIONS = { device: 'cpu', limits: { maxInputMegapixels: 10 } } as const;
const ids = (plan: Plan): Set<string> => new Set(plan.items.map(({ id }) => id));
const states = (report: { outcomes: readonly { id: string; state: string }[] }): string[] =>
  report.outcomes.map(({ id, state }) => `${id.replace('@4x.png', '')} ${state}`).sort();

test('what is begun first is what stands first in the selection', async () => {
  const plan = planOf(['a', 'b', 'c', 'd']);
  const { held, ports, events, until } = engine();
  const order = ['d@4x.png', 'b@4x.png', 'a@4x.png'];
  const report = begin(plan, new Set(order), OPTIONS, ports).run();
  await until(() => held.length === 3);
  // Begun in this order; which of them is read first is the disk's affair.
  assert.deepEqual(
    events.flatMap((event) => (event.kind === 'started' ? [event.id] : [])),
    order,
  );
  for (const one of held) one.finish();
  assert.equal((await report).outcomes.length, 3);
});

test('three are on their way at once; each is noted before it begins and when it is done', async () => {
  const plan = planOf(['a', 'b', 'c', 'd']);
  const { held, ports, lines, until } = engine();
  const run = begin(plan, ids(plan), OPTIONS, ports);
  const report = run.run();
  await until(() => held.length === 3);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(held.length, 3);
  for (let i = 0; i < 4; i++) {
    await until(() => held.length > i);
    held[i]!.finish();
  }
  assert.deepEqual(states(await report), ['a done', 'b done', 'c done', 'd done']);
  assert.ok(lines.indexOf('begin a@4x.png') < lines.indexOf('done a@4x.png'));
  assert.equal(
    run.records['a@4x.png']!.outputHash,
    hash(`result of ${path.join(plan.root, 'a.png')}`),
  );
  const { sourceWidth, sourceHeight } = run.records['a@4x.png']!;
  assert.deepEqual({ width: sourceWidth, height: sourceHeight }, plan.items[0]!.size);
  assert.deepEqual(held[0]!.call.asset, { again: true });
});

test('of small pictures more are on their way, a large one among them not', async () => {
  const names = ['0', '1', '2', '3', '4', 'L', '5', '6', '7', '8'];
  const plan = planOf(names, (name) =>
    name === 'L' ? { width: 1024, height: 1024 } : { width: 256, height: 256 },
  );
  const { held, ports, until } = engine();
  const report = begin(plan, ids(plan), OPTIONS, ports).run();
  await until(() => held.length === 5);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(held.map(({ name }) => name).sort(), ['0', '1', '2', '3', '4']);
  for (const one of held.slice(0, 3)) one.finish();
  await until(() => held.length === 6);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(held[5]!.name, 'L', 'in the order of the plan');
  assert.equal(held.length, 6);
  held[5]!.finish();
  await until(() => held.length === names.length);
  for (const one of held) one.finish();
  assert.ok((await report).outcomes.every(({ state }) => state === 'done'));
});

test('a failure does not stop the rest, and says why', async () => {
  const plan = planOf(['a', 'b']);
  const { held, ports, until } = engine();
  const report = begin(plan, ids(plan), OPTIONS, ports).run();
  await until(() => held.length === 2);
  held.find(({ name }) => name === 'a')!.fail('input-damaged');
  held.find(({ name }) => name === 'b')!.finish();
  const { outcomes } = await report;
  assert.deepEqual(states({ outcomes }), ['a failed', 'b done']);
  assert.deepEqual(
    [
      outcomes.find(({ state }) => state === 'failed')!.message,
      outcomes.find(({ state }) => state === 'failed')!.hint,
    ],
    ['It failed: input-damaged.', 'Do something.'],
  );
});

test('pause begins nothing more, resume goes on, cancel ends all', async () => {
  const plan = planOf(['a', 'b', 'c', 'd', 'e', 'f']);
  const { held, ports, events, until } = engine();
  const run = begin(plan, ids(plan), { ...OPTIONS, atOnce: 2 }, ports);
  const report = run.run();
  await until(() => held.length === 2);
  run.pause();
  run.pause();
  held[0]!.finish();
  held[1]!.finish();
  await until(() => events.filter(({ kind }) => kind === 'finished').length === 2);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(held.length, 2);
  run.resume();
  await until(() => held.length === 4);
  run.cancel();
  assert.deepEqual(states(await report), [
    'a done',
    'b done',
    'c cancelled',
    'd cancelled',
    'e cancelled',
    'f cancelled',
  ]);
  assert.deepEqual(events.filter(({ kind }) => kind === 'paused').length, 2);
});

test('cancel while it is paused ends it, too', async () => {
  const plan = planOf(['a', 'b']);
  const { held, ports, until } = engine();
  const run = begin(plan, ids(plan), { ...OPTIONS, atOnce: 1 }, ports);
  const report = run.run();
  await until(() => held.length === 1);
  run.pause();
  held[0]!.finish();
  await new Promise((resolve) => setTimeout(resolve, 10));
  run.cancel();
  assert.deepEqual(states(await report), ['a done', 'b cancelled']);
});

test('one can be skipped, before its turn or on its way; the others go on', async () => {
  const plan = planOf(['a', 'b', 'c']);
  const { held, ports, until } = engine();
  const run = begin(plan, ids(plan), { ...OPTIONS, atOnce: 1 }, ports);
  const report = run.run();
  await until(() => held.length === 1);
  run.skip('b@4x.png');
  run.skip('a@4x.png');
  run.skip('nonsense');
  await until(() => held.length === 2);
  held[1]!.finish();
  assert.deepEqual(states(await report), ['a skipped', 'b skipped', 'c done']);
});

test('a picture whose engine dies under it is tried again, but not for ever', async () => {
  const plan = planOf(['a', 'b']);
  const { held, ports, until } = engine();
  const report = begin(plan, ids(plan), { ...OPTIONS, atOnce: 1 }, ports).run();
  await until(() => held.length === 1);
  held[0]!.fail('engine-died');
  await until(() => held.length === 2);
  held[1]!.fail('cancelled');
  await until(() => held.length === 3);
  held[2]!.finish();
  for (let i = 3; i < 6; i++) {
    await until(() => held.length > i);
    held[i]!.fail('engine-died');
  }
  assert.deepEqual(states(await report), ['a done', 'b failed']);
});

test('what changed since the plan was made is neither processed nor overwritten', async () => {
  const plan = planOf(['a', 'b']);
  writeFileSync(path.join(plan.root, 'a.png'), 'other');
  writeFileSync(path.join(plan.root, 'b@4x.png'), 'appeared');
  const { held, ports } = engine();
  const { outcomes } = await begin(plan, ids(plan), OPTIONS, ports).run();
  assert.equal(held.length, 0);
  assert.ok(
    outcomes.every(
      ({ state, message }) =>
        state === 'failed' && /has changed since the plan/.test(message ?? ''),
    ),
  );
});

test('the meter counts output pixels, leaves pauses out, and says how long is left', () => {
  const plan = planOf(['a', 'b', 'c', 'd'], () => ({ width: 100, height: 10 }));
  let now = 0;
  const meter = new BatchMeter(plan.items, () => now);
  const finished = (name: string): BatchEvent => ({
    kind: 'finished',
    outcome: {
      id: `${name}@4x.png`,
      input: '',
      output: '',
      state: 'done',
      notes: [],
      seconds: 1,
      inferenceSeconds: 1,
      bytes: 1,
    },
  });
  assert.equal(meter.standing().secondsLeft, undefined);
  meter.add({ kind: 'started', id: 'a@4x.png' });
  now = 1000;
  meter.add(finished('a'));
  meter.add({ kind: 'started', id: 'b@4x.png' });
  meter.add({ kind: 'paused', paused: true });
  now = 50_000;
  assert.equal(meter.standing().secondsLeft, 3);
  meter.add({ kind: 'paused', paused: false });
  now = 51_000;
  meter.add({ kind: 'progress', id: 'b@4x.png', progress: { phase: 'encode', tile: 2, tiles: 2 } });
  const { done, total, current, megapixelsPerSecond } = meter.standing();
  assert.deepEqual([done, total, current.length], [1, 4, 1]);
  assert.ok(Math.abs(megapixelsPerSecond! - (1.95 * 1000) / 2e6) < 1e-9);
});

test('a run goes on although whoever listens to it fails, at every event', async () => {
  const { held, ports, until } = engine();
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on('warning', onWarning);
  const plan = planOf(['a', 'b', 'c', 'd', 'e']);
  const run = begin(plan, new Set(plan.items.map(({ id }) => id)), OPTIONS, {
    ...ports,
    onEvent: () => {
      throw new Error('Webview is disposed');
    },
  });
  const report = run.run();
  for (let finished = 0; finished < 5; finished++) {
    await until(() => held.length > finished);
    run.pause();
    run.resume();
    held[finished]!.finish();
  }
  const { outcomes } = await report;
  process.off('warning', onWarning);
  assert.deepEqual(
    outcomes.map(({ state }) => state),
    ['done', 'done', 'done', 'done', 'done'],
  );
});

test('a picture that does not get on is given up, with the reason, and the others go on', async () => {
  const limits = { maxInputMegapixels: 1, maxOutputMegapixels: 1, maxFrames: 1 };
  const outcomesWithin = async (stallSeconds: number): Promise<readonly Outcome[]> => {
    const { ports, held } = engine();
    const upscale: typeof ports.upscale = (call, context) => {
      const made = ports.upscale(call, context);
      held.find(({ name }) => name === 'b')?.finish();
      return made;
    };
    const plan = planOf(['a', 'b']);
    const options = { device: 'cpu', limits, atOnce: 1, stallSeconds } as const;
    return (await begin(plan, ids(plan), options, { ...ports, upscale }).run()).outcomes;
  };
  let outcomes: readonly Outcome[] = [];
  // On a busy machine the other one may not get on in a short time, either.
  for (const stallSeconds of [0.3, 3, 30]) {
    outcomes = await outcomesWithin(stallSeconds);
    if (outcomes.some(({ state }) => state === 'done')) break;
  }
  assert.deepEqual(
    outcomes.map(({ input, state }) => [input, state]),
    [
      ['a.png', 'failed'],
      ['b.png', 'done'],
    ],
  );
  assert.match(outcomes[0]!.message!, /has made no progress for/);
});
