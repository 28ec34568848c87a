import { stat } from 'node:fs/promises';
import path from 'node:path';
import { AssetCatalogs, whyInSet } from './assetCatalogs';
import { densityProblem, type DensitySet } from '../shared/density';
import type { PictureFacts } from '../shared/engineProtocol';
import { DEFAULT_SETTINGS } from '../shared/settings';
import { realTarget } from '../files/paths';
import { named } from '../files/systemError';
import { RpcError } from '../shared/rpc';
import { placesOfItems, withCollisions } from './collisions';
import { hashInside, hashSource, hashValue, inParallel } from './hash';
import type { Hash, HashMemory } from './hashMemory';
import { idleGlobs, idleNote, namesNothing } from './idleGlobs';
import { KnownOutputs, sourcesThere } from './known';
import {
  baseOfInputs,
  baseOfRules,
  outputRootFolder,
  ownFoldersOf,
  resultFolderOf,
} from './layout';
import { mixedNotes } from './mixedPrecisions';
import { openItems, otherPicture, skipped, type Candidate } from './openItems';
import { PlannedOutputs } from './plannedOutputs';
import { ruleFor, type Recipe, type Target } from './recipe';
import type { Shard } from './records';
import { isInnerPath } from './recordShape';
import { byName, excludedBy, scan, type ScanOptions } from './scan';
import { shardOf } from './shard';
import { ownFolder, plannedTargets, type BatchSettings, type PlannedTarget } from './targets';
import { leftOut, withRecords } from './unjudged';
import type { OutputRecord, Plan, PlanItem, Reason, Records } from './types';
import { say, phrase, inWords, type Words } from '../shared/phrase';
import { kindName } from '../files/kinds';

/** A lock is input like any other when it is read: a result that it could not name again is not made. */
const UNRECORDABLE = phrase`Its name has a control character, or begins like a drive ("c:"), which the record of a batch can't hold. Rename it, or upscale it alone.`;

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
  /**
   * Without a recipe: where the tree begins that `{folder}` keeps. The root unless given; else the
   * folder, or the fixed part of the glob, that was named.
   */
  readonly treeFrom?: 'root' | 'inputs';
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
  /** Of plans that are made again and again: a file that has not changed is not read again. */
  readonly hashes?: HashMemory;
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
  /** Of a model's files; with those that prompts and drafts need where these are made. */
  readonly modelHash: (
    model: string,
    use?: { readonly prompted?: boolean; readonly drafted?: boolean },
  ) => Promise<string>;
  /**
   * Why a model can't be computed in 8 bits here; undefined when it can. Asked where those are
   * pinned and something is to be made.
   */
  readonly precisionProblem?: (model: string) => Promise<RpcError | undefined>;
  /** Which of the models restore at the same size. */
  readonly sameSize: (models: readonly string[]) => Promise<ReadonlySet<string>>;
};

const HASHES_AT_A_TIME = 8;

/**
 * Decides what is done with each picture, and why not. Writes nothing. Rejects when the signal
 * aborts. A plan during which sources came that have results, as when another branch is checked out,
 * is made once more; of those that came during this one nothing is known yet.
 */
export async function makePlan(request: PlanRequest, ports: PlanPorts): Promise<Plan> {
  const first = await planOnce(request, ports);
  const { plan, came, known } = first.came.length === 0 ? first : await planOnce(request, ports);
  if (came.length === 0) return plan;
  const items = came.map((input) => ({
    ...skipped(
      input,
      0,
      'not-readable',
      say`It appeared while the pictures were looked for. Try again.`,
    ),
    recorded: known.madeOf(input),
  }));
  return { ...plan, items: inOrder([...plan.items, ...items]) };
}

const inOrder = (items: readonly PlanItem[]): readonly PlanItem[] =>
  [...items].sort((a, b) =>
    a.input < b.input ? -1 : a.input > b.input ? 1 : a.output < b.output ? -1 : 1,
  );

