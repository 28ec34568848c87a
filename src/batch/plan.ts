import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import { densityOf, type DensitySet } from '../shared/density';
import { outputSize } from '../shared/outputSize';
import type { PictureFacts } from '../shared/engineProtocol';
import { DEFAULT_SETTINGS } from '../shared/settings';
import { realTarget } from '../files/paths';
import { Place } from '../files/place';
import { RpcError } from '../shared/rpc';
import { hashInside, hashSource, hashValue, inParallel } from './hash';
import { KnownOutputs } from './known';
import { PlannedOutputs } from './plannedOutputs';
import { ruleFor, type Recipe, type Target } from './recipe';
import type { Shard } from './records';
import { scan, type ScanOptions } from './scan';
import { shardOf } from './shard';
import { plannedTargets, type BatchSettings, type PlannedTarget } from './targets';
import type { Plan, PlanItem, Reason, Records } from './types';

export type PlanRequest = ScanOptions & {
  /** Absolute: where outputs are relative to; the root unless given. */
  readonly outputRoot?: string;
  /**
   * Settings of one input, which may differ between folders. Under a recipe they say only how large
   * an input may be: what it leaves open has the same default everywhere, so that the lock is the
   * same.
   */
  readonly settingsFor: (input: string) => BatchSettings;
  readonly recipe?: { readonly file: string; readonly value: Recipe };
  /** Smaller pictures are left alone: both sides in pixels. */
  readonly minimumSide: number;
  readonly records: Records;
  /** Also replaces outputs that were edited by hand, or that no batch made. */
  readonly force?: boolean;
  /** Leaves alone what has an output of whatever age. */
  readonly keepExisting?: boolean;
  /** Also files whose name says that they are enlarged already. */
  readonly again?: boolean;
  /** Without a recipe: a set of each picture. */
  readonly density?: DensitySet;
  readonly shard?: Shard;
};

export type PlanPorts = {
  /**
   * Looks into pictures; in the order of the paths, which are absolute. Not called when nothing
   * needs it.
   */
  readonly inspect: (
    inputs: readonly string[],
    maxInputMegapixels: number,
  ) => Promise<readonly PictureFacts[]>;
  /** Of a model's files. */
  readonly modelHash: (model: string) => Promise<string>;
};

const HASHES_AT_A_TIME = 8;
const INSPECTED_AT_A_TIME = 64;

/** Part of an input that may become an item. */
type Candidate = {
  readonly input: string;
  readonly bytes: number;
  readonly hash: string;
  readonly target: PlannedTarget;
  readonly settings: string;
};

/**
 * Decides what is done with each picture, and why not. Writes nothing. Rejects when the signal
 * aborts.
 */
export async function makePlan(request: PlanRequest, ports: PlanPorts): Promise<Plan> {
  const { root, recipe, records, shard, signal } = request;
  const outputRoot = request.outputRoot ?? root;
  const allowed = (await realTarget(outputRoot)) ?? outputRoot;
  const exclude = [...request.exclude, ...(recipe?.value.exclude ?? [])];
  const found = await scan({ ...request, exclude });
  const items: PlanItem[] = found.outside.map((input) =>
    skipped(input, 0, 'outside', 'It leads out of the folder.'),
  );
  for (const { input, kind } of found.special)
    items.push(skipped(input, 0, 'not-readable', `It is a ${kind}, not a file.`));
  const rule = recipe && ruleFor(recipe.value);
  const settingsOf: (input: string) => BatchSettings = recipe
    ? () => DEFAULT_SETTINGS
    : request.settingsFor;
  const ownTarget: Target = request.density === undefined ? {} : { density: request.density };
  const targetsFor = (input: string): readonly PlannedTarget[] | undefined =>
    (rule ? rule(input)?.targets : [ownTarget])?.flatMap((target) =>
      plannedTargets(input, settingsOf(input), target),
    );
  const known = new KnownOutputs(records, recipe && targetsFor);
  const candidates: Candidate[] = [];
  const elsewhere = shard && outputRoot === root && new PlannedOutputs(found.pictures, targetsFor);
  const chosen = shard
    ? found.pictures.filter((input) => shardOf(input, shard.count) === shard.index)
    : found.pictures;

  const per = await inParallel(
    chosen,
    HASHES_AT_A_TIME,
    async (input): Promise<{ items: PlanItem[]; candidates: Candidate[] }> => {
      signal?.throwIfAborted();
      const file = path.join(root, input);
      const bytes = (await stat(file).catch(() => undefined))?.size ?? 0;
      const one = (
        reason: Reason,
        message: string,
      ): { items: PlanItem[]; candidates: Candidate[] } => ({
        items: [skipped(input, bytes, reason, message)],
        candidates: [],
      });
      if (outputRoot === root && (await known.isPreviousOutput(input, outputRoot, signal)))
        return one('previous-output', 'An earlier batch made it.');
      if (elsewhere && elsewhere.has(input))
        return one(
          'previous-output',
          'It is the result of another picture, perhaps of another shard.',
        );
      const density = densityOf(input);
      if (density && request.again !== true)
        return one('density', `Its name says that it is the ×${density.factor} picture of a set.`);
      const planned = targetsFor(input);
      if (!planned) return one('no-rule', 'No rule of the recipe names it.');
      let hash: string;
      try {
        hash = await hashSource(file, signal);
      } catch (error) {
        signal?.throwIfAborted();
        return one('not-readable', error instanceof Error ? error.message : String(error));
      }
      return {
        items: [],
        candidates: await Promise.all(
          planned.map(async (target) => ({
            input,
            bytes,
            hash,
            target,
            settings: await settingsHash(target, ports),
          })),
        ),
      };
    },
  );
  for (const part of per) {
    items.push(...part.items);
    candidates.push(...part.candidates);
  }

  const open: Candidate[] = [];
  const checked = await inParallel(candidates, HASHES_AT_A_TIME, async (candidate) => {
    signal?.throwIfAborted();
    return upToDate(candidate, known, outputRoot, signal);
  });
  for (const [index, candidate] of candidates.entries()) {
    const done = checked[index];
    if (done) items.push(done);
    else open.push(candidate);
  }
  items.push(...(await openItems(open, request, { outputRoot, allowed }, ports)));

  return {
    root,
    outputRoot,
    allowed,
    items: withCollisions(items, root === outputRoot).sort((a, b) =>
      a.input < b.input ? -1 : a.input > b.input ? 1 : a.output < b.output ? -1 : 1,
    ),
    otherFiles: found.otherFiles,
    orphans: recipe && !shard ? await known.orphans(root, signal) : [],
    ...(recipe && !shard ? { leftovers: known.leftovers } : {}),
    ...(recipe ? { recipe: recipe.file } : {}),
    unmatched: found.unmatched,
    notes: found.notes,
  };
}

