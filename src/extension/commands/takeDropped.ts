import * as vscode from 'vscode';
import type { AddedModel } from '../../shared/modelProtocol';
import type { PanelDrop } from '../../shared/panelDrop';
import { IMAGE_EXTENSIONS, isImageName } from '../../shared/settings';
import { baseName } from '../comparison/comparison';
import type { ComparisonPanels } from '../comparison/comparisonPanels';
import { notify } from '../ui/notifications';
import { addModel, isModelName, MODEL_ENDINGS } from './addModel';
import type { ModelServices } from './importModel';
import { openComparison } from './openComparison';

export type DropServices = { readonly panels: ComparisonPanels; readonly models: ModelServices };

/**
 * Takes what was dropped onto a panel as if it had been chosen in the explorer: pictures are
 * compared, models added after their licence was shown. Resolves with the models.
 */
export async function takeDropped(
  { panels, models }: DropServices,
  drop: PanelDrop,
): Promise<readonly AddedModel[]> {
  const files = drop.elsewhere ? await chosenInstead() : drop.addresses.flatMap(fileOf);
  const pictures = files.filter((file) => isImageName(baseName(file)));
  const weights = files.filter((file) => isModelName(baseName(file)));
  const strange = drop.elsewhere ? 0 : drop.addresses.length - pictures.length - weights.length;
  if (strange > 0)
    void notify(
      'warning',
      vscode.l10n.t('Only pictures and files of models ({0}) can be dropped here.', endingsText()),
    );
  if (pictures.length > 0) await openComparison(panels, undefined, pictures);
  return weights.length > 0 ? addModel(models, undefined, weights) : [];
}

/** The file that an address names; in a remote window the explorer calls it by the remote's name. */
function fileOf(address: string): readonly vscode.Uri[] {
  try {
    const uri = vscode.Uri.parse(address, true);
    if (uri.scheme === 'vscode-remote' && vscode.env.remoteName !== undefined)
      return [uri.with({ scheme: 'file', authority: '' })];
    return uri.scheme === 'file' ? [uri] : [];
  } catch {
    return [];
  }
}

/** VS Code does not say where a file of another program lies, so the person does. */
async function chosenInstead(): Promise<readonly vscode.Uri[]> {
  const chosen = await vscode.window.showOpenDialog({
    canSelectMany: true,
    filters: {
      [vscode.l10n.t('Pictures and models')]: [...IMAGE_EXTENSIONS, ...MODEL_ENDINGS],
    },
    openLabel: vscode.l10n.t('Open'),
    title: vscode.l10n.t('VS Code does not say where the dropped file lies: choose it'),
  });
  return chosen ?? [];
}

const endingsText = (): string => MODEL_ENDINGS.map((ending) => `.${ending}`).join(' ');
