import type { EngineClient } from '../client/engineClient';
import { printTable } from './table';

export async function listModels(client: EngineClient, { json }: { readonly json: boolean }): Promise<boolean> {
  const models = await client.models();
  if (json) {
    console.log(JSON.stringify(models));
  } else {
    printTable(
      ['model', 'scale', 'dials', 'licence', 'description'],
      models.map(({ id, scale, branches, licence, description }) => [id, `×${scale}`, branches.join(' + '), licence, description]),
    );
  }
  return models.length > 0;
}