const skipped = (input: string, inputBytes: number, reason: Reason, message: string): PlanItem => ({
  id: `?${input}`,
  input,
  output: '',
  inputBytes,
  status: 'skip',
  selected: false,
  reason,
  message,
});

async function settingsHash(
  { settings, format }: PlannedTarget,
  { modelHash }: PlanPorts,
): Promise<string> {
  return hashValue({ ...settings, format, modelFiles: await modelHash(settings.model) });
}

/**
 * The item of an output that is what it would be made anew: same input, same settings, untouched.
 */
async function upToDate(
  { input, bytes, hash, settings, target }: Candidate,
  known: KnownOutputs,
  outputRoot: string,
  signal: AbortSignal | undefined,
): Promise<PlanItem | undefined> {
  for (const { output, record } of known.of(input)) {
    if (record.inputHash !== hash || record.settings !== settings) continue;
    if (!target.mayYield(output)) continue;
    if ((await hashInside(outputRoot, output, signal)) !== record.outputHash) continue;
    const { width, height } = record;
    return {
      id: output,
      input,
      output,
      inputBytes: bytes,
      outputSize: { width, height },
      format: target.format,
      inputHash: hash,
      settingsHash: settings,
      settings: target.settings,
      status: 'done',
      selected: false,
      reason: 'up-to-date',
      message: 'Nothing has changed since it was made.',
    };
  }
  return undefined;
}

/** Where outputs lie: as it is called, and as it really is. */
type OutputRoots = Pick<Plan, 'outputRoot' | 'allowed'>;

/** The items that have to be looked into. */
async function openItems(
  candidates: readonly Candidate[],
  request: PlanRequest,
  roots: OutputRoots,
  ports: PlanPorts,
): Promise<PlanItem[]> {
  const inputs = [...new Set(candidates.map(({ input }) => input))];
  const facts = new Map<string, PictureFacts>();
  for (let at = 0; at < inputs.length; at += INSPECTED_AT_A_TIME) {
    request.signal?.throwIfAborted();
    const chunk = inputs.slice(at, at + INSPECTED_AT_A_TIME);
    const [first] = chunk;
    const limit = request.settingsFor(first ?? '').maxInputMegapixels;
    const results = await ports.inspect(
      chunk.map((input) => path.join(request.root, input)),
      limit,
    );
    chunk.forEach((input, i) => {
      const fact = results[i];
      if (fact) facts.set(input, fact);
    });
  }
  const minimum = request.recipe?.value.minimumSide ?? request.minimumSide;
  return inParallel(candidates, HASHES_AT_A_TIME, async (candidate) => {
    const { input, bytes } = candidate;
    const fact = facts.get(input);
    if (!fact?.ok)
      return skipped(
        input,
        bytes,
        'not-readable',
        fact
          ? `${fact.message}${fact.hint === undefined ? '' : ` ${fact.hint}`}`
          : 'It can’t be read.',
      );
    if (fact.size.width < minimum && fact.size.height < minimum)
      return skipped(
        input,
        bytes,
        'too-small',
        `It has ${fact.size.width}×${fact.size.height} pixels; pictures below ${minimum} a ` +
          'side are left alone.',
      );
    try {
      return await openItem(candidate, fact, request, roots);
    } catch (error) {
      return skipped(
        input,
        bytes,
        'not-readable',
        error instanceof Error ? error.message : String(error),
      );
    }
  });
}

