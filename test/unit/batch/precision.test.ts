// What a result was computed in: what a lock says of it, and what another machine makes of that.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { BatchRun, type BatchPorts } from '../../../src/batch/batchRun';
import { parseJournal } from '../../../src/batch/journal';
import { makePlan } from '../../../src/batch/plan';
import type { PlanPorts } from '../../../src/batch/planRequest';
import { parseRecipe } from '../../../src/batch/recipe';
import {
  LOCK_NAME,
  lockPartName,
  mergeLocks,
  readRecords,
  writeRecords,
} from '../../../src/batch/records';
import type { OutputRecord, Plan, Records } from '../../../src/batch/types';
import type { UpscaleCall } from '../../../src/client/engineClient';
import { hashFile } from '../../../src/files/hashFile';
import type { UpscaleResult } from '../../../src/shared/engineProtocol';
import { RpcError } from '../../../src/shared/rpc';
import { DEFAULT_SETTINGS, type PrecisionChoice } from '../../../src/shared/settings';
import { folderWith, write } from './batchFolder';
import { judgeHere } from './judging';

const FORMS = [undefined, 'int8'] as const;
const CHOICES = [undefined, 'auto', 'fp32', 'int8'] as const;

/** The plan of a folder whose recipe pins a precision, or none. */
async function planOf(
  root: string,
  precision: PrecisionChoice | undefined,
  records: Records,
  ports: Partial<PlanPorts> = {},
): Promise<Plan> {
  const rule = { files: '*.png', ...(precision === undefined ? {} : { precision }) };
  return makePlan(
    {
      root,
      inputs: [root],
      exclude: [],
      respectGitignore: true,
      settingsFor: () => DEFAULT_SETTINGS,
      minimumSide: 1,
      records,
      recipe: {
        file: path.join(root, 'recipe'),
        value: parseRecipe(JSON.stringify({ rules: [rule] })),
      },
    },
    {
      inspect: async (inputs) =>
        inputs.map(() => ({ ok: true, size: { width: 30, height: 20 }, frames: 1, border: 0 })),
      judge: judgeHere,
      modelHash: async () => 'hash',
      sameSize: async () => new Set(),
      ...ports,
    },
  );
}

/** What is known of results that were made in those forms. */
async function made(root: string, plan: Plan, forms: readonly (typeof FORMS)[number][]) {
  const records: Record<string, OutputRecord> = {};
  const todo = plan.items.filter(({ status }) => status === 'todo');
  for (const [i, { input, output, inputHash, settingsHash, outputSize }] of todo.entries()) {
    write(root, output, `result ${i}`);
    const precision = forms[i];
    records[output] = {
      input,
      inputHash: inputHash!,
      settings: settingsHash!,
      outputHash: await hashFile(path.join(root, output)),
      ...outputSize!,
      ...(precision ? { precision } : {}),
    };
  }
  return records;
}

describe('a result is up to date', () => {
  for (const form of FORMS)
    for (const choice of CHOICES) {
      const isFine = choice === undefined || choice === 'auto' || choice === (form ?? 'fp32');
      test(`${isFine ? '' : 'not '}when made in ${form ?? 'fp32'} where the recipe says ${choice ?? 'nothing'}`, async () => {
        const root = folderWith({ 'a.png': 'a' });
        const records = await made(root, await planOf(root, undefined, {}), [form]);
        const [item] = (await planOf(root, choice, records)).items.filter(
          ({ input }) => input === 'a.png',
        );
        assert.ok(item);
        assert.equal(item.status, isFine ? 'done' : 'todo');
        // Nobody touched it, so it may be replaced.
        if (!isFine) assert.ok(item.selected);
      });
    }

  test('what is pinned is no part of the hash of the settings, which earlier locks have', async () => {
    const root = folderWith({ 'a.png': 'a' });
    const hashes = await Promise.all(
      CHOICES.map(async (choice) => (await planOf(root, choice, {})).items[0]?.settingsHash),
    );
    assert.equal(new Set(hashes).size, 1);
  });
});

test('8 bits that can’t be had are told in the plan, where something is to be made with them', async () => {
  const root = folderWith({ 'a.png': 'a', 'b.png': 'b' });
  const reason = new RpcError({
    code: 'bad-setting',
    message: 'No form in 8 bits.',
    hint: 'Leave.',
  });
  const asked: string[] = [];
  const precisionProblem = async (model: string): Promise<RpcError> => {
    asked.push(model);
    return reason;
  };
  const plan = await planOf(root, 'int8', {}, { precisionProblem });
  assert.deepEqual(
    plan.items.map(({ status, reason: why, message, hint }) => [status, why, message, hint]),
    Array.from({ length: 2 }, () => ['skip', 'impossible', 'No form in 8 bits.', 'Leave.']),
  );
  asked.length = 0;
  for (const choice of [undefined, 'fp32'] as const)
    await planOf(root, choice, {}, { precisionProblem });
  const records = await made(root, await planOf(root, undefined, {}), ['int8', 'int8']);
  const upToDate = await planOf(root, 'int8', records, { precisionProblem });
  assert.ok(upToDate.items.some(({ status }) => status === 'done'));
  assert.deepEqual(asked, []);
});

