import path from 'node:path';
import { isMissing } from '../batch/missing';
import type { Orphan } from '../batch/orphans';
import {
  isUsual,
  type Outcome,
  type Plan,
  type PlanItem,
  type Reason,
  type Report,
} from '../batch/types';
import { deviceText } from '../shared/deviceText';
import { RpcError } from '../shared/rpc';
import { CANCELLED, errorObject, reportFailure } from './output';
import { print, printJson, tell } from './terminal';

/** Codes of those that are no errors of the engine. */
const CODES: { readonly [R in Reason]?: string } = {
  'not-readable': 'input-unreadable',
  collision: 'output-collision',
  'read-only': 'folder-read-only',
  outside: 'output-outside',
  impossible: 'bad-setting',
};

const NO_MATCH = new RpcError({
  code: 'no-match',
  message: 'No picture matches it.',
  hint: 'What .gitignore leaves out needs --no-gitignore, what begins with a dot a folder’s name.',
});

const NO_RULE_MATCH = new RpcError({
  code: 'no-match',
  message: 'No picture matches it.',
  hint: 'It is a glob of the recipe. What .gitignore leaves out needs --no-gitignore.',
});

/** Globs that were named, or a recipe that names nothing at all, without a picture. */
const misses = ({ unmatched, unmatchedRules = [] }: Plan): readonly [string, RpcError][] => [
  ...unmatched.map((glob): [string, RpcError] => [glob, NO_MATCH]),
  ...unmatchedRules.map((glob): [string, RpcError] => [glob, NO_RULE_MATCH]),
];

/** Whether the lock knows of results whose source is left alone, so that they may be stale. */
const isUnjudged = ({ recorded = [] }: PlanItem): boolean => recorded.length > 0;

const needsNoWord = (item: PlanItem): boolean => isUsual(item) && !isUnjudged(item);

const failureOf = ({ code, reason, message = '', hint }: PlanItem): RpcError =>
  new RpcError({
    code: code ?? (reason && CODES[reason]) ?? 'internal',
    message,
    ...(hint === undefined ? {} : { hint }),
  });

/**
 * Tells what can't be made, or was named and is not there, each also as an object on stdout, and
 * what is left alone. Returns whether nothing is missing.
 */
export function reportLeftAlone(plan: Plan, json: boolean): boolean {
  for (const item of plan.items) {
    const { input, reason, message = '' } = item;
    if (reason === undefined) continue;
    const file = path.join(plan.root, input);
    if (isMissing(item)) reportFailure(failureOf(item), json, file);
    else if (needsNoWord(item) || item.selected) continue;
    else {
      const force = reason === 'hand-edited' || reason === 'exists' ? ' --force replaces it.' : '';
      if (json) printJson({ input: file, state: 'left alone', reason, message: message + force });
      else tell(`left alone: ${input}  ${message}${force}`);
    }
  }
  const missing = misses(plan);
  for (const [glob, error] of missing) reportFailure(error, json, glob);
  return missing.length === 0 && !plan.items.some(isMissing);
}

/** In CI: says what would have to be made again. */
export function reportCheck(plan: Plan, json: boolean): boolean {
  const { items, orphans, leftovers = [] } = plan;
  const missing = misses(plan);
  const stale = items.filter(({ status }) => status === 'todo');
  const wrong = items.filter(
    (item) => isMissing(item) || item.reason === 'outside' || isUnjudged(item),
  );
  const unmade = leftovers.filter((output) => !orphans.includes(output));
  const alone = items.filter(
    (item) => item.named && item.status === 'skip' && !wrong.includes(item),
  );
  if (json) {
    for (const item of [...stale, ...wrong, ...alone]) printJson(planLine(item));
    for (const output of orphans) printJson({ output, status: 'orphan' });
    for (const output of unmade) printJson({ output, status: 'leftover' });
    for (const [glob, error] of missing) printJson({ input: glob, error: errorObject(error) });
  } else {
    for (const { output, input, reason } of stale)
      print(
        `stale  ${output}  (${reason === 'hand-edited' ? 'changed by hand' : `from ${input}`})`,
      );
    for (const output of orphans) print(`orphan  ${output}  (its source is gone)`);
    for (const output of unmade) print(`leftover  ${output}  (no rule makes it any more)`);
    for (const item of wrong) print(`wrong  ${item.input}  ${wordsOf(item)}`);
    for (const item of alone) tell(`left alone: ${item.input}  ${wordsOf(item)}`);
    for (const [glob, { message }] of missing) print(`wrong  ${glob}  ${message}`);
  }
  const upToDate = items.filter(({ status }) => status === 'done').length;
  const isFine =
    stale.length + wrong.length + orphans.length + unmade.length + missing.length === 0;
  tell(
    isFine
      ? `${upToDate} outputs are up to date.`
      : `${stale.length} outputs are stale, ${orphans.length} have no source any more, ` +
          (unmade.length === 0 ? '' : `${unmade.length} no rule any more, `) +
          `${wrong.length + missing.length} can’t be made or judged; ${upToDate} are up to date.`,
  );
  return isFine;
}

