import * as vscode from 'vscode';
import { describeFound } from '../../shared/foundText';
import type { AddedModel, FoundModel } from '../../shared/modelProtocol';
import { isOneOf } from '../../shared/oneOf';
import { ask, notify } from '../ui/notifications';
import { isTrue, textOf } from './commandArguments';
import type { ModelServices } from './importModel';
import { chosenUris } from './selection';

/** Endings that files of models have; the engine looks at their content. */
export const MODEL_ENDINGS = ['pth', 'pt', 'ckpt', 'safetensors', 'onnx'] as const;

/** Whether a file's name is one that models have. */
export const isModelName = (name: string): boolean =>
  isOneOf(MODEL_ENDINGS, /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase());

/**
 * Adds models that lie in files: those that were clicked or selected in the explorer, else one that
 * the person chooses. Says what each is, and its licence, before. Other code may give `{ file,
 * licenceAccepted?, confirmed: true }`; then it rejects with the failure instead of showing it.
 * Resolves with what was added.
 */
export async function addModel(
  services: ModelServices,
  clicked: unknown,
  selection: unknown,
): Promise<readonly AddedModel[]> {
  const given = clicked instanceof vscode.Uri ? undefined : textOf(clicked, 'file');
  const files =
    given === undefined
      ? await chosenFiles(chosenUris(clicked, selection, (one) => one instanceof vscode.Uri))
      : [given];
  const automatic = given !== undefined && isTrue(clicked, 'confirmed');
  const added: AddedModel[] = [];
  for (const file of files) {
    const one = automatic
      ? await perform(services, file, isTrue(clicked, 'licenceAccepted'), true)
      : await addAfterAsking(services, file);
    if (one) added.push(one);
  }
  return added;
}

async function chosenFiles(clicked: readonly vscode.Uri[]): Promise<readonly string[]> {
  if (clicked.length > 0) return clicked.map(({ fsPath }) => fsPath);
  const chosen = await vscode.window.showOpenDialog({
    canSelectMany: true,
    filters: { [vscode.l10n.t('Models')]: [...MODEL_ENDINGS] },
    openLabel: vscode.l10n.t('Add'),
    title: vscode.l10n.t('File of an upscaling model'),
  });
  return chosen?.map(({ fsPath }) => fsPath) ?? [];
}

async function addAfterAsking(
  services: ModelServices,
  file: string,
): Promise<AddedModel | undefined> {
  const { tasks } = services;
  const looked = await tasks.run(vscode.l10n.t('Looking at the model'), (client, { signal }) =>
    client.lookAtModels({ path: file }, { signal }),
  );
  const [model] = looked?.found ?? [];
  if (!model || !(await confirms(model))) return undefined;
  const added = await perform(services, model.file, true, false);
  if (added)
    void offerUse(services, added).catch((error: unknown) =>
      services.log.error(vscode.l10n.t('Adding a model'), error),
    );
  return added;
}

function perform(
  { tasks }: ModelServices,
  file: string,
  licenceAccepted: boolean,
  automatic: boolean,
): Promise<AddedModel | undefined> {
  return tasks.change(vscode.l10n.t('Adding a model'), { automatic }, (client, { signal }) =>
    client.addModel({ file, licenceAccepted }, { signal }),
  );
}

async function confirms(model: FoundModel): Promise<boolean> {
  const restricted = model.licence.terms === 'non-commercial';
  const add = restricted ? vscode.l10n.t('Accept License and Add') : vscode.l10n.t('Add');
  const [, ...lines] = describeFound(model);
  const answer = await ask(restricted ? 'warning' : 'information', {
    text:
      model.author === undefined
        ? vscode.l10n.t('Add {0}?', model.name)
        : vscode.l10n.t('Add {0} by {1}?', model.name, model.author),
    detail: [
      ...lines.map((line) => line.trim()),
      '',
      vscode.l10n.t('The file stays where it is.'),
    ].join('\n'),
    buttons: [add],
  });
  return answer === add;
}

async function offerUse({ config, log }: ModelServices, model: AddedModel): Promise<void> {
  log.info(`${model.id}: ${model.file}`);
  const use = vscode.l10n.t('Use It');
  const text = vscode.l10n.t('{0} is ready.', model.name);
  if ((await notify('information', text, use)) === use) await config.useModel(model.id);
}