test('results of machines that chose differently are told, and are no fault', async () => {
  const root = folderWith({ 'a.png': 'a', 'b.png': 'b', 'c.png': 'c' });
  const empty = await planOf(root, undefined, {});
  const notesOf = async (
    forms: readonly (typeof FORMS)[number][],
    choice?: PrecisionChoice,
  ): Promise<string> => {
    const plan = await planOf(root, choice, await made(root, empty, forms));
    return plan.notes.join();
  };
  assert.equal(await notesOf(['int8', 'int8', 'int8']), '');
  assert.equal(await notesOf([undefined, undefined, undefined]), '');
  assert.match(
    await notesOf(['int8', undefined, 'int8']),
    /computed in 8 bits \(2\) and in 32-bit floats \(1\)/,
  );
  assert.equal(await notesOf(['int8', undefined, 'int8'], 'int8'), '');
});

describe('the lock', () => {
  const record: OutputRecord = {
    input: 'a.png',
    inputHash: 'a'.repeat(64),
    settings: 'b'.repeat(64),
    outputHash: 'c'.repeat(64),
    width: 4,
    height: 4,
  };

  test('says int8 and is silent of floats, also when those of shards are joined', async () => {
    const root = folderWith();
    const parts = [
      { 'a@4x.png': { ...record, precision: 'int8' as const } },
      { 'b@4x.png': { ...record, input: 'b.png' } },
    ];
    for (const [i, records] of parts.entries())
      await writeRecords(path.join(root, lockPartName({ index: i + 1, count: 2 })), records);
    await mergeLocks(root);
    const file = path.join(root, LOCK_NAME);
    assert.deepEqual(await readRecords(file), { ...parts[0], ...parts[1] });
    assert.equal(readFileSync(file, 'utf8').match(/precision/g)?.length, 1);
  });

  test('with a form that is none is damaged', async () => {
    const root = folderWith();
    const file = path.join(root, LOCK_NAME);
    await writeRecords(file, { 'a@4x.png': { ...record, precision: 'int4' as 'int8' } });
    await assert.rejects(readRecords(file), /damaged/);
  });
});

describe('a run', () => {
  /** Carries out a plan of two pictures; `form` is what the machine chooses, or why it can't. */
  async function run(choice: PrecisionChoice | undefined, form: 'fp32' | 'int8' | RpcError) {
    const root = folderWith({ 'a.png': 'a', 'b.png': 'b' });
    const calls: UpscaleCall[] = [];
    const asked: unknown[] = [];
    const begun: (string | undefined)[] = [];
    const ports: BatchPorts = {
      precision: async (call) => {
        asked.push(call);
        if (form instanceof RpcError) throw form;
        return form;
      },
      upscale: async (call) => {
        calls.push(call);
        if (call.target.kind === 'file') write('/', call.target.path, call.input);
        const result = { width: 120, height: 80, notes: [], seconds: { total: 1, inference: 1 } };
        return result as unknown as UpscaleResult;
      },
      journal: {
        begin: async (_, record) => void begun.push(record.precision),
        done: async () => undefined,
        left: async () => undefined,
      },
      onEvent: () => undefined,
    };
    const plan = await planOf(root, choice, {});
    const ids = new Set(plan.items.map(({ id }) => id));
    const batch = new BatchRun(
      plan,
      ids,
      { device: 'auto', limits: { maxInputMegapixels: 1 }, atOnce: 1 },
      ports,
    );
    const { outcomes } = await batch.run();
    return { calls, asked, begun, outcomes, records: Object.values(batch.records) };
  }

  for (const form of ['fp32', 'int8'] as const)
    test(`asks once, notes ${form} before it begins, and calls for just that`, async () => {
      const { calls, asked, begun, records } = await run(undefined, form);
      assert.deepEqual(asked, [
        { model: DEFAULT_SETTINGS.model, device: 'auto', precision: 'auto' },
      ]);
      assert.deepEqual(
        calls.map(({ precision }) => precision),
        [form, form],
      );
      const noted = form === 'int8' ? 'int8' : undefined;
      assert.deepEqual(begun, [noted, noted]);
      assert.deepEqual(
        records.map(({ precision }) => precision),
        [noted, noted],
      );
    });

  test('asks for what the recipe pins', async () => {
    const { asked } = await run('int8', 'int8');
    assert.deepEqual(asked, [{ model: DEFAULT_SETTINGS.model, device: 'auto', precision: 'int8' }]);
  });

  test('fails a picture with the reason when it can’t be told, and begins nothing', async () => {
    const { calls, begun, outcomes } = await run(
      undefined,
      new RpcError({ code: 'model-missing', message: 'There is no such model.' }),
    );
    assert.deepEqual([calls, begun], [[], []]);
    assert.deepEqual(
      outcomes.map(({ state, code }) => [state, code]),
      [
        ['failed', 'model-missing'],
        ['failed', 'model-missing'],
      ],
    );
  });
});

test('a journal’s line has it, so that a run that is killed leaves no doubt', () => {
  const line = {
    kind: 'begin',
    output: 'a@4x.png',
    record: {
      input: 'a.png',
      inputHash: 'a'.repeat(64),
      settings: 'b'.repeat(64),
      outputHash: '',
      width: 4,
      height: 4,
      precision: 'int8',
    },
  };
  assert.deepEqual(parseJournal(JSON.stringify(line)), [line]);
  const wrong = { ...line, record: { ...line.record, precision: 'fp16' } };
  assert.deepEqual(parseJournal(JSON.stringify(wrong)), []);
});
