import * as vscode from 'vscode';
import { RecipeError } from '../../batch/recipe';
import { RecordsError } from '../../batch/records';
import type { Report } from '../../batch/types';
import { named } from '../../files/systemError';
import type { BatchReportView } from '../../shared/batchProtocol';
import { RpcError } from '../../shared/rpc';
import type { Log } from '../log';
import { sentences } from './batchPlanView';

/** What the view shows when a batch has ended. */
export function reportView({ outcomes, seconds, cancelled, problem }: Report): BatchReportView {
  const count = (state: string): number =>
    outcomes.filter((outcome) => outcome.state === state).length;
  return {
    done: count('done'),
    failed: count('failed'),
    skipped: count('skipped'),
    cancelled,
    seconds,
    ...(problem ? { problem: sentences(problem.message, problem.hint) } : {}),
  };
}

/** What went wrong and what there is to say of pictures, for the log. */
export function logReport(log: Log, { outcomes, problem }: Report): void {
  if (problem) log.error('batch', problem);
  for (const { input, state, message, hint, notes } of outcomes) {
    if (state === 'failed') log.warn(`batch: ${input}: ${message ?? ''} ${hint ?? ''}`);
    for (const note of notes) log.warn(`batch: ${input}: ${note}`);
  }
}

/** Why there is no plan, for the view: what is wrong with a recipe or a lock has its own actions. */
export function planProblem(error: unknown): unknown {
  if (error instanceof RecipeError)
    return new RpcError({
      code: 'recipe',
      message: error.message,
      hint: vscode.l10n.t('Correct the recipe, then press Try Again.'),
    });
  return error instanceof RecordsError ? lockProblem(error) : named(error);
}

/** What is wrong with a lock, with what to do in the editor. */
export function lockProblem({ message, isRemovable }: RecordsError): RpcError {
  return new RpcError({
    code: 'lock',
    message,
    ...(isRemovable
      ? {
          hint: vscode.l10n.t(
            'Without it, results that are there are left alone until you select them.',
          ),
        }
      : {}),
  });
}
