import * as vscode from 'vscode';
import type { AddedModel, ServerModelReport } from '../../shared/modelProtocol';
import { servedSize } from '../../shared/serverModelText';
import { ask, notify } from '../ui/notifications';
import { askForText, pickOne } from '../ui/quickPick';
import type { ModelServices } from './importModel';
import { byCount } from '../../shared/locale';

/**
 * Shows which models the inference server of the settings has, and adds the one that the person
 * chooses, after telling that nobody can verify it. Resolves with what was added.
 */
export async function serverModels(services: ModelServices): Promise<AddedModel | undefined> {
  const { tasks, config, log } = services;
  const title = vscode.l10n.t('Models of the inference server');
  const report = await tasks.run(title, (client, { signal }) => client.serverModels({ signal }));
  if (!report) return undefined;
  const { server, models, more, hasIndex } = report;
  const name = hasIndex
    ? (await pickOne(models.map(servedItem), { title, placeHolder: pickHint(server, more) }))?.name
    : await askForText(
        {
          title,
          placeHolder: vscode.l10n.t('{0} has no index: name the model', server),
        },
        (value) => (value.trim() === '' ? vscode.l10n.t('A name.') : undefined),
      );
  if (name === undefined || !(await confirms(name.trim(), server))) return undefined;
  const again = (): void => void serverModels(services);
  const added = await tasks.change(
    vscode.l10n.t('Trying {0}', name),
    { automatic: false, again },
    (client, { signal }) => client.addServed({ name: name.trim() }, { signal }),
  );
  if (!added) return undefined;
  const use = vscode.l10n.t('Use It');
  void notify('information', vscode.l10n.t('{0} is ready.', added.name), use).then(
    (chosen) => (chosen === use ? config.useModel(added.id) : undefined),
    (error: unknown) => log.error(title, error),
  );
  return added;
}

const pickHint = (server: string, more: number): string =>
  more === 0
    ? server
    : byCount(
        more,
        vscode.l10n.t('{0}; {1} more is in its index', server, more),
        vscode.l10n.t('{0}; {1} more are in its index', server, more),
      );

/** A row: what the model takes, or why it can't be used, and whether it is one of this machine's. */
export function servedItem(model: ServerModelReport): {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly detail: string;
} {
  const { name, id, unfit } = model;
  return {
    name,
    label: name,
    description: unfit ?? servedSize(model),
    detail:
      id !== undefined
        ? vscode.l10n.t('here as {0}', id)
        : unfit === undefined
          ? vscode.l10n.t('unverified')
          : '',
  };
}

async function confirms(name: string, server: string): Promise<boolean> {
  const add = vscode.l10n.t('Try and Add');
  const answer = await ask('warning', {
    text: vscode.l10n.t('Add {0} of {1}?', name, server),
    detail: vscode.l10n.t(
      'Only the server has this model: nothing here can tell what it computes. It gets one dial. Small pictures without content are sent there to try it.',
    ),
    buttons: [add],
  });
  return answer === add;
}
