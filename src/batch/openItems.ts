import path from 'node:path';
import type { Judgement, PictureFacts } from '../shared/engineProtocol';
import type { Size } from '../shared/geometry';
import { inParallel } from '../shared/inParallel';
import { otherPictureNamed } from '../shared/otherPictures';
import { outputSize } from '../shared/outputSize';
import { RpcError } from '../shared/rpc';
import { resultHash } from './hash';
import { callFor, limitsOf } from './itemCall';
import type { Judged, PlanPorts, PlanRequest } from './planRequest';
import { Place } from '../files/place';
import type { PlannedTarget } from './targets';
import type { Plan, PlanItem, Reason } from './types';
import { phrase, say } from '../shared/phrase';
import { wishError } from '../shared/wishError';

const PLACES_AT_A_TIME = 8;
const INSPECTED_AT_A_TIME = 64;
const JUDGED_AT_A_TIME = 64;

/** Part of an input that may become an item. */
export type Candidate = {
  readonly input: string;
  readonly bytes: number;
  /** SHA-256 of the input, computed when it is first asked for. Rejects when it can't be read. */
  readonly hash: () => Promise<string>;
  readonly target: PlannedTarget;
  readonly settings: string;
};

/** Where outputs lie: as it is called, and as it really is. */
type OutputRoots = Pick<Plan, 'outputRoot' | 'allowed'>;

/** The item of an input of which nothing is made. */
export const skipped = (
  input: string,
  inputBytes: number,
  reason: Reason,
  why: string | RpcError,
): PlanItem => ({
  id: `?${input}`,
  input,
  output: '',
  inputBytes,
  status: 'skip',
  selected: false,
  reason,
  ...wordsOf(why),
});

const wordsOf = (why: string | RpcError): Pick<PlanItem, 'message' | 'hint' | 'code'> =>
  typeof why === 'string'
    ? { message: why }
    : {
        code: why.code,
        message: why.message,
        ...(why.hint === undefined ? {} : { hint: why.hint }),
      };

/**
 * The item of a file whose name is that of a kind which can't be upscaled; undefined for others. It
 * is not looked into. Beside pictures such files are left out on purpose, so they are no failure.
 */
export function otherPicture(input: string): PlanItem | undefined {
  const kind = otherPictureNamed(input);
  return (
    kind &&
    skipped(
      input,
      0,
      'other-kind',
      new RpcError({
        code: 'input-not-an-image',
        message: phrase`${path.posix.basename(input)} is ${kind.name}, which can't be upscaled.`,
        hint: kind.hint,
      }),
    )
  );
}

/** The items that have to be looked into. */
export async function openItems(
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
  const found = candidates.map((candidate): PlanItem | Wanted => {
    const { input, bytes } = candidate;
    const fact = facts.get(input);
    if (!fact?.ok)
      return skipped(
        input,
        bytes,
        'not-readable',
        fact ? new RpcError(fact) : say`It can't be read.`,
      );
    if (fact.size.width < minimum && fact.size.height < minimum)
      return skipped(
        input,
        bytes,
        'too-small',
        say`It has ${fact.size.width}×${fact.size.height} pixels; pictures below ${minimum} a side are left alone.`,
      );
    try {
      return wantedOf(candidate, fact, request, roots);
    } catch (error) {
      return skipped(input, bytes, 'impossible', RpcError.from(wishError(error)));
    }
  });
  const open = found.filter((one) => 'candidate' in one);
  const judgements = new Map<Wanted, Judgement>();
  for (let at = 0; at < open.length; at += JUDGED_AT_A_TIME) {
    request.signal?.throwIfAborted();
    const chunk = open.slice(at, at + JUDGED_AT_A_TIME);
    const results = await ports.judge(chunk.map(({ judged }) => judged));
    chunk.forEach((one, i) => {
      const result = results[i];
      if (result) judgements.set(one, result);
    });
  }
  return inParallel(found, PLACES_AT_A_TIME, async (one) => {
    if (!('candidate' in one)) return one;
    try {
      return await openItem(one, judgements.get(one), request, roots, ports);
    } catch (error) {
      request.signal?.throwIfAborted();
      const { input, bytes } = one.candidate;
      return skipped(input, bytes, 'impossible', RpcError.from(error));
    }
  });
}

