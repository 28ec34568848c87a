import * as vscode from 'vscode';
import type { BatchPanels } from '../batch/batchPanels';
import { placesOf } from '../batch/batchPlace';
import { askForFolder } from './askForFolder';
import { chosenUris } from './selection';

/** Opens the plan of every folder of the workspace. */
export async function upscaleWorkspace(batches: BatchPanels): Promise<void> {
  const folders =
    vscode.workspace.workspaceFolders
      ?.map(({ uri }) => uri)
      .filter(({ scheme }) => scheme === 'file') ?? [];
  if (folders.length === 0) {
    await askForFolder();
    return;
  }
  for (const place of placesOf(folders)) batches.show(place);
}

/**
 * Opens the plan of the folders and files that were chosen in the explorer, else of a folder that
 * the person picks.
 */
export async function upscaleFolder(
  batches: BatchPanels,
  clicked: unknown,
  selection: unknown,
): Promise<void> {
  const chosen = chosenUris(clicked, selection, (value) => value instanceof vscode.Uri);
  const uris = chosen.length > 0 ? chosen : await pickFolders();
  for (const place of placesOf(uris)) batches.show(place);
}

async function pickFolders(): Promise<readonly vscode.Uri[]> {
  const [first] = vscode.workspace.workspaceFolders ?? [];
  const options = {
    canSelectFiles: false,
    canSelectFolders: true,
    canSelectMany: true,
    title: vscode.l10n.t('Upscale Folder'),
    openLabel: vscode.l10n.t('Choose'),
    ...(first ? { defaultUri: first.uri } : {}),
  };
  return (await vscode.window.showOpenDialog(options)) ?? [];
}
