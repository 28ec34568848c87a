import { stat } from 'node:fs/promises';
import path from 'node:path';
import { AssetCatalogs, whyInSet } from '../files/assetCatalogs';
import { realTarget } from '../files/paths';
import { named } from '../files/systemError';
import { RpcError } from '../shared/rpc';
import { placesOfItems, withCollisions } from './collisions';
import { inParallel } from '../shared/inParallel';
import { hashSource } from './hash';
import { idleGlobs, idleNote, namesNothing } from './idleGlobs';
import { idleKeyNotes } from './idleKeyNotes';
import { KnownOutputs } from './known';
import { mixedNotes } from './mixedPrecisions';
import { openItems, otherPicture, skipped, type Candidate } from './openItems';
import { PlannedOutputs } from './plannedOutputs';
import type { PlanPorts, PlanRequest } from './planRequest';
import type { Shard } from './records';
import { isInnerPath } from './recordShape';
import { byName, excludedBy, scan } from './scan';
import { shardOf } from './shard';
import { lookForSources } from './sources';
import { leftOut, withRecords } from './unjudged';
import { closedItems, perhapsThere } from './unreadable';
import { settingsHash, upToDate } from './upToDate';
import { Wishes } from './wishes';
import type { Plan, PlanItem, Reason } from './types';
import { say, phrase, inWords } from '../shared/phrase';
import { kindName } from '../files/kinds';

/** A lock is input like any other when it is read: a result that it could not name again is not made. */
const UNRECORDABLE = phrase`Its name has a control character, or begins like a drive ("c:"), which the record of a batch can't hold. Rename it, or upscale it alone.`;

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
  const wishes = await Wishes.of(request, found.pictures, ports);
  const otherPictures = found.otherPictures.filter((input) => wishes.of(input) !== undefined);
  items.push(...ofShard(otherPictures, shard).flatMap((input) => otherPicture(input) ?? []));
  const isUnwanted = excludedBy(recipe?.value.exclude ?? []);
  const known = new KnownOutputs(
    records,
    recipe && ((input) => (isUnwanted(input) ? undefined : wishes.targets(input))),
  );
  const candidates: Candidate[] = [];
  const elsewhere =
    shard &&
    outputRoot === root &&
    new PlannedOutputs(found.pictures, (input) => wishes.targets(input));
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
      // What was named is told first that it is not there, as where it is named alone.
      if (info instanceof RpcError && found.named.has(input)) return one('not-readable', info);
      if (outputRoot === root && (await known.isPreviousOutput(input, outputRoot, signal)))
        return one('previous-output', say`An earlier batch made it.`);
      const results = wishes.resultFolder(input);
      if (results !== undefined)
        return one('previous-output', say`It lies in ${results}, where the results go.`);
      if (elsewhere && elsewhere.has(input))
        return one(
          'previous-output',
          say`It is the result of another picture, perhaps of another shard.`,
        );
      const inSet = request.again === true ? undefined : await whyInSet(input, file, catalogs);
      if (inSet !== undefined) return one('density', inWords(inSet));
      const planned = wishes.targets(input);
      if (!planned) return one('no-rule', say`No rule of the recipe names it.`);
      if (!isInnerPath(input)) return one('impossible', inWords(UNRECORDABLE));
      const noSet = wishes.setProblem(file, input);
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
  const recorded = recipe ? ofShard(known.inputs, shard) : [];
  const sources = await lookForSources(root, recorded, signal);
  const unreadable = found.unreadable.filter(({ input }) => wishes.mayReach(input));
  const closed = closedItems(unreadable, recorded, known);
  items.push(...closed.items);
  const there = perhapsThere(sources, closed.hidden);
  const listed = new Set([...found.pictures, ...closed.hidden]);
  const unlisted = [...sources.there].filter((input) => !listed.has(input));
  const now =
    unlisted.length > 0 ? new Set((await scan({ ...request, exclude })).pictures) : listed;
  const out = leftOut(
    [
      ...unlisted.filter((input) => !now.has(input)),
      ...[...sources.unknown.keys()].filter((input) => !listed.has(input)),
    ],
    sources,
    known,
    items,
    (input) => wishes.namedAt(input) !== undefined,
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
  const idle = recipe && isWhole ? idleGlobs(recipe.value, seen, unreadable) : [];
  const isIdle = recipe !== undefined && namesNothing(recipe.value, idle);
  const plan: Plan = {
    root,
    outputRoot,
    allowed,
    items: inOrder(
      withCollisions(items, await placesOfItems(items, root, outputRoot)).map((item) => ({
        ...(recipe ? withRecords(item, known, there) : item),
        ...(found.named.has(item.input) ? { named: true } : {}),
      })),
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
      ...(recipe ? idleKeyNotes(recipe.value, items) : []),
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
