import { lstat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { BatchRequest } from '../../batch/batch';
import { globProblem } from '../../batch/glob/globMatcher';
import { readRecipe, RECIPE_NAME } from '../../batch/recipe';
import { RunRegistry } from '../../batch/runs/runRegistry';
import { runsFolder, stateFolder } from '../../batch/stateRoot';
import { defaultModelStore } from '../../client/modelStore';
import type { Config } from '../config';

/** What a batch is about: a workspace folder (or another one), and what of it. All absolute. */
export type BatchPlace = { readonly root: string; readonly inputs: readonly string[] };

export type BatchSurroundings = {
  readonly config: Config;
  readonly extensionPath: string;
  /** Whether the person trusts the workspace. */
  readonly isTrusted: () => boolean;
};

/** Smaller pictures are left alone unless a recipe says otherwise. */
const MINIMUM_SIDE = 8;

/**
 * The request of a batch. In a workspace that is not trusted its recipe is not read. Throws
 * `RecipeError`.
 */
export async function requestFor(
  { root, inputs }: BatchPlace,
  surroundings: BatchSurroundings,
): Promise<BatchRequest> {
  const { config, extensionPath, isTrusted } = surroundings;
  const file = path.join(root, RECIPE_NAME);
  const value = isTrusted() ? await readRecipe(file) : undefined;
  const { modelFolders, store } = config.engine();
  const uriOf = (input: string): vscode.Uri => vscode.Uri.file(path.join(root, input));
  return {
    root,
    inputs,
    exclude: excluded(vscode.Uri.file(root)),
    respectGitignore: true,
    minimumSide: MINIMUM_SIDE,
    settingsFor: (input) => config.upscale(uriOf(input)),
    stateFolder: stateFolder(root, root),
    ...(value ? { recipe: { file, value }, lockFolder: root } : {}),
    device: config.upscale(vscode.Uri.file(root)).device,
    runs: new RunRegistry(runsFolder()),
    place: 'window',
    modelFolders: [
      path.join(extensionPath, 'models'),
      ...modelFolders,
      store ?? defaultModelStore(),
    ],
  };
}

/** What a person calls a place: its one folder or file, else the folder that holds all of it. */
export function nameOf({ root, inputs }: BatchPlace): string {
  const [first = root] = inputs;
  return path.basename(inputs.length === 1 ? first : root);
}

/** Whether something lies where a recipe would; it is not read. */
export const hasRecipe = ({ root }: BatchPlace): Promise<boolean> =>
  lstat(path.join(root, RECIPE_NAME)).then(
    () => true,
    () => false,
  );

/** The globs of `files.exclude` that are on, and that are none to keep a matcher busy. */
function excluded(root: vscode.Uri): string[] {
  const value: unknown = vscode.workspace.getConfiguration('files', root).get('exclude');
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([glob, on]) =>
    on === true && globProblem(glob) === undefined ? [glob] : [],
  );
}

/**
 * The places that chosen resources mean: each in its workspace folder; a folder outside is a place
 * of its own.
 */
export function placesOf(uris: readonly vscode.Uri[]): readonly BatchPlace[] {
  const places = new Map<string, string[]>();
  for (const uri of uris.filter(({ scheme }) => scheme === 'file')) {
    const root = vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath ?? uri.fsPath;
    places.set(root, [...(places.get(root) ?? []), uri.fsPath]);
  }
  return [...places].map(([root, inputs]) => ({
    root,
    inputs: inputs.includes(root) ? [root] : inputs,
  }));
}
