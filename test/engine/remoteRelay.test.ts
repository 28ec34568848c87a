// A way between here and the server that is slow, loses, cuts and overtakes.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Relay, type Way } from '../harness/relay';
import type { InferenceServer } from '../harness/inferenceServer';
import {
  deviceOn,
  MODEL,
  picture,
  served,
  serverOf,
  servicesOn,
  upscaleOn,
  type Done,
} from './remoteSupport';

const ROUND_TRIP = 40;
/** Of an answer that holds a tile, not only what it is. */
const TILE_BYTES = 4096;
const relays: Relay[] = [];

let server: InferenceServer;
let input: string;
let local: Done;

before(async () => {
  server = await serverOf({ [MODEL]: await served() });
  input = await picture();
  local = await upscaleOn(servicesOn(deviceOn(server)), input, { device: 'cpu' });
});

after(() => {
  for (const relay of relays) relay.close();
});

async function upscaledBy(way: Way): Promise<Done> {
  const relay = await Relay.open(new URL(server.url), way);
  relays.push(relay);
  const device = deviceOn({ url: `http://${relay.host}` });
  return await upscaleOn(servicesOn(device), input);
}

/** What happened to parts of answers in a test. */
const happened: string[] = [];

/** So many times, when a part of a tile passes. */
const sometimes = (what: 'is cut' | 'is lost', times: number): NonNullable<Way['mishap']> => {
  let left = times;
  return (part, bytes) => {
    if (bytes < TILE_BYTES || part % 2 === 1 || left-- <= 0) return 'passes';
    happened.push(what);
    return what;
  };
};

describe('over a way that', () => {
  for (const [name, way, mishaps] of [
    ['takes 40 ms', { delay: () => ROUND_TRIP }, 0],
    ['cuts answers', { delay: () => ROUND_TRIP, mishap: sometimes('is cut', 3) }, 3],
    ['loses answers', { delay: () => ROUND_TRIP, mishap: sometimes('is lost', 2) }, 2],
    [
      'lets a later answer overtake',
      { delay: (connection) => (connection % 2 === 0 ? 10 : 5 * ROUND_TRIP) },
      0,
    ],
  ] as const satisfies readonly (readonly [string, Way, number])[]) {
    test(`${name}, the picture is this machine’s`, { timeout: 120_000 }, async () => {
      happened.length = 0;
      const { result, data } = await upscaledBy(way);
      assert.equal(happened.length, mishaps);
      assert.ok(data.equals(local.data));
      assert.equal(result.device, 'remote');
      assert.ok(result.tiles > 4);
    });
  }
});
