import * as vscode from 'vscode';
import type { InstallableModel } from '../../shared/installableModels';
import type { ImportResult } from '../../shared/modelProtocol';
import type { Config } from '../config';
import type { Log } from '../log';
import type { ModelTasks } from '../models/modelTasks';
import { diffusionFile, diffusionName } from '../models/diffusionNames';
import { isInstallable } from '../models/modelList';
import { showImport } from '../models/showImport';
import { isTrue, textOf } from './commandArguments';

export type ModelServices = {
  readonly tasks: ModelTasks;
  readonly config: Config;
  readonly log: Log;
};

/**
 * Makes a model on Stable Diffusion, PiSA-SR unless `id` names another, out of files that are on this
 * machine. Asks for the folder, and about files that can't be verified, unless other code gives
 * `{ folder, id?, weights?, prompts?, draft?, acceptUnverified? }`; then it
 * rejects with the failure instead of showing it. Resolves with what was imported; undefined when
 * the person gave up or it failed.
 */
export async function importModel(
  { tasks, config, log }: ModelServices,
  options: unknown,
): Promise<ImportResult | undefined> {
  const given = textOf(options, 'folder');
  const wanted = textOf(options, 'id');
  const id = isInstallable(wanted) ? wanted : 'pisa-sr';
  const weights = textOf(options, 'weights');
  const folder = given ?? (await chooseFolder(id));
  if (folder === undefined) return undefined;
  const title = vscode.l10n.t('Importing {0}', diffusionName(id));
  const params = {
    id,
    folder,
    ...(weights === undefined ? {} : { weights }),
    ...(isTrue(options, 'prompts') ? { prompts: true } : {}),
    ...(isTrue(options, 'draft') ? { draft: true } : {}),
  };
  const result = await tasks.changeWithConsent(
    title,
    { automatic: given !== undefined, acceptUnverified: isTrue(options, 'acceptUnverified') },
    (consent) => (client, context) => client.importModel({ ...params, ...consent }, context),
  );
  if (!result) return undefined;
  void showImport(result, config, log).catch((error: unknown) => log.error(title, error));
  return result;
}

async function chooseFolder(id: InstallableModel): Promise<string | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    openLabel: vscode.l10n.t('Import'),
    title: vscode.l10n.t('Folder with unet, vae, text_encoder and {0}', diffusionFile(id)),
  });
  return chosen?.[0]?.fsPath;
}
