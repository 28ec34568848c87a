import type { UpscaleRequest } from '../../shared/engineProtocol';
import type { CpuPrecision, Device } from '../../shared/settings';
import { changeSetting, engineError } from '../errors';
import type { Model } from '../models/model';
import type { UpscaleServices } from './services';
import { type Words, phrase } from '../../shared/phrase';

/** What a person says of where and how a model is computed. */
export type PlaceChoice = Pick<UpscaleRequest, 'device' | 'precision'>;

type PlaceServices = Pick<UpscaleServices, 'resolveDevice' | 'cpuPrecision'>;

/** A device, and the model as it is computed there. */
export type Placed = { readonly device: Device; readonly model: Model };

/**
 * The device to run a model on, and what it is computed in: on a CPU in 8 bits where that was asked
 * for, or where it was seen to be right and faster and the model leaves the choice; elsewhere in floats. Rejects like
 * `resolveDevice`, and with `bad-setting` when 8 bits were asked for and can't be had, with the
 * reason.
 */
export async function placeModel(
  { device: choice, precision = 'auto' }: PlaceChoice,
  model: Model,
  services: PlaceServices,
  context: { readonly signal: AbortSignal; readonly notes: Words[] },
): Promise<Placed> {
  const { signal } = context;
  if (precision === 'int8') {
    requireInt8(model, choice);
    const { agrees, reason } = await services.cpuPrecision(model, signal);
    if (!agrees) throw refused(phrase`this processor does not compute it right: ${reason}`);
    return { device: 'cpu', model: model.inPrecision('int8') };
  }
  const device = await services.resolveDevice(choice, model, context);
  if (device !== 'cpu' || precision === 'fp32' || !mayChoose(model)) return { device, model };
  const found = await services.cpuPrecision(model, signal);
  return { device, model: model.inPrecision(found.precision) };
}

/** What a run would compute a model in; see `EngineApi.precision`. */
export async function precisionFor(
  { model: id, ...choice }: { readonly model: string } & PlaceChoice,
  services: PlaceServices & Pick<UpscaleServices, 'findModel'>,
  signal: AbortSignal,
): Promise<CpuPrecision> {
  const model = await services.findModel(id);
  // Nothing is tried where there is no choice.
  if (choice.precision !== 'int8' && !mayChoose(model)) return 'fp32';
  return (await placeModel(choice, model, services, { signal, notes: [] })).model.cpuPrecision;
}

/** Whether `auto` may take 8 bits. */
const mayChoose = ({ cpuPrecisions, choosesPrecision }: Model): boolean =>
  choosesPrecision && cpuPrecisions.includes('int8');

/** Throws where a model can't be computed in 8 bits on that device, whatever the processor. */
export function requireInt8(model: Model, device: UpscaleRequest['device']): void {
  if (!model.cpuPrecisions.includes('int8'))
    throw refused(phrase`the model "${model.manifest.id}" has no form in 8 bits`);
  if (device !== 'cpu' && device !== 'auto')
    throw refused(phrase`it runs on the CPU alone, and the device is "${device}"`);
}

/** `why` completes "The precision int8 can't be used: …". */
const refused = (why: Words): Error =>
  engineError('bad-setting', {
    message: phrase`The precision "int8" can't be used: ${why}.`,
    hint: phrase`Set the precision to auto or fp32.`,
    remedies: [changeSetting('precision')],
  });
