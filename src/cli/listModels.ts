import type { EngineClient } from '../client/engineClient';
import { byteText } from '../shared/byteText';
import { licenceText } from '../shared/foundText';
import { describeState } from '../shared/installText';
import { INSTALLABLE_MODELS } from '../shared/installableModels';
import { printTable } from './table';
import { print, printJson } from './terminal';

/** Lists the models that can be used, and the state of those that can be installed. */
export async function listModels(
  client: EngineClient,
  { json }: { readonly json: boolean },
): Promise<boolean> {
  const models = await client.models();
  const installable = await client.modelStates();
  const listed = await client.listedModels();
  if (json) {
    printJson({ models, installable, listed });
    return models.length > 0;
  }
  printTable(
    ['model', 'scale', 'dials', 'licence', 'description'],
    models.map(({ id, scale, branches, licence, description, own }) => [
      id,
      `×${scale}`,
      branches.join(' + '),
      own?.unverified ? 'unverified' : licence,
      description,
    ]),
  );
  print();
  printTable(
    ['installable', 'state', 'how to get it'],
    installable.map(({ id, status }) => [
      id,
      describeState(status),
      status.state === 'not-installed'
        ? `models install ${id}, or models import <folder>${id === INSTALLABLE_MODELS[0] ? '' : ` --id ${id}`}`
        : '',
    ]),
  );
  print();
  printTable(
    ['models install', 'scale', 'size', 'speed', 'licence', 'network and purpose'],
    listed.map((model) => [
      model.id,
      `×${model.scale}`,
      model.installed ? 'installed' : byteText(model.bytes),
      model.speed,
      licenceText(model),
      `${model.network}. ${model.purpose}.`,
    ]),
  );
  return models.length > 0;
}