const planLine = (item: PlanItem): object => {
  const { input, output, status, selected, reason, message, size, outputSize, recorded } = item;
  return {
    input,
    ...(output === '' ? {} : { output }),
    status,
    selected,
    reason,
    message,
    size,
    outputSize,
    ...(recorded === undefined ? {} : { recorded }),
    ...(isMissing(item) ? { error: errorObject(failureOf(item)) } : {}),
  };
};

const wordsOf = ({ message = '', hint }: PlanItem): string =>
  hint === undefined ? message : `${message} ${hint}`;

/** Prints a plan; returns whether all that was asked for can be made. */
export function reportPlan(plan: Plan, json: boolean): boolean {
  const { items, otherFiles } = plan;
  const missing = misses(plan);
  for (const [glob, error] of missing) reportFailure(error, json, glob);
  const isComplete = missing.length === 0 && !items.some(isMissing);
  if (json) {
    for (const item of items) printJson(planLine(item));
    return isComplete;
  }
  for (const item of items) {
    const { input, output, status, selected, outputSize } = item;
    print(
      status === 'todo' && selected
        ? `todo  ${input} → ${output}  ${outputSize?.width ?? 0}×${outputSize?.height ?? 0}`
        : `${status === 'done' ? 'done' : 'skip'}  ${input}  ${wordsOf(item)}`,
    );
  }
  tell(`${summary(items)}${otherFiles === 0 ? '' : `, ${otherFiles} other files`}`);
  return isComplete;
}

/** How many items of a plan are of which kind. */
export function summary(items: readonly PlanItem[]): string {
  const todo = items.filter(({ status, selected }) => status === 'todo' && selected).length;
  const done = items.filter(({ status }) => status === 'done').length;
  // What earlier batches made is no input, so there is nothing to say of it.
  const others = items.filter(({ reason }) => reason === 'previous-output').length;
  return `${todo} to do, ${done} up to date, ${items.length - todo - done - others} left alone`;
}

/** Prints how one picture ended. */
export function reportOutcome(outcome: Outcome, { root, outputRoot }: Plan, json: boolean): void {
  const { input, output, state, code, message, hint, notes, seconds, size, bytes } = outcome;
  const { device, server, unverified } = outcome;
  if (json) {
    const error =
      state === 'failed'
        ? { error: { code: code ?? 'internal', message, ...(hint === undefined ? {} : { hint }) } }
        : state === 'cancelled'
          ? { error: errorObject(CANCELLED) }
          : {};
    printJson({
      input: path.join(root, input),
      output: path.join(outputRoot, output),
      state,
      ...size,
      bytes,
      seconds,
      ...(device === undefined ? {} : { device }),
      ...(server === undefined ? {} : { server }),
      ...(unverified === true ? { unverified } : {}),
      notes,
      ...error,
    });
  } else if (state === 'done') {
    const where = device === 'remote' ? ` on ${deviceText({ device, server })}` : '';
    print(`${output}  ${size?.width ?? 0}×${size?.height ?? 0}  ${seconds.toFixed(1)} s${where}`);
    for (const note of notes) tell(`  note: ${note}`);
  } else if (state === 'failed')
    tell(`${input}: ${message ?? ''}${hint === undefined ? '' : ` ${hint}`}`);
}

/** Names a result whose source is gone. */
export function reportOrphan({ output, removed }: Orphan, json: boolean): void {
  if (json) printJson({ output, state: removed ? 'removed' : 'orphan' });
  else
    tell(
      removed
        ? `removed: ${output}  Its source is gone.`
        : `orphan: ${output}  Its source is gone; remove it, or let the recipe do so ("removeOrphans").`,
    );
}

/** How a run ended, in a sentence. */
export function reportSentence({ outcomes, seconds, cancelled }: Report): string {
  const count = (state: Outcome['state']): number =>
    outcomes.filter((outcome) => outcome.state === state).length;
  const failed = count('failed');
  return (
    `${cancelled ? 'Cancelled: ' : ''}${count('done')} upscaled in ` +
    `${seconds.toFixed(1)} s${failed === 0 ? '' : `, ${failed} failed`}`
  );
}
