import * as vscode from 'vscode';
import type { ModelSummary } from '../../shared/engineProtocol';
import { pairChoices, pairId } from '../../shared/pairs';

import { notify } from '../ui/notifications';
import { pickOne } from '../ui/quickPick';
import type { ModelServices } from './importModel';

/**
 * Lets the person choose two models of one scale, the faithful one first, and uses them as one with
 * both dials. Resolves with the pair's id; undefined when the person gave up.
 */
export async function pairModels(
  { config, log }: ModelServices,
  models: readonly ModelSummary[],
): Promise<string | undefined> {
  const faithful = await pickOne(
    pairChoices(models).map((model) => itemOf(model)),
    {
      title: vscode.l10n.t('The faithful model: λ_pix'),
      placeHolder: vscode.l10n.t('It cleans and keeps what is there'),
    },
  );
  if (!faithful) return undefined;
  const partner = await pickOne(
    pairChoices(models, faithful.model).map((model) => itemOf(model)),
    {
      title: vscode.l10n.t('The model with more texture: λ_sem'),
      placeHolder: vscode.l10n.t('Of the same scale as {0}', faithful.label),
    },
  );
  if (!partner) return undefined;
  const id = pairId(faithful.model.id, partner.model.id);
  await config.useModel(id);
  log.info(id);
  void notify(
    'information',
    vscode.l10n.t(
      '{0} and {1} are used as one model with both dials.',
      faithful.label,
      partner.label,
    ),
  );
  return id;
}

const itemOf = (
  model: ModelSummary,
): { label: string; description: string; detail: string; model: ModelSummary } => ({
  label: model.name,
  description: `×${model.scale}`,
  detail: model.description,
  model,
});
