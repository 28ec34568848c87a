import path from 'node:path';
import { densityOutputs, setSource, srcset } from '../shared/density';
import type { EngineClient } from '../client/engineClient';
import type { UpscaleResult } from '../shared/engineProtocol';
import { deviceText } from '../shared/deviceText';
import { named } from '../files/systemError';
import { describeGuidance } from '../shared/guidance';
import { RpcError } from '../shared/rpc';
import type { UpscaleOptions } from './callSettings';
import { formatProblem } from './idleOptions';
import { CallError } from './callError';
import { planFiles, takenNameNote, type FileItem } from './filePlan';
import { CANCELLED, errorObject, reportFailure } from './output';
import { LongRunNote } from './longRunNote';
import { ProgressBar } from './progressBar';
import { successOf, type Success } from './success';
import { print, printJson, tell } from './terminal';

/**
 * Upscales files one after another; a failure does not stop the rest. Returns whether all
 * succeeded.
 */
export async function upscaleFiles(
  client: EngineClient,
  files: readonly string[],
  options: UpscaleOptions,
  given: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Success> {
  const items = await planFiles(client, files, options, given, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error;
    return undefined;
  });
  if (!items) {
    for (const file of new Set(files)) reportCancelled(path.resolve(file), options.json);
    return false;
  }
  const outputs = items.flatMap(({ output, problem, skipped }) =>
    problem || skipped !== undefined || output === '' ? [] : [output],
  );
  const idle = formatProblem(given, options, outputs);
  if (idle !== undefined) throw new CallError(idle);
  if (options.dryRun) return reportPlan(items, options.json);
  const bar = new ProgressBar(items.length);
  const note = new LongRunNote(() => bar.clear());
  const failed = new Map<string, string>();
  for (const [index, { input, call, problem }] of items.entries()) {
    if (signal.aborted) {
      reportCancelled(input, options.json);
      continue;
    }
    bar.start(index + 1, path.basename(input));
    try {
      if (problem) throw problem;
      const result = await client.upscale(call, {
        signal,
        onProgress: (progress) => {
          note.see(progress, path.basename(input), call);
          bar.update(progress);
        },
      });
      bar.stop();
      const taken = takenNameNote(call, result);
      const notes = taken === undefined ? result.notes : [...result.notes, taken];
      report({ ...result, notes }, options.json);
    } catch (error) {
      bar.stop();
      const failure = failureOf(error, input, signal);
      failed.set(input, failure.code);
      reportFailure(failure, options.json, input);
    }
  }
  if (options.density === 'web' && !options.json && !signal.aborted)
    for (const file of files) if (!failed.has(path.resolve(file))) print(srcsetOf(file, options));
  return successOf([...failed.values()]);
}

/** What is told of a picture that failed: of one that was ended, that. */
const failureOf = (error: unknown, input: string, signal: AbortSignal): RpcError =>
  signal.aborted ? CANCELLED : RpcError.from(named(error, input));

/** Nobody needs to read a line for each; a program waits for an object. */
function reportCancelled(input: string, json: boolean): void {
  if (json) printJson({ input, error: errorObject(CANCELLED) });
}

/** Says what would be made; returns whether all of it can be. */
function reportPlan(items: readonly FileItem[], json: boolean): boolean {
  for (const { input, output, size, problem, skipped } of items) {
    const shown = (file: string): string => path.relative(process.cwd(), file) || file;
    if (problem) reportFailure(problem, json, input);
    else if (json) {
      const status = skipped === undefined ? 'todo' : 'skip';
      printJson({ input, output, status, message: skipped, outputSize: size });
    } else if (skipped !== undefined) print(`skip  ${shown(input)}  ${skipped}`);
    else
      print(
        `todo  ${shown(input)} → ${shown(output)}  ${size ? `${size.width}×${size.height}` : ''}`,
      );
  }
  return items.every(({ problem }) => !problem);
}

/** The `srcset` of a page in the folder of the results; the source may lie in another one. */
function srcsetOf(file: string, { format, out }: UpscaleOptions): string {
  const name = path.basename(file);
  const way = path.relative(path.resolve(out ?? path.dirname(file)), path.resolve(file));
  const outputs = densityOutputs(setSource(name, format), 'web');
  // From another drive of Windows there is no way.
  const source = path.isAbsolute(way) ? name : way.replaceAll(path.sep, '/');
  return `srcset="${srcset(source, outputs)}"`;
}

function report(result: UpscaleResult, json: boolean): void {
  const {
    input,
    output,
    width,
    height,
    model,
    device,
    server,
    unverified,
    precision,
    scale,
    guidance,
    tiles,
    seconds,
    peakRssMB,
    notes,
    prompt,
    draft,
    skipped,
  } = result;
  if (json) {
    printJson({
      input,
      output,
      width,
      height,
      model,
      device,
      ...(server === undefined ? {} : { server }),
      ...(unverified === true ? { unverified } : {}),
      ...(precision === undefined ? {} : { precision }),
      scale,
      guidance,
      ...(prompt === undefined ? {} : { prompt }),
      ...(draft === undefined ? {} : { draft }),
      tiles,
      seconds,
      peakRssMB,
      skipped,
      notes,
    });
    return;
  }
  const shown = path.relative(process.cwd(), output || input) || output;
  if (skipped) {
    print(`${shown}  skipped: ${notes.join(' ')}`);
    return;
  }
  print(
    [
      shown,
      `${width}×${height}`,
      `×${Math.round(scale * 100) / 100}`,
      describeGuidance(guidance, result.branches),
      prompt === undefined ? '' : `“${prompt}”`,
      draft ? 'draft' : '',
      `${seconds.total.toFixed(1)} s on ${deviceText(result)}`,
    ]
      .filter((part) => part !== '')
      .join('  '),
  );
  for (const note of notes) tell(`  note: ${note}`);
}
