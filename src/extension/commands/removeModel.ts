import * as vscode from 'vscode';
import { byteText } from '../../shared/byteText';
import type { ModelStateReport } from '../../shared/modelProtocol';
import { isInstallable } from '../models/modelList';
import { ask, notify } from '../ui/notifications';
import { isTrue, textOf } from './commandArguments';
import type { ModelServices } from './importModel';

/**
 * Removes an installed model after asking. Other code may give `{ id, confirmed: true }`. Resolves
 * with whether it was removed.
 */
export async function removeModel(
  { tasks, log }: Pick<ModelServices, 'tasks' | 'log'>,
  options: unknown,
): Promise<boolean> {
  const id = textOf(options, 'id') ?? 'pisa-sr';
  const automatic = isTrue(options, 'confirmed');
  if (!isInstallable(id)) return removeOwn({ tasks, log }, id, automatic);
  let name: string = id;
  if (!automatic) {
    const states = await tasks.lookUp(vscode.l10n.t('Looking for models'), (client) =>
      client.modelStates(),
    );
    const state = new Map(states?.map((one) => [one.id, one])).get(id);
    if (!state) return false;
    if (bytesOf(state) === 0) {
      void notify('information', vscode.l10n.t('{0} is not installed.', state.name));
      return false;
    }
    if (!(await confirms(state))) return false;
    ({ name } = state);
  }
  const removed = await tasks.change(
    vscode.l10n.t('Removing {0}', name),
    { automatic },
    (client) => {
      // Open files can't be removed on Windows.
      tasks.modelsChanged();
      return client.removeModel({ id });
    },
  );
  if (!removed) return false;
  const text = vscode.l10n.t(
    '{0} was removed; {1} are free again.',
    name,
    byteText(removed.bytesFreed),
  );
  log.info(text);
  void notify('information', text);
  return true;
}

/** Takes a model in the person's own file out of the list. The file stays where it is. */
async function removeOwn(
  { tasks, log }: Pick<ModelServices, 'tasks' | 'log'>,
  id: string,
  automatic: boolean,
): Promise<boolean> {
  const remove = vscode.l10n.t('Remove');
  const question = {
    text: vscode.l10n.t('Remove {0}?', id),
    detail: vscode.l10n.t('Its file stays where it is.'),
    buttons: [remove],
  };
  if (!automatic && (await ask('warning', question)) !== remove) return false;
  const removed = await tasks.change(vscode.l10n.t('Removing {0}', id), { automatic }, (client) =>
    client.removeModel({ id }),
  );
  if (!removed) return false;
  const text = vscode.l10n.t('{0} was removed; its file stays at {1}.', id, removed.kept ?? '');
  log.info(text);
  void notify('information', text);
  return true;
}

/** What removing would free. */
const bytesOf = ({ status }: ModelStateReport): number =>
  status.state === 'ready'
    ? status.bytes
    : status.state === 'not-installed'
      ? status.downloadedBytes
      : 0;

async function confirms(state: ModelStateReport): Promise<boolean> {
  const remove = vscode.l10n.t('Remove');
  const detail = vscode.l10n.t(
    'Its files and what an interrupted installation left are deleted. Files that you imported stay where they came from.',
  );
  return (
    (await ask('warning', {
      text: vscode.l10n.t('Remove {0} ({1})?', state.name, byteText(bytesOf(state))),
      detail,
      buttons: [remove],
    })) === remove
  );
}