async function openItem(
  candidate: Candidate,
  { size, frames }: PictureFacts & { readonly ok: true },
  request: PlanRequest,
  { outputRoot, allowed }: OutputRoots,
): Promise<PlanItem> {
  const { input, bytes, hash, settings, target } = candidate;
  const output = target.outputFor(size);
  const file = path.join(outputRoot, output);
  const base: Omit<PlanItem, 'status' | 'selected' | 'existingHash'> & { existingHash?: string } = {
    id: output,
    input,
    output,
    inputBytes: bytes,
    size,
    frames,
    outputSize: outputSize(size, target.settings).size,
    format: target.format,
    inputHash: hash,
    settingsHash: settings,
    settings: target.settings,
  };
  const refuse = (reason: Reason, message: string): PlanItem => ({
    ...base,
    id: `?${output}`,
    output: '',
    status: 'skip',
    selected: false,
    reason,
    message,
  });
  try {
    await (await Place.find({ path: file, within: allowed })).checkReplaceable();
  } catch (error) {
    const { code, message } = RpcError.from(error);
    return refuse(
      'outside',
      code === 'output-outside' ? `Its output ${output} would lie outside the folder.` : message,
    );
  }
  if (!(await isWritable(file)))
    return refuse(
      'read-only',
      `Its output ${output} can’t be written: its folder, or the file, is read-only.`,
    );
  const now = await hashInside(outputRoot, output, request.signal);
  const record = request.records[output];
  if (now !== undefined && request.keepExisting === true)
    return { ...refuse('exists', 'The output exists.'), id: `?${output}` };
  const free = now === undefined || record?.outputHash === now;
  if (now !== undefined) base.existingHash = now;
  if (free || request.force === true) return { ...base, status: 'todo', selected: true };
  const wasMade = record !== undefined;
  // A person's setting to overwrite is meant for files that they did not touch.
  if (!wasMade && !request.recipe && request.settingsFor(input).overwrite === 'overwrite')
    return {
      ...base,
      status: 'todo',
      selected: true,
      reason: 'exists',
      message: 'The output exists and is replaced.',
    };
  return wasMade
    ? {
        ...base,
        status: 'todo',
        selected: false,
        reason: 'hand-edited',
        message: 'The output was changed by hand since it was made.',
      }
    : {
        ...base,
        status: 'todo',
        selected: false,
        reason: 'exists',
        message: 'The output exists, and no batch made it.',
      };
}

async function isWritable(file: string): Promise<boolean> {
  for (let at = file; ; at = path.dirname(at)) {
    const info = await stat(at).catch(() => undefined);
    if (!info) {
      if (path.dirname(at) === at) return false;
      continue;
    }
    if (at !== file && !info.isDirectory()) return false;
    return access(at, constants.W_OK).then(
      () => true,
      () => false,
    );
  }
}

/**
 * Of several inputs with one output the first keeps it; nothing may be written over an input. Names
 * that differ in case only are one on many machines.
 */
function withCollisions(items: readonly PlanItem[], isSameRoot: boolean): PlanItem[] {
  const key = (name: string): string => name.toLowerCase();
  const inputs = new Map(
    items
      .filter(({ status, reason }) => status !== 'skip' || reason === 'not-readable')
      .map(({ input }) => [key(input), input]),
  );
  const outputs = new Map<string, string>();
  return items.map((item) => {
    if (item.output === '') return item;
    const refuse = (message: string): PlanItem => ({
      ...item,
      id: `?${item.id} ${item.input}`,
      status: 'skip',
      selected: false,
      reason: 'collision',
      message,
    });
    const taken = outputs.get(key(item.output));
    if (taken !== undefined) return refuse(`${item.output} is the output of ${taken}, too.`);
    const victim = isSameRoot ? inputs.get(key(item.output)) : undefined;
    if (victim !== undefined && item.status === 'todo')
      return refuse(
        `Its output ${item.output} is ` +
          `${victim === item.input ? 'the file itself' : 'another input'}.`,
      );
    outputs.set(key(item.output), item.input);
    return item;
  });
}
