/**
 * Milliseconds of a tile through a real Triton on the loopback address, over REST and gRPC, against
 * the bare local session of the same threads in the same run; and how much of a round trip of 40 ms
 * two tiles on their way hide.
 *
 *   npm run bench:remote [-- --rounds 7] [-- --latency]   (only the round trip)
 */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureInferenceServer } from '../scripts/setup-inference-servers.mjs';
import type { TiledModel } from '../src/engine/models/kinds/tiled';
import { ModelRegistry } from '../src/engine/models/registry';
import { openRemoteDevice } from '../src/engine/remote/remoteDevices';
import { openRemoteSession } from '../src/engine/remote/remoteSession';
import { openTileSession, type TileSession } from '../src/engine/runtime/session';
import { threadCount } from '../src/engine/runtime/threads';
import { randomTensor } from '../src/engine/trust/operators/pseudoRandom';
import { inOrder } from '../src/engine/upscale/inOrder';
import { REMOTE_DEFAULTS } from '../src/shared/remoteSettings';
import { DEFAULT_MODEL } from '../src/shared/settings';
import { Relay } from '../test/harness/relay';
import { TritonServer } from '../test/harness/tritonServer';

const SIDES = [128, 256];
/** At 256², of the bare session. */
const TARGET = 1.25;
const ROUND_TRIP_MS = 40;
/** Of a round trip. */
const HIDDEN_TARGET = 0.6;

const root = path.dirname(__dirname);
const modelFolders = [path.join(root, 'models')];
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, latency: { type: 'boolean' } },
});
const rounds = Number(values.rounds);

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** A session on the server, compared before as it always is. */
async function remoteSession(
  model: TiledModel,
  url: string,
  inFlight: number = REMOTE_DEFAULTS.inFlight,
): Promise<TileSession & { close(): Promise<void> }> {
  const device = openRemoteDevice({ ...REMOTE_DEFAULTS, url, inFlight });
  await device.verify(model, new AbortController().signal);
  const session = await openRemoteSession(device, model, model.manifest.branches);
  return {
    ...session,
    close: async () => {
      await session.release();
      device.close();
    },
  };
}

async function perTile(model: TiledModel, server: TritonServer): Promise<void> {
  const ways = {
    local: await openTileSession(model.graph, 'cpu', model.manifest.branches),
    REST: await remoteSession(model, server.url),
    gRPC: await remoteSession(model, server.grpcUrl),
  };
  for (const side of SIDES) {
    const image = randomTensor([3, side, side], 1, [0, 1]).data;
    const times = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]));
    for (let round = -1; round < rounds; round++)
      for (const [name, session] of Object.entries(ways)) {
        const ms = await timed(() => session.run(image, side, side));
        if (round >= 0) times.get(name)?.push(ms);
      }
    const base = times.get('local') ?? [];
    for (const [name, own] of times) {
      const [ratio, least] = [median(own) / median(base), Math.min(...own) / Math.min(...base)];
      console.log(
        `${side}×${side}  ${name.padEnd(5)}  median ${median(own).toFixed(0)} ms (${ratio.toFixed(2)})` +
          `  least ${Math.min(...own).toFixed(0)} ms (${least.toFixed(2)})` +
          (name === 'REST' && side === 256
            ? `  target ${TARGET}: ${least <= TARGET ? 'met' : 'MISSED'}`
            : ''),
      );
    }
  }
  await Promise.all([ways.local.release(), ways.REST.close(), ways.gRPC.close()]);
}

/**
 * Tiles of an icon, one and two on their way, beyond a network of 40 ms. What computes nothing could not
 * hide more than half of it: two on their way take half the time of one.
 */
async function hidden(model: TiledModel, server: TritonServer): Promise<void> {
  const tiles = 20;
  const side = 64;
  const image = randomTensor([3, side, side], 1, [0, 1]).data;
  const relay = await Relay.open(new URL(server.url), ROUND_TRIP_MS);
  const url = `http://${relay.host}`;
  const sessions = [await remoteSession(model, url, 1), await remoteSession(model, url, 2)];
  const items = async function* (): AsyncGenerator<number> {
    for (let i = 0; i < tiles; i++) yield i;
  };
  const times = sessions.map((): number[] => []);
  for (let round = 0; round < rounds; round++)
    for (const [i, session] of sessions.entries())
      times[i]?.push(
        await timed(() =>
          inOrder(items(), i + 1, {
            start: () => session.run(image, side, side),
            take: () => Promise.resolve(),
            stop: () => undefined,
          }),
        ),
      );
  const [one = 0, two = 0] = times.map((own) => median(own) / tiles);
  const share = (one - two) / ROUND_TRIP_MS;
  console.log(
    `round trip ${ROUND_TRIP_MS} ms: a tile takes ${one.toFixed(0)} ms with one on its way, ` +
      `${two.toFixed(0)} ms with two: ${share.toFixed(2)} of a round trip hidden  ` +
      `target ${HIDDEN_TARGET}: ${share >= HIDDEN_TARGET ? 'met' : 'MISSED'}`,
  );
  for (const session of sessions) await session.close();
  relay.close();
}

async function main(): Promise<void> {
  const triton = ensureInferenceServer('triton');
  if ('reason' in triton) throw new Error(`No Triton: ${triton.reason}`);
  const registry = new ModelRegistry(modelFolders);
  const served = async (id: string): Promise<TiledModel> => {
    const model = (await registry.find(id)).served;
    if (!model) throw new Error(`${id} can't be served.`);
    return model;
  };
  const model = await served(DEFAULT_MODEL);
  const { manifest, graph } = model;
  const on = async (
    threads: number,
    work: (server: TritonServer) => Promise<void>,
  ): Promise<void> => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-remote-'));
    const server = await TritonServer.start(triton.python, folder, [
      {
        name: manifest.id,
        graph: typeof graph === 'string' ? graph : graph.key,
        outputs: ['base', ...manifest.branches],
        threads,
      },
    ]);
    try {
      await work(server);
    } finally {
      await server.kill();
      rmSync(folder, { recursive: true, force: true });
    }
  };
  if (values.latency !== true) await on(threadCount(), (server) => perTile(model, server));
  // It leaves the client a core, as a server elsewhere does.
  await on(Math.max(1, threadCount() - 1), (server) => hidden(model, server));
}

void main();
