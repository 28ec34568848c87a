import { Batch } from '../../batch/batch';
import { unusedRecipes } from '../../batch/recipe';
import type { RunEntry } from '../../batch/runs/runEntry';
import type { Plan } from '../../batch/types';
import type { EngineClient } from '../../client/engineClient';
import type { BatchPlanView } from '../../shared/batchProtocol';
import type { RpcError } from '../../shared/rpc';
import { deviceName } from '../devices/deviceNames';
import type { Log } from '../log';
import {
  hasRecipe,
  nameOf,
  requestFor,
  type BatchPlace,
  type BatchSurroundings,
} from './batchPlace';
import { planView } from './batchPlanView';
import { settingsText } from './settingsText';

export type Planned = {
  readonly batch: Batch;
  readonly plan: Plan;
  readonly view: BatchPlanView;
  /** A run of another process that is in the way. */
  readonly other: RunEntry | undefined;
};

/**
 * Plans the batch of a place, and says of it what a view shows. `addressOf`: of a file, for the view's
 * `img`. Throws what reading the recipe, the records and the folder throws, and when `signal` is aborted.
 */
export async function makePlanned(
  place: BatchPlace,
  services: BatchSurroundings & { readonly log: Log },
  client: EngineClient,
  addressOf: (file: string) => string,
  signal: AbortSignal,
): Promise<Planned> {
  const request = await requestFor(place, services);
  const onWarning = ({ message }: RpcError): void => services.log.warn(message);
  const batch = new Batch({ ...request, onWarning }, client);
  const plan = await batch.plan(signal);
  const open = plan.items.filter(({ status }) => status === 'todo').map(({ id }) => id);
  const settings = request.settingsFor('');
  const { model } = settings;
  const modelName = (await client.models()).find(({ id }) => id === model)?.name ?? model;
  const pace =
    open.length > 0
      ? await client.pace({ model, device: request.device }, { signal }).catch(() => undefined)
      : undefined;
  signal.throwIfAborted();
  const isOpen = new Set(open);
  return {
    batch,
    plan,
    other: await batch.inTheWay(),
    view: {
      folder: nameOf(place),
      ...planView(plan, addressOf),
      ...(plan.recipe === undefined ? { settings: settingsText(settings, modelName) } : {}),
      hasUnreadRecipe: !services.isTrusted() && (await hasRecipe(place)),
      unusedRecipes: await unusedRecipes(place.root, place.inputs),
      ...(pace?.secondsPerPixel === undefined
        ? {}
        : { secondsPerPixel: pace.secondsPerPixel, device: deviceName(pace.device) }),
      interrupted: batch.unfinished?.header.ids.filter((id) => isOpen.has(id)) ?? [],
    },
  };
}