/** A result that is wanted, and the call that would make it. */
type Wanted = {
  readonly candidate: Candidate;
  readonly output: string;
  readonly size: Size;
  readonly judged: Judged;
};

function wantedOf(
  candidate: Candidate,
  facts: PictureFacts & { readonly ok: true },
  request: PlanRequest,
  { outputRoot, allowed }: OutputRoots,
): Wanted {
  const { input, target } = candidate;
  const { size, border } = facts;
  const grows = { width: size.width - border, height: size.height - border };
  const output = target.outputFor(grows);
  const enlarged = outputSize(grows, target.settings).size;
  return {
    candidate,
    output,
    size: { width: enlarged.width + border, height: enlarged.height + border },
    judged: {
      facts,
      call: callFor(target.settings, {
        input: path.join(request.root, input),
        output: path.join(outputRoot, output),
        allowed,
        limits: limitsOf(request.settingsFor('')),
      }),
    },
  };
}

async function openItem(
  { candidate, output, size: plannedSize, judged }: Wanted,
  judgement: Judgement | undefined,
  request: PlanRequest,
  { outputRoot, allowed }: OutputRoots,
  { precisionProblem }: PlanPorts,
): Promise<PlanItem> {
  const { input, bytes, hash, settings, target } = candidate;
  const { size, frames } = judged.facts;
  const file = path.join(outputRoot, output);
  const base: Omit<PlanItem, 'status' | 'selected' | 'inputHash' | 'existingHash'> & {
    inputHash?: string;
    existingHash?: string;
  } = {
    id: output,
    input,
    output,
    inputBytes: bytes,
    size,
    frames,
    outputSize: judgement?.ok === true ? judgement.size : plannedSize,
    format: target.format,
    settingsHash: settings,
    settings: target.settings,
  };
  const refuse = (reason: Reason, why: string | RpcError): PlanItem => ({
    ...base,
    id: `?${output}`,
    output: '',
    refusedOutput: output,
    status: 'skip',
    selected: false,
    reason,
    ...wordsOf(why),
  });
  const problem = judgement?.ok === false ? new RpcError(judgement) : undefined;
  if (problem?.code === 'output-outside')
    return refuse('outside', say`Its output ${output} would lie outside the folder.`);
  const { precision, model } = target.settings;
  const noInt8 = precision === 'int8' ? await precisionProblem?.(model) : undefined;
  if (noInt8) return refuse('impossible', noInt8);
  if (problem) return refuse(REASONS_BY_CODE[problem.code] ?? 'impossible', problem);
  try {
    base.inputHash = await hash();
  } catch (error) {
    request.signal?.throwIfAborted();
    return refuse('not-readable', RpcError.from(error));
  }
  const now = await resultHash(outputRoot, output, request.signal).catch((error: unknown) => {
    request.signal?.throwIfAborted();
    return RpcError.from(error);
  });
  const record = request.records[output];
  if (now !== undefined && request.keepExisting === true) {
    const there = await hasResult(file, allowed).catch((error: unknown) => RpcError.from(error));
    return there instanceof RpcError
      ? refuse('impossible', there)
      : refuse('exists', say`The output exists.`);
  }
  if (now instanceof RpcError) return refuse('impossible', now);
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
      message: say`The output exists and is replaced.`,
    };
  return wasMade
    ? {
        ...base,
        status: 'todo',
        selected: false,
        reason: 'hand-edited',
        message: say`The output was changed by hand since it was made.`,
      }
    : {
        ...base,
        status: 'todo',
        selected: false,
        reason: 'exists',
        message: say`The output exists, and no batch made it.`,
      };
}

const REASONS_BY_CODE: Readonly<Record<string, Reason | undefined>> = {
  'folder-read-only': 'read-only',
  'output-is-source': 'collision',
  'output-name': 'outside',
  'output-unwritable': 'outside',
};

const hasResult = async (file: string, within: string): Promise<boolean> =>
  (await Place.find({ path: file, within })).hasResult();
