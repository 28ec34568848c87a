import * as vscode from 'vscode';
import { describeListed } from '../../shared/foundText';
import type { AddedModel, ListedModelReport } from '../../shared/modelProtocol';
import { ask, notify } from '../ui/notifications';
import type { ModelServices } from './importModel';

/**
 * Fetches a published model after showing its size, where it comes from and its licence. Resolves
 * with what was added; undefined when the person gave up or it failed, which they then know.
 */
export async function installListed(
  services: ModelServices,
  model: ListedModelReport,
): Promise<readonly AddedModel[] | undefined> {
  const { tasks, config, log } = services;
  if (!(await accepts(model))) return undefined;
  const title = vscode.l10n.t('Downloading {0}', model.name);
  const { proxy } = config.install();
  const again = (): void => void installListed(services, model);
  const added = await tasks.change(title, { automatic: false, again }, (client, context) =>
    client.installListed(
      { id: model.id, licenceAccepted: true, ...(proxy === undefined ? {} : { proxy }) },
      context,
    ),
  );
  const [first] = added ?? [];
  if (!first) return undefined;
  const use = vscode.l10n.t('Use It');
  const { name, id } = added && added.length > 1 ? model : first;
  void notify('information', vscode.l10n.t('{0} is ready.', name), use).then(
    (chosen) => (chosen === use ? config.useModel(id) : undefined),
    (error: unknown) => log.error(title, error),
  );
  return added;
}

async function accepts(model: ListedModelReport): Promise<boolean> {
  const download = vscode.l10n.t('Accept License and Download');
  const [, ...lines] = describeListed(model);
  const restricted = model.licence.terms === 'non-commercial';
  const answer = await ask(restricted ? 'warning' : 'information', {
    text: vscode.l10n.t('Install {0} by {1}?', model.name, model.author),
    detail: lines.map((line) => line.trim()).join('\n'),
    buttons: [download],
  });
  return answer === download;
}
