import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { after } from 'node:test';
import type { UpscaleCall } from '../../src/client/engineClient';
import type { TiledModel } from '../../src/engine/models/kinds/tiled';
import { ModelRegistry } from '../../src/engine/models/registry';
import { PisaSessions } from '../../src/engine/pisa/pisaSessions';
import { isGrpc } from '../../src/engine/remote/address';
import { GrpcTransport } from '../../src/engine/remote/oip/grpcTransport';
import { RestTransport } from '../../src/engine/remote/oip/restTransport';
import { RemoteDevice } from '../../src/engine/remote/remoteDevice';
import { resolveRemote } from '../../src/engine/remote/remoteDevices';
import { openRemoteSession } from '../../src/engine/remote/remoteSession';
import { openTileSession } from '../../src/engine/runtime/session';
import { SessionPool } from '../../src/engine/runtime/sessionPool';
import type { UpscaleServices } from '../../src/engine/upscale/services';
import { upscaleFile } from '../../src/engine/upscale/upscaleFile';
import { REMOTE_DEFAULTS, type RemoteSettings } from '../../src/shared/remoteSettings';
import type { UpscaleResult } from '../../src/shared/engineProtocol';
import { InferenceServer, type ServedModel } from '../harness/inferenceServer';
import {
  inFloats,
  EMBEDDED_MODELS,
  pixelsOf,
  requestFor,
  temporaryFolder,
  TEST_MODELS,
  writePng,
} from './support';
import { spoken } from '../../src/shared/phrase';

export const MODEL = 'two-branch-4x';
/** What is open until the end of the test file; a hook of a test would run after that test. */
const open: (() => Promise<void> | void)[] = [];
after(async () => {
  for (const close of open) await close();
});

const folder = temporaryFolder();
const registry = new ModelRegistry([EMBEDDED_MODELS, TEST_MODELS]);

/** The test model as a server has it, computed by a session of this process. */
export async function served(id = MODEL): Promise<ServedModel & { readonly model: TiledModel }> {
  const model = (await registry.find(id)).served!;
  const { branches, scale } = model.manifest;
  const session = await openTileSession(model.graph, 'cpu', branches);
  open.push(() => session.release());
  return {
    model,
    scale,
    branches,
    compute: async (image, width, height) => await session.run(image, width, height),
  };
}

/** Waits between tries, as they were asked for; no test waits for them. */
export const waits: number[] = [];

/** A device on the test's server. */
export function deviceOn(
  { url }: Pick<InferenceServer, 'url'>,
  part: Partial<RemoteSettings> = {},
): RemoteDevice {
  const settings = { ...REMOTE_DEFAULTS, url, ...part };
  const address = new URL(url);
  const Transport = isGrpc(address) ? GrpcTransport : RestTransport;
  const device = new RemoteDevice(settings, new Transport(address, settings), address.host, {
    random: () => 1,
    wait: async (ms) => void waits.push(ms),
  });
  open.push(() => device.close());
  return device;
}

/** Services whose only device but the CPU is the remote one. */
export function servicesOn(remote: RemoteDevice, models = registry): UpscaleServices {
  const pool = new SessionPool((model, device, branches) =>
    device === 'remote'
      ? openRemoteSession(remote, model, branches)
      : openTileSession(model.graph, device, branches),
  );
  open.push(() => pool.release());
  return {
    remote,
    findModel: (id) => models.find(id),
    resolveDevice: async (choice, model, context) =>
      choice === 'remote' ? resolveRemote(remote, model, context) : 'cpu',
    checkDevice: () => undefined,
    cpuPrecision: inFloats,
    refusal: async () => undefined,
    acquireSession: (model, device, tile, branches) => pool.acquire(model, device, tile, branches),
    releaseSession: () => pool.release(),
    inTurn: (_signal, work) => work(),
    pisa: new PisaSessions(),
    version: '0.0.0',
  };
}

export type Done = { readonly result: UpscaleResult; readonly data: Buffer };

let count = 0;

/** A picture of some tiles, upscaled by these services. */
export async function upscaleOn(
  services: UpscaleServices,
  input: string,
  part: Partial<UpscaleCall> = {},
  {
    signal = new AbortController().signal,
    /** Lets the engine choose the tiles. */
    freely = false,
  } = {},
): Promise<Done> {
  const scratch = path.join(path.dirname(input), `scratch-${++count}`);
  mkdirSync(scratch);
  const result = await upscaleFile(
    requestFor(input, scratch, {
      model: MODEL,
      device: 'remote',
      ...(freely ? {} : { tile: 32 }),
      ...part,
    }),
    services,
    { signal, progress: () => undefined },
  );
  return { result: spoken(result), data: (await pixelsOf(result.output)).data };
}

/** A test picture in a folder of the test file. */
export const picture = (width = 100, height = 70): Promise<string> =>
  writePng(path.join(folder, `in-${++count}.png`), width, height);

/** A server that ends with the test file, unless it is killed before. */
export async function serverOf(
  models: Readonly<Record<string, ServedModel>>,
): Promise<InferenceServer> {
  const server = await new InferenceServer(models).listen();
  open.push(() => server.kill());
  return server;
}
