import type { DeviceReport, ModelTrust, RemoteTiming } from '../../shared/engineProtocol';
import type { RemoteSettings } from '../../shared/remoteSettings';
import type { Device } from '../../shared/settings';
import { changeSetting, engineError, throwIfCancelled } from '../errors';
import type { TiledModel } from '../models/kinds/tiled';
import type { Model } from '../models/model';
import { untilAborted } from '../download/watched';
import { isGrpc, serverAddress } from './address';
import { checkHeaders } from './credentials';
import { remoteFailed, RemoteFailure } from './failure';
import { GrpcTransport } from './oip/grpcTransport';
import { RestTransport } from './oip/restTransport';
import { RemoteDevice } from './remoteDevice';
import { tilePace } from './tilePace';
import { clause, type Words, phrase } from '../../shared/phrase';
import { wordsOf } from '../../shared/rpc';

/** The device of these settings. Throws `bad-setting`. */
export function openRemoteDevice(settings: RemoteSettings): RemoteDevice {
  const address = serverAddress(settings);
  checkHeaders(settings);
  const transport = isGrpc(address)
    ? new GrpcTransport(address, settings)
    : new RestTransport(address, settings);
  return new RemoteDevice(settings, transport, address.host);
}

/**
 * The device on which a model runs when a person chose the server: that, or this machine's CPU when
 * they allowed it and the server can't be reached; `notes` then tells. Rejects with what is in the way.
 */
export async function resolveRemote(
  remote: RemoteDevice,
  model: Model,
  { signal, notes }: { readonly signal: AbortSignal; readonly notes: Words[] },
): Promise<Device> {
  try {
    await untilAborted(remote.verify(servedBy(model), signal), signal);
    return 'remote';
  } catch (error) {
    throwIfCancelled(signal);
    if (!(error instanceof RemoteFailure)) throw error;
    if (remote.fallback !== 'cpu' || model.contract) throw remoteFailed(error);
    notes.push(phrase`remote failed (${clause(error.words)}); used cpu instead.`);
    return 'cpu';
  }
}

/** The device was chosen, and nobody said which server it is. */
export const noServer = (): Error =>
  engineError('device-unavailable', {
    message: phrase`The device "remote" can't be used: no inference server is named.`,
    remedies: [changeSetting('remote.url')],
  });

/** The model as a server runs it. Throws `device-unavailable`. */
export function servedBy(model: Model): TiledModel {
  if (model.served) return model.served;
  throw engineError('device-unavailable', {
    message: phrase`The device "remote" can't be used for the model "${model.manifest.id}": it is not a network that runs on tiles.`,
  });
}

/** What the server is and which models are trusted to it, for people. Rejects only when aborted. */
export async function reportRemote(
  require: () => RemoteDevice,
  models: readonly Model[],
  signal: AbortSignal,
): Promise<{
  readonly device: DeviceReport<Words>;
  readonly models: readonly ModelTrust<Words>[];
}> {
  try {
    const remote = require();
    const label = await remote.greet(signal);
    const trusts: ModelTrust<Words>[] = [];
    for (const { served } of models) if (served) trusts.push(await trustOf(remote, served, signal));
    return {
      device: { device: 'remote', usable: true, reason: phrase`${label} answers`, driver: label },
      models: trusts,
    };
  } catch (error) {
    signal.throwIfAborted();
    return {
      device: { device: 'remote', usable: false, reason: wordsOf(error) },
      models: [],
    };
  }
}

/** "128×128 in 45 ms: 12 on the way, 33 computed" */
const timingText = ({ width, height, milliseconds, networkMs }: RemoteTiming): Words =>
  phrase`${width}×${height} in ${milliseconds.toFixed(0)} ms: ${networkMs.toFixed(0)} on the way, ${(milliseconds - networkMs).toFixed(0)} computed`;

/** Of a model that only the server has, how it is served decides. */
const precisionOf = (remote: RemoteDevice, { contract }: TiledModel): ModelTrust['precision'] =>
  contract ? (contract.type === 'FP16' ? 'float16' : 'float32') : remote.precision;

async function trustOf(
  remote: RemoteDevice,
  model: TiledModel,
  signal: AbortSignal,
): Promise<ModelTrust<Words>> {
  const common = {
    model: model.manifest.id,
    device: 'remote',
    precision: precisionOf(remote, model),
  } as const;
  try {
    const { checks } = await remote.verify(model, signal, true);
    const timing = await tilePace(remote, model, signal);
    const [first] = [...checks].sort((a, b) => (b.difference ?? 0) - (a.difference ?? 0));
    const reason = phrase`${first?.reason ?? phrase`it agrees`}; ${timingText(timing)}`;
    return { ...common, trusted: true, reason, checks, timing };
  } catch (error) {
    signal.throwIfAborted();
    return { ...common, trusted: false, reason: wordsOf(error), checks: [] };
  }
}
