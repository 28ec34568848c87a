import { stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { RECIPE_NAME } from '../../batch/recipe';
import {
  RECIPE_TEMPLATE_IDS,
  RECIPE_TEMPLATES,
  type RecipeTemplateId,
} from '../../batch/recipeTemplates';
import { askForFolder } from './askForFolder';
import { pickOne } from '../ui/quickPick';

/**
 * Opens the recipe of a workspace folder; where there is none, a new one of the kind that the
 * person chooses, which lies on the disk when they save it. `kind` chooses for them.
 */
export async function createRecipe(clicked: unknown, kind?: unknown): Promise<void> {
  const folder = await folderFor(clicked);
  if (!folder) return;
  const file = path.join(folder.uri.fsPath, RECIPE_NAME);
  const exists = await stat(file).then(
    () => true,
    () => false,
  );
  if (exists) {
    await vscode.window.showTextDocument(vscode.Uri.file(file));
    return;
  }
  const template = RECIPE_TEMPLATE_IDS.find((id) => id === kind) ?? (await chooseTemplate());
  if (!template) return;
  const uri = vscode.Uri.file(file).with({ scheme: 'untitled' });
  const editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
  // A recipe that was begun before is not written over.
  if (editor.document.getText().trim() !== '') return;
  await editor.insertSnippet(new vscode.SnippetString(RECIPE_TEMPLATES[template]));
}

async function folderFor(clicked: unknown): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(
    ({ uri }) => uri.scheme === 'file',
  );
  const own =
    clicked instanceof vscode.Uri ? vscode.workspace.getWorkspaceFolder(clicked) : undefined;
  if (own) return own;
  if (folders.length <= 1) return folders[0] ?? askForFolder();
  const chosen = await pickOne(
    folders.map((folder) => ({ folder, label: folder.name, description: folder.uri.fsPath })),
    { title: vscode.l10n.t('Create Recipe'), placeHolder: vscode.l10n.t('For which folder?') },
  );
  return chosen?.folder;
}

async function chooseTemplate(): Promise<RecipeTemplateId | undefined> {
  const texts: Record<RecipeTemplateId, readonly [label: string, detail: string]> = {
    beside: [
      vscode.l10n.t('Beside each image'),
      vscode.l10n.t('photo.jpg becomes photo@2x.jpg in the same folder'),
    ],
    tree: [
      vscode.l10n.t('Into another folder'),
      vscode.l10n.t('assets-src/ui/a.png becomes public/img/ui/a.png; the tree is kept'),
    ],
    density: [
      vscode.l10n.t('Sets of densities'),
      vscode.l10n.t('@2x and @3x for Apple and the web, drawable-xhdpi …, 2.0x …'),
    ],
    web: [
      vscode.l10n.t('Several sizes of each image'),
      vscode.l10n.t('A WebP of 1920 pixels with at most 300 KB, and the image at twice its size'),
    ],
  };
  const chosen = await pickOne(
    RECIPE_TEMPLATE_IDS.map((id) => ({ id, label: texts[id][0], detail: texts[id][1] })),
    {
      title: vscode.l10n.t('Create Recipe'),
      placeHolder: vscode.l10n.t('Where do the results go?'),
    },
  );
  return chosen?.id;
}
