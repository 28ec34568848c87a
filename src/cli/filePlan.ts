import path from 'node:path';
import { clashesAmong } from '../client/clashes';
import type { EngineClient, UpscaleCall } from '../client/engineClient';
import { atOwnSize, plannedResult, restoresOnly } from '../client/plannedResult';
import { realTarget } from '../files/paths';
import { patternPlace } from '../files/patternPlace';
import { wantedPath } from '../files/wantedPath';
import { AssetCatalogs, setProblem } from '../files/assetCatalogs';
import { densityFolder, densityOutputs, setSource } from '../shared/density';
import type { JudgedCall, Judgement, OutputTarget, UpscaleResult } from '../shared/engineProtocol';
import { formatFromName } from '../shared/extensions';
import type { Size } from '../shared/geometry';
import { splitName } from '../shared/nameParts';
import { isRooted } from '../shared/naming';
import { RpcError } from '../shared/rpc';
import { settingsFor, type UpscaleOptions } from './callSettings';
import { CallError } from './callError';
import { dependsOnFormat } from './idleOptions';
import { readOut, type OutPath } from './outPath';
import { inWords } from '../shared/phrase';

/** One result of a picture that was named. */
export type FileItem = {
  /** Absolute. */
  readonly input: string;
  readonly call: UpscaleCall;
  /** Absolute; empty where nothing is known of it. */
  readonly output: string;
  readonly size?: Size;
  /** Why it can't be made. */
  readonly problem?: RpcError;
  /** Why it is left alone. */
  readonly skipped?: string;
};

/**
 * Decides what is made of pictures that were named one by one, before anything is written: a
 * result that is another's, too, or another one's source, is refused. Rejects with a `CallError`.
 */
