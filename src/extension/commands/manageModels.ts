import * as vscode from 'vscode';
import type { ModelSummary } from '../../shared/engineProtocol';
import { modelItems, type ModelAction, type ModelItem } from '../models/modelList';
import { notify } from '../ui/notifications';
import { pickOne, pickOrPress, type PickButton } from '../ui/quickPick';
import { addModel } from './addModel';
import { importModel, type ModelServices } from './importModel';
import { installListed } from './installListed';
import { installModel } from './installModel';
import { pairModels } from './pairModels';
import { removeModel } from './removeModel';
import { revealFile } from './revealFile';
import { serverModels } from './serverModels';

/** Lists every model with its state and does what the person chooses. */
export async function manageModels(services: ModelServices): Promise<void> {
  const { tasks, config } = services;
  const title = vscode.l10n.t('Looking for models');
  const found = await tasks.lookUp(
    title,
    async (client) =>
      [await client.models(), await client.modelStates(), await client.listedModels()] as const,
  );
  if (!found) return;
  const context = {
    current: config.upscale(undefined).model,
    inWorkspace: vscode.workspace.workspaceFolders !== undefined,
    hasServer: config.server() !== undefined,
  };
  const [models, states, listed] = found;
  const items = modelItems(models, states, context, vscode.l10n.t, listed).map((item) => ({
    ...item,
    buttons: item.id === '' ? [] : item.actions.map(buttonOf),
  }));
  const chosen = await pickOrPress<ModelAction | 'refresh', (typeof items)[number]>(
    items,
    { title: vscode.l10n.t('Models') },
    [
      { action: 'add', icon: ICONS.add, title: vscode.l10n.t('Add Model from File…') },
      { action: 'refresh', icon: 'refresh', title: vscode.l10n.t('Refresh') },
    ],
  );
  if (!chosen) return;
  const { item, action } = chosen;
  if (action === 'refresh') return manageModels(services);
  const published = listed.find(({ id, installed }) => id === item?.id && !installed);
  if (published) {
    await installListed(services, published);
    return;
  }
  const next = action ?? (item && (await actionOf(item)));
  if (next) await act(next, item, models, services);
}

/** What is to be done about a model; a row that is none has one thing only. */
async function actionOf(item: ModelItem): Promise<ModelAction | undefined> {
  const { id, actions, label, description } = item;
  if (id === '' || actions.length === 0) return actions[0];
  const chosen = await pickOne(
    actions.map((action) => ({ action, label: titleOf(action) })),
    { title: label, placeHolder: description },
  );
  return chosen?.action;
}

/** VS Code's icons. */
const ICONS: Readonly<Record<ModelAction, string>> = {
  useHere: 'check',
  useEverywhere: 'check-all',
  install: 'cloud-download',
  import: 'folder',
  verify: 'verified',
  remove: 'trash',
  reveal: 'folder-opened',
  add: 'add',
  pair: 'combine',
  served: 'server',
};

const buttonOf = (action: ModelAction): PickButton<ModelAction> => ({
  action,
  icon: ICONS[action],
  title: titleOf(action),
});

function titleOf(action: ModelAction): string {
  switch (action) {
    case 'useHere':
      return vscode.l10n.t('Use for This Workspace');
    case 'useEverywhere':
      return vscode.l10n.t('Use as Default');
    case 'install':
      return vscode.l10n.t('Install…');
    case 'import':
      return vscode.l10n.t('Import from Folder…');
    case 'verify':
      return vscode.l10n.t('Verify Files');
    case 'remove':
      return vscode.l10n.t('Remove…');
    case 'reveal':
      return vscode.l10n.t('Open Folder');
    case 'add':
      return vscode.l10n.t('Add…');
    case 'pair':
      return vscode.l10n.t('Two Models as One…');
    case 'served':
      return vscode.l10n.t('Models of the Inference Server…');
  }
}

async function act(
  action: ModelAction,
  { id, folder }: Pick<ModelItem, 'id' | 'folder'> = { id: '', folder: undefined },
  models: readonly ModelSummary[],
  services: ModelServices,
): Promise<void> {
  switch (action) {
    case 'useHere':
      return services.config.useModel(id, vscode.ConfigurationTarget.Workspace);
    case 'useEverywhere':
      return services.config.useModel(id, vscode.ConfigurationTarget.Global);
    case 'install':
      await installModel(services, { id });
      return;
    case 'import':
      await importModel(services, { id });
      return;
    case 'verify':
      return verify(id, services);
    case 'remove':
      await removeModel(services, { id });
      return;
    case 'add':
      await addModel(
        services,
        folder === undefined ? undefined : vscode.Uri.file(folder),
        undefined,
      );
      return;
    case 'pair':
      await pairModels(services, models);
      return;
    case 'served':
      await serverModels(services);
      return;
    case 'reveal':
      if (folder !== undefined) await revealFile(vscode.Uri.file(folder));
  }
}

async function verify(id: string, { tasks, log }: ModelServices): Promise<void> {
  const results = await tasks.run(vscode.l10n.t('Verifying {0}', id), (client, context) =>
    client.verifyModels({ id }, context),
  );
  const [result] = results ?? [];
  if (!result) return;
  log.info(`${result.id}: ${result.message}`);
  void notify(result.ok ? 'information' : 'error', `${result.id}: ${result.message}`);
}
