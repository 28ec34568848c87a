import path from 'node:path';
import type { Outcome, Plan, PlanItem, Reason, Report } from '../batch/types';
import { RpcError } from '../shared/rpc';
import { reportFailure } from './output';
import { print, printJson, tell } from './terminal';

/** Reasons that need no word: they hold for most files of a folder. */
const EXPECTED: readonly Reason[] = ['up-to-date', 'density', 'previous-output', 'no-rule'];
/** Reasons for which something that was asked for is not made. */
const FAILURES: readonly Reason[] = ['not-readable', 'collision', 'read-only'];

const NO_MATCH = new RpcError({
  code: 'no-match',
  message: 'No picture matches it.',
  hint: 'What .gitignore leaves out needs --no-gitignore, what begins with a dot a folder’s name.',
});

/** Whether an item was asked for and can't be made; what leads out of the folder was not. */
const isFailure = ({ reason, size }: PlanItem): boolean =>
  reason !== undefined &&
  (FAILURES.includes(reason) || (reason === 'outside' && size !== undefined));

/**
 * Tells what can't be made, or was named and is not there, each also as an object on stdout, and
 * what is left alone. Returns whether nothing is missing.
 */
export function reportLeftAlone(plan: Plan, json: boolean): boolean {
  for (const item of plan.items) {
    const { input, reason, message = '' } = item;
    if (reason === undefined) continue;
    const file = path.join(plan.root, input);
    if (isFailure(item)) reportFailure(new RpcError({ code: reason, message }), json, file);
    else if (EXPECTED.includes(reason) || item.selected) continue;
    else {
      const force = reason === 'hand-edited' || reason === 'exists' ? ' --force replaces it.' : '';
      if (json) printJson({ input: file, state: 'left alone', reason, message: message + force });
      else tell(`left alone: ${input}  ${message}${force}`);
    }
  }
  for (const glob of plan.unmatched) reportFailure(NO_MATCH, json, glob);
  return plan.unmatched.length === 0 && !plan.items.some(isFailure);
}

/** In CI: says what would have to be made again. */
export function reportCheck(
  { items, orphans, leftovers = [], unmatched }: Plan,
  json: boolean,
): boolean {
  const stale = items.filter(({ status }) => status === 'todo');
  const wrong = items.filter((item) => isFailure(item) || item.reason === 'outside');
  const unmade = leftovers.filter((output) => !orphans.includes(output));
  if (json) for (const item of [...stale, ...wrong]) printJson(planLine(item));
  else {
    for (const { output, input, reason } of stale)
      print(
        `stale  ${output}  (${reason === 'hand-edited' ? 'changed by hand' : `from ${input}`})`,
      );
    for (const output of orphans) print(`orphan  ${output}  (its source is gone)`);
    for (const output of unmade) print(`leftover  ${output}  (no rule makes it any more)`);
    for (const { input, message } of wrong) print(`wrong  ${input}  ${message ?? ''}`);
    for (const glob of unmatched) print(`wrong  ${glob}  No picture matches it.`);
  }
  const upToDate = items.filter(({ status }) => status === 'done').length;
  const isFine =
    stale.length + wrong.length + orphans.length + unmade.length + unmatched.length === 0;
  tell(
    isFine
      ? `${upToDate} outputs are up to date.`
      : `${stale.length} outputs are stale, ${orphans.length} have no source any more, ` +
          (unmade.length === 0 ? '' : `${unmade.length} no rule any more, `) +
          `${wrong.length + unmatched.length} can’t be made or judged; ${upToDate} are up to date.`,
  );
  return isFine;
}

const planLine = ({
  input,
  output,
  status,
  selected,
  reason,
  message,
  size,
  outputSize,
}: PlanItem): object => ({
  input,
  ...(output === '' ? {} : { output }),
  status,
  selected,
  reason,
  message,
  size,
  outputSize,
});

/** Prints a plan; returns whether all that was asked for can be made. */
export function reportPlan({ items, otherFiles, unmatched }: Plan, json: boolean): boolean {
  for (const glob of unmatched) reportFailure(NO_MATCH, json, glob);
  const isComplete = unmatched.length === 0 && !items.some(isFailure);
  if (json) {
    for (const item of items) printJson(planLine(item));
    return isComplete;
  }
  for (const { input, output, status, selected, outputSize, message } of items) {
    print(
      status === 'todo' && selected
        ? `todo  ${input} → ${output}  ${outputSize?.width ?? 0}×${outputSize?.height ?? 0}`
        : `${status === 'done' ? 'done' : 'skip'}  ${input}  ${message ?? ''}`,
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
  const { input, output, state, message, hint, notes, seconds, size, bytes } = outcome;
  if (json) {
    const error =
      state === 'failed' ? { error: { message, ...(hint === undefined ? {} : { hint }) } } : {};
    printJson({
      input: path.join(root, input),
      output: path.join(outputRoot, output),
      state,
      ...size,
      bytes,
      seconds,
      notes,
      ...error,
    });
  } else if (state === 'done') {
    print(`${output}  ${size?.width ?? 0}×${size?.height ?? 0}  ${seconds.toFixed(1)} s`);
    for (const note of notes) tell(`  note: ${note}`);
  } else if (state === 'failed')
    tell(`${input}: ${message ?? ''}${hint === undefined ? '' : ` ${hint}`}`);
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