export async function planFiles(
  client: Pick<EngineClient, 'inspect' | 'judge' | 'models' | 'precision'>,
  files: readonly string[],
  options: UpscaleOptions,
  given: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly FileItem[]> {
  const severalResults = files.length > 1 || options.density !== undefined;
  const out = options.out === undefined ? undefined : await readOut(options.out, severalResults);
  if (out?.kind === 'file' && given.has('name'))
    throw new CallError('--name has no effect when --out names a file. Give one of them.');
  const named = out?.kind === 'file' ? formatFromName(out.path) : undefined;
  if (named !== undefined && options.format !== 'source' && options.format !== named)
    throw new CallError(
      `--out ${options.out} names a picture of the format ${named.toUpperCase()}, and --format says ` +
        `${options.format.toUpperCase()}. Give one of them, or the same twice.`,
    );
  const inputs = [...new Set(files.map((file) => path.resolve(file)))];
  const wanted: { readonly input: string; readonly call: UpscaleCall }[] = [];
  const problems = new Map<string, RpcError>();
  const keepsSize = await restoresOnly(client, options.model);
  const noInt8 = await precisionProblem(client, options, signal);
  const catalogs = new AssetCatalogs(signal);
  for (const input of inputs) {
    const problem = (await noSetOf(input, options, keepsSize, catalogs)) ?? noInt8;
    if (problem !== undefined) problems.set(input, problem);
    for (const call of await callsFor(input, out, options)) {
      wanted.push({ input, call });
      if (problem !== undefined) break;
    }
  }
  // Alone, and with free names, nothing can be overwritten; then no header is read twice.
  const mayCollide =
    files.length > 1 && wanted.some(({ call }) => call.overwrite !== 'nextFreeName');
  if (!options.dryRun && !mayCollide && !dependsOnFormat(given))
    return wanted.map((item) => withProblem({ ...item, output: '' }, problems.get(item.input)));

  const facts = await client.inspect(
    { inputs, maxInputMegapixels: options.maxMegapixels },
    { signal },
  );
  const known = new Map(inputs.map((input, index) => [input, facts[index]]));
  const open: JudgedCall[] = [];
  const found = wanted.map(({ input, call: asked }): FileItem | JudgedCall => {
    const fact = known.get(input);
    const call = keepsSize ? atOwnSize(asked) : asked;
    const problem = problems.get(input) ?? (fact && !fact.ok ? new RpcError(fact) : undefined);
    if (problem || !fact?.ok) return withProblem({ input, call, output: '' }, problem);
    const one = { call, facts: fact };
    open.push(one);
    return one;
  });
  const judged = await client.judge(open, { signal });
  const judgements = new Map(open.map((one, index) => [one, judged[index]]));
  const items = found.map((one) => ('facts' in one ? planned(one, judgements.get(one)) : one));
  return withCollisions(items, inputs);
}

/** Why 8 bits, which are asked for, can't be had. */
async function precisionProblem(
  client: Pick<EngineClient, 'precision'>,
  { model, device, precision }: UpscaleOptions,
  signal: AbortSignal,
): Promise<RpcError | undefined> {
  if (precision !== 'int8') return undefined;
  return client.precision({ model, device, precision }, { signal }).then(
    () => undefined,
    (error: unknown) => RpcError.from(error),
  );
}

/** Why there can't be a set of a picture. */
async function noSetOf(
  input: string,
  { density, again, model }: UpscaleOptions,
  keepsSize: boolean,
  catalogs: AssetCatalogs,
): Promise<RpcError | undefined> {
  if (density === undefined) return undefined;
  if (keepsSize)
    return refusal(
      'density-not-possible',
      `${model} restores at the same size, so it makes no set.`,
      'Let it run before another model, with --restore.',
    );
  const problem = again ? undefined : await setProblem(input, density, catalogs);
  return problem === undefined
    ? undefined
    : refusal('density-not-possible', inWords(problem), 'Make the set of another one.');
}

/** The item of a call that the engine has judged. */
function planned({ call, facts }: JudgedCall, judgement: Judgement | undefined): FileItem {
  const { input } = call;
  if (judgement?.ok !== true)
    return withProblem(
      { input, call, output: '' },
      judgement ? new RpcError(judgement) : undefined,
    );
  const { size, leftAlone } = judgement;
  const item = { input, call, output: plannedResult(call, facts).path, size };
  if (!leftAlone) return item;
  const { kind, why } = leftAlone;
  return { ...item, skipped: kind === 'in-set' ? `${why} --again takes it, too.` : why };
}

/** Of several sources with one result the first keeps it; no source is replaced by another's. */
async function withCollisions(
  items: readonly FileItem[],
  inputs: readonly string[],
): Promise<FileItem[]> {
  const clashes = await clashesAmong(
    items.map((item) => {
      const isFree = item.output === '' || item.problem || item.call.overwrite === 'nextFreeName';
      return isFree ? undefined : item;
    }),
    inputs,
  );
  return items.map((item, index) => {
    const clash = clashes[index];
    if (!clash) return item;
    const shown = path.relative(process.cwd(), item.output) || item.output;
    return withProblem(
      item,
      refusal(
        'output-collision',
        clash.kind === 'source'
          ? `Its result ${shown} would replace another picture that is to be upscaled.`
          : `${shown} is the result of ${path.relative(process.cwd(), clash.of)}, too.`,
        'Give them different names, or upscale their folder, whose tree is kept.',
      ),
    );
  });
}

/** A picture's call, or one for each file of its set. */
async function callsFor(
  input: string,
  out: OutPath | undefined,
  options: UpscaleOptions,
): Promise<readonly UpscaleCall[]> {
  const settings = settingsFor(options);
  if (options.density === undefined)
    return [{ ...settings, input, target: targetFor(input, out, options) }];
  const source = setSource(input.replaceAll(path.sep, '/'), options.format);
  const place = out
    ? `${out.path.replaceAll(path.sep, '/').replace(/\/$/, '')}/`
    : densityFolder(source, options.density);
  const folder = path.resolve(place);
  const within = (await realTarget(folder)) ?? folder;
  return densityOutputs(source, options.density, place).map(({ path: output, factor }) => ({
    ...settings,
    input,
    scale: factor,
    target: { kind: 'file', path: path.resolve(output), within },
    // A set's names are fixed.
    overwrite: options.overwrite ? 'overwrite' : 'skip',
  }));
}

function targetFor(
  input: string,
  out: OutPath | undefined,
  { name }: UpscaleOptions,
): OutputTarget {
  if (out?.kind === 'file') return { kind: 'file', path: out.path };
  // A pattern with {folder} begins here, every other beside the picture; --out is another place.
  const cwd = process.cwd();
  const { directory, folder } = patternPlace(
    name,
    input,
    cwd,
    out?.path ?? (isRooted(name) ? cwd : undefined),
  );
  return { kind: 'pattern', directory, pattern: name, folder };
}

/** Why a result is called otherwise than was asked for; undefined when it is not. */
export function takenNameNote(call: UpscaleCall, result: UpscaleResult): string | undefined {
  const format = formatFromName(result.output);
  if (call.overwrite !== 'nextFreeName' || result.skipped || format === undefined) return undefined;
  const wanted = path.basename(wantedPath(call, { format, scale: result.scale }));
  const { stem, extension } = splitName(path.basename(result.output));
  const [, first] = /^(.*)-\d+$/s.exec(stem) ?? [];
  return first !== undefined && `${first}.${extension}` === wanted
    ? `${wanted} is there already, so the next free name was taken.`
    : undefined;
}

const refusal = (code: string, message: string, hint: string | undefined): RpcError =>
  new RpcError({ code, message, ...(hint === undefined ? {} : { hint }) });

const withProblem = (item: FileItem, problem: RpcError | undefined): FileItem =>
  problem ? { ...item, problem } : item;