/** A plan, what it is of, and sources of known results that the search for pictures did not see yet. */
async function planOnce(
  request: PlanRequest,
  ports: PlanPorts,
): Promise<{
  readonly plan: Plan;
  readonly came: readonly string[];
  readonly known: KnownOutputs;
}> {
  const { root, recipe, records, shard, signal } = request;
  const hashOf = request.hashes?.hash ?? hashSource;
  const outputRoot = request.outputRoot ?? root;
  const allowed = (await realTarget(outputRoot)) ?? outputRoot;
  const exclude = [...request.exclude, ...(recipe?.value.exclude ?? [])];
  const found = await scan({ ...request, exclude });
  const items: PlanItem[] = found.outside.map((input) =>
    skipped(input, 0, 'outside', say`It leads out of the folder.`),
  );
  for (const { input, kind } of found.special)
    items.push(skipped(input, 0, 'not-readable', say`It is a ${kindName(kind)}, not a file.`));
  const rule = recipe && ruleFor(recipe.value);
  const settingsOf: (input: string) => BatchSettings = recipe
    ? () => DEFAULT_SETTINGS
    : request.settingsFor;
  const ownTarget: Target = request.density === undefined ? {} : { density: request.density };
  const wishes = (input: string): readonly Target[] | undefined =>
    rule ? rule(input)?.targets : [ownTarget];
  const modelOf = (input: string, target: Target): string =>
    target.model ?? settingsOf(input).model;
  const sameSize = await ports.sameSize([
    ...new Set(
      found.pictures.flatMap((input) => wishes(input)?.map((wish) => modelOf(input, wish)) ?? []),
    ),
  ]);
  const namedAt = baseOfInputs(root, request.inputs);
  const ruleBase = baseOfRules();
  const treeBase = (input: string): string => {
    const own = rule?.(input);
    if (own) return ruleBase(own, input);
    return request.treeFrom === 'inputs' ? (namedAt(input) ?? '') : '';
  };
  const targetsFor = (input: string): readonly PlannedTarget[] | undefined =>
    wishes(input)?.flatMap((target) =>
      plannedTargets(input, settingsOf(input), target, sameSize, treeBase(input)),
    );
  const ofRecipe = recipe && ownFoldersOf(recipe.value, (to) => ownFolder(to, DEFAULT_SETTINGS));
  const resultFolder = (input: string): string | undefined => {
    const own = ofRecipe ? undefined : ownFolder(ownTarget, settingsOf(input));
    const base = recipe ? treeBase(input) : (namedAt(input) ?? '');
    const folders = ofRecipe ?? (own === undefined ? [] : [own]);
    return resultFolderOf(
      input,
      base,
      outputRoot === root ? folders : outputRootFolder(root, outputRoot),
    );
  };
  const setProblem = (file: string, input: string): Words | undefined =>
    wishes(input)
      ?.map((target) => {
        const { density } = target;
        if (!density) return undefined;
        const model = modelOf(input, target);
        if (sameSize.has(model))
          return say`${model} restores at the same size, so it makes no set.`;
        return request.again === true
          ? undefined
          : densityProblem(file.replaceAll(path.sep, '/'), density);
      })
      .find((problem) => problem !== undefined);
  const otherPictures = found.otherPictures.filter((input) => wishes(input) !== undefined);
  items.push(...ofShard(otherPictures, shard).flatMap((input) => otherPicture(input) ?? []));
  const isUnwanted = excludedBy(recipe?.value.exclude ?? []);
  const known = new KnownOutputs(
    records,
    recipe && ((input) => (isUnwanted(input) ? undefined : targetsFor(input))),
  );
  const candidates: Candidate[] = [];
  const elsewhere = shard && outputRoot === root && new PlannedOutputs(found.pictures, targetsFor);
  const chosen = ofShard(found.pictures, shard);
  const catalogs = new AssetCatalogs(signal);

  const per = await inParallel(
    chosen,
    HASHES_AT_A_TIME,
    async (input): Promise<{ items: PlanItem[]; candidates: Candidate[] }> => {
      signal?.throwIfAborted();
      const file = path.join(root, input);
      const info = await stat(file).catch((error: unknown) => RpcError.from(named(error, file)));
      const bytes = info instanceof RpcError ? 0 : info.size;
      const one = (
        reason: Reason,
        why: string | RpcError,
      ): { items: PlanItem[]; candidates: Candidate[] } => ({
        items: [skipped(input, bytes, reason, why)],
        candidates: [],
      });
      if (outputRoot === root && (await known.isPreviousOutput(input, outputRoot, signal)))
        return one('previous-output', say`An earlier batch made it.`);
      const results = resultFolder(input);
      if (results !== undefined)
        return one('previous-output', say`It lies in ${results}, where the results go.`);
      if (elsewhere && elsewhere.has(input))
        return one(
          'previous-output',
          say`It is the result of another picture, perhaps of another shard.`,
        );
      const inSet = request.again === true ? undefined : await whyInSet(input, file, catalogs);
      if (inSet !== undefined) return one('density', inSet);
      const planned = targetsFor(input);
      if (!planned) return one('no-rule', say`No rule of the recipe names it.`);
      if (!isInnerPath(input)) return one('impossible', inWords(UNRECORDABLE));
      const noSet = setProblem(file, input);
      if (noSet !== undefined) return one('impossible', inWords(noSet));
      if (info instanceof RpcError) return one('not-readable', info);
      // What has no record is looked into first: of what is left alone then nothing is hashed.
      const hash = once(() =>
        hashOf(file, signal).catch((error: unknown) => {
          throw named(error, file);
        }),
      );
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
    return upToDate(candidate, known, outputRoot, hashOf, signal).catch((error: unknown) => {
      signal?.throwIfAborted();
      return skipped(candidate.input, candidate.bytes, 'not-readable', RpcError.from(error));
    });
  });
  for (const [index, candidate] of candidates.entries()) {
    const done = checked[index];
    if (done) items.push(done);
    else open.push(candidate);
  }
  items.push(...(await openItems(open, request, { outputRoot, allowed }, ports)));

  // Looked at once: whoever comes later is neither gone nor forgotten.
  const there = recipe
    ? await sourcesThere(root, ofShard(known.inputs, shard), signal)
    : new Set<string>();
  const listed = new Set(found.pictures);
  const unlisted = [...there].filter((input) => !listed.has(input));
  const now =
    unlisted.length > 0 ? new Set((await scan({ ...request, exclude })).pictures) : listed;
  const out = leftOut(
    unlisted.filter((input) => !now.has(input)),
    known,
    items,
    (input) => namedAt(input) !== undefined,
    request.exclude,
  );
  items.push(...out.items);
  const previous = items.flatMap(({ input, reason }) =>
    reason === 'previous-output' ? known.madeOf(input) : [],
  );
  const isWhole = request.inputs.length === 1 && request.inputs[0] === root;
  const seen = [
    ...found.pictures,
    ...found.otherPictures,
    ...found.special.map(({ input }) => input),
  ];
  const idle = recipe && isWhole ? idleGlobs(recipe.value, seen) : [];
  const isIdle = recipe !== undefined && namesNothing(recipe.value, idle);
  const plan: Plan = {
    root,
    outputRoot,
    allowed,
    items: inOrder(
      withCollisions(items, await placesOfItems(items, root, outputRoot)).map((item) =>
        recipe ? withRecords(item, known, there) : item,
      ),
    ),
    otherFiles: found.otherFiles + found.otherPictures.length - otherPictures.length,
    orphans: recipe && !shard ? known.orphans(there) : [],
    ...(recipe && !shard ? { leftovers: [...known.leftovers, ...previous].sort(byName) } : {}),
    ...(recipe ? { recipe: recipe.file, unasked: out.unasked } : {}),
    unmatched: found.unmatched,
    ...(isIdle ? { unmatchedRules: idle } : {}),
    notes: [
      ...found.notes,
      ...mixedNotes(items, records),
      ...(idle.length > 0 && !isIdle ? [idleNote(idle)] : []),
    ],
  };
  return { plan, came: unlisted.filter((input) => now.has(input)), known };
}

