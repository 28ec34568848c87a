import path from 'node:path';
import * as vscode from 'vscode';
import { RECIPE_NAME } from '../../batch/recipe';
import type { TextPosition } from '../../batch/recipeReader';
import type { BatchHostApi, BatchInit } from '../../shared/batchProtocol';
import { idParam, idsParam, nothing } from './batchRequests';

/** What VS Code's settings are searched for: those that decide how results look and where they go. */
const RESULT_SETTINGS =
  '@id:pisaUpscale.model,pisaUpscale.restore,pisaUpscale.scale,pisaUpscale.pixelGuidance,' +
  'pisaUpscale.semanticGuidance,pisaUpscale.outputFormat,pisaUpscale.quality,pisaUpscale.namePattern';

/** What a batch does for its view; parameters are checked by then. */
export type BatchActions = {
  readonly init: () => Promise<BatchInit>;
  readonly replan: () => Promise<BatchInit>;
  readonly start: (ids: readonly string[]) => Promise<void>;
  readonly pause: () => Promise<void>;
  readonly resume: () => Promise<void>;
  readonly cancel: () => Promise<void>;
  readonly skip: (id: string) => void;
  readonly watch: () => void;
  readonly wait: (ids: readonly string[]) => void;
  readonly compare: (id: string, ids: readonly string[]) => Promise<void>;
  readonly showLog: () => void;
  /** Where in the recipe the last plan found something wrong. */
  readonly recipeProblem: () => TextPosition | undefined;
};

/** The methods as the view calls them; also every test. */
export function batchHostApi(root: string, actions: BatchActions): BatchHostApi {
  const plain =
    <T>(action: () => T | Promise<T>) =>
    async (params: undefined): Promise<T> => {
      nothing(params);
      return action();
    };
  const command = (id: string): ((params: undefined) => Promise<void>) =>
    plain(async () => {
      await vscode.commands.executeCommand(id);
    });
  return {
    init: plain(actions.init),
    replan: plain(actions.replan),
    start: async (params) => actions.start(idsParam(params)),
    pause: plain(actions.pause),
    resume: plain(actions.resume),
    cancel: plain(actions.cancel),
    skip: async (params) => actions.skip(idParam(params)),
    watch: plain(actions.watch),
    wait: async (params) => actions.wait(idsParam(params)),
    compare: async (params) => actions.compare(idParam(params), idsParam(params)),
    openSourceControl: command('workbench.view.scm'),
    changeSettings: plain(async () => {
      await vscode.commands.executeCommand('workbench.action.openSettings', RESULT_SETTINGS);
    }),
    openRecipe: plain(async () => {
      const at = actions.recipeProblem();
      const position = at && new vscode.Position(at.line - 1, at.column - 1);
      await vscode.window.showTextDocument(vscode.Uri.file(path.join(root, RECIPE_NAME)), {
        ...(position ? { selection: new vscode.Range(position, position) } : {}),
      });
    }),
    manageTrust: command('workbench.trust.manage'),
    showLog: plain(actions.showLog),
  };
}