const ofShard = (inputs: readonly string[], shard: Shard | undefined): readonly string[] =>
  shard ? inputs.filter((input) => shardOf(input, shard.count) === shard.index) : inputs;

/** The result of work that is done when it is first asked for. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}

async function settingsHash(
  { settings, format }: PlannedTarget,
  { modelHash }: PlanPorts,
): Promise<string> {
  const { model, restore, prompt, draft } = settings;
  // A record says itself what its result was computed in.
  const asked = { ...settings };
  delete asked.precision;
  delete asked.promptIsUsual;
  return hashValue({
    ...asked,
    format,
    modelFiles: await modelHash(model, {
      prompted: prompt !== undefined,
      drafted: draft === true,
    }),
    ...(restore === undefined ? {} : { restoreFiles: await modelHash(restore) }),
  });
}

/**
 * Whether a result was computed in what is asked for. What is left to the machine is the same
 * result in either form: another machine's choice makes nothing stale.
 */
function isAsPinned(
  { precision: made }: OutputRecord,
  { settings: { precision = 'auto' } }: Pick<PlannedTarget, 'settings'>,
): boolean {
  return precision === 'auto' || precision === (made ?? 'fp32');
}

/**
 * The item of an output that is what it would be made anew: same input, same settings, untouched.
 */
async function upToDate(
  { input, bytes, hash, settings, target }: Candidate,
  known: KnownOutputs,
  outputRoot: string,
  hashOf: Hash,
  signal: AbortSignal | undefined,
): Promise<PlanItem | undefined> {
  for (const { output, record } of known.of(input)) {
    if (record.settings !== settings || !target.mayYield(output)) continue;
    if (!isAsPinned(record, target)) continue;
    const inputHash = await hash();
    if (record.inputHash !== inputHash) continue;
    if ((await hashInside(outputRoot, output, signal, hashOf)) !== record.outputHash) continue;
    const { width, height, sourceWidth, sourceHeight } = record;
    return {
      id: output,
      input,
      output,
      inputBytes: bytes,
      ...(sourceWidth !== undefined && sourceHeight !== undefined
        ? { size: { width: sourceWidth, height: sourceHeight } }
        : {}),
      outputSize: { width, height },
      format: target.format,
      inputHash,
      settingsHash: settings,
      settings: target.settings,
      status: 'done',
      selected: false,
      reason: 'up-to-date',
      message: say`Nothing has changed since it was made.`,
    };
  }
  return undefined;
}
