import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { before, beforeEach, describe, test } from 'node:test';
import sharp from 'sharp';
import type { RemoteDevice } from '../../src/engine/remote/remoteDevice';
import { InferenceServer, type Fault, type ServedModel } from '../harness/inferenceServer';
import { testPixels } from './support';
import {
  deviceOn,
  MODEL,
  picture,
  served,
  serverOf,
  servicesOn,
  upscaleOn,
  waits,
  type Done,
} from './remoteSupport';

let server: InferenceServer;
let model: ServedModel;
let input: string;
let local: Done;

before(async () => {
  model = await served();
  server = await serverOf({ [MODEL]: model });
  input = await picture();
  local = await upscaleOn(servicesOn(deviceOn(server)), input, { device: 'cpu' });
});

beforeEach(() => {
  server.fault = () => undefined;
  server.reset();
  waits.length = 0;
});

const TIMED = { timeout: 300_000 };
/** The first tile is answered when so many are on their way; the first question only compares. */
const untilThereAre =
  (tiles: number): Fault =>
  async (n) => {
    while (n === 2 && server.tiles.length < 1 + tiles)
      await new Promise((resolve) => setTimeout(resolve, 5));
  };

const on = (part: Parameters<typeof deviceOn>[1] = {}): ReturnType<typeof servicesOn> =>
  servicesOn(deviceOn(server, part));

describe('a model on a server', () => {
  test('yields what this machine does, tile by tile, two on their way at once', TIMED, async () => {
    server.fault = untilThereAre(2);
    const { result, data } = await upscaleOn(on(), input);
    assert.ok(data.equals(local.data));
    assert.equal(result.device, 'remote');
    assert.equal(result.server, `test 1.0 @ ${new URL(server.url).host}`);
    assert.ok(result.tiles > 4);
    assert.equal(server.mostAtOnce, 2);
    assert.deepEqual(result.notes, []);
  });

  test('sends only the branches that the dials use, and never the base', async () => {
    for (const [guidance, outputs] of [
      [{ pixel: 1, semantic: 1 }, ['pixel', 'semantic']],
      [{ pixel: 1, semantic: 0 }, ['pixel']],
      [{ pixel: 0, semantic: 0.5 }, ['semantic']],
      [{ pixel: 0, semantic: 0 }, []],
    ] as const) {
      const services = on();
      const expected = await upscaleOn(services, input, { guidance, device: 'cpu' });
      server.reset();
      const { data } = await upscaleOn(services, input, { guidance });
      assert.ok(data.equals(expected.data), JSON.stringify(guidance));
      const [, ...tiles] = server.tiles;
      assert.equal(tiles.length > 0, outputs.length > 0);
      for (const tile of tiles) assert.deepEqual(tile.outputs, outputs);
    }
  });

  test('takes transparency through the pixel branch', async () => {
    const [width, height] = [60, 40];
    const rgb = testPixels(width, height);
    const rgba = Uint8Array.from({ length: 4 * width * height }, (_, i) =>
      i % 4 === 3 ? (i % 7 === 0 ? 255 : rgb[i % rgb.length]!) : rgb[i - Math.floor(i / 4)]!,
    );
    const file = path.join(path.dirname(input), 'alpha.png');
    await sharp(rgba, { raw: { width, height, channels: 4 } })
      .png()
      .toFile(file);
    const services = on();
    const expected = await upscaleOn(services, file, { device: 'cpu' });
    assert.ok((await upscaleOn(services, file)).data.equals(expected.data));
    assert.ok(server.tiles.some(({ outputs }) => outputs.join() === 'pixel'));
  });

  test('may take one size only: tiles have it, and the picture is the same', async () => {
    const own = await serverOf({
      [MODEL]: { ...model, only: { width: 64, height: 64 } },
    });
    const { data } = await upscaleOn(servicesOn(deviceOn(own)), input);
    await own.kill();
    assert.ok(data.equals(local.data));
  });

  test('sends the token, the headers and the version, and asks for nothing compressed', async () => {
    const own = await serverOf({ other: model });
    const device = deviceOn(own, {
      model: 'other',
      version: '3',
      headers: { Host: 'model.team.example', 'X-Key': 'k' },
      secrets: { token: 'secret-token' },
    });
    await upscaleOn(servicesOn(device), input);
    await own.kill();
    for (const { headers, path: asked } of own.asked) {
      assert.equal(headers.authorization, 'Bearer secret-token');
      assert.equal(headers.host, 'model.team.example');
      assert.equal(headers['x-key'], 'k');
      assert.equal(headers['accept-encoding'], 'identity');
      if (asked !== '/v2') assert.match(asked, /^\/v2\/models\/other\/versions\/3/);
    }
  });
});

describe('another model than the one of this machine', () => {
  const wrongModels: readonly [string, () => Partial<ServedModel>, RegExp][] = [
    [
      'whose weights differ a little',
      () => ({
        compute: async (...args) => {
          const layers = await model.compute(...args);
          return { ...layers, semantic: layers.semantic!.map((value) => value * 1.01) };
        },
      }),
      /another one there: of a tile the layer "semantic" differs by/,
    ],
    ['without a branch', () => ({ branches: ['pixel'] }), /"semantic" is missing/],
    ['of another scale', () => ({ only: { width: 32, height: 32 }, scale: 2 }), /has the shape/],
    [
      'of other numbers',
      () => ({ datatype: 'FP16' }),
      /"image" is FP16 there, and FP32 is asked for/,
    ],
    ['with another checksum', () => ({ sha256: 'ab'.repeat(32) }), /names the SHA-256 abababab/],
  ];
  for (const [what, part, words] of wrongModels)
    for (const fallback of ['retry', 'cpu', 'fail'] as const)
      test(`${what} is refused, whatever the fallback: ${fallback}`, async () => {
        const own = await serverOf({ [MODEL]: { ...model, ...part() } });
        const services = servicesOn(deviceOn(own, { fallback }));
        await assert.rejects(upscaleOn(services, input), {
          code: 'device-unavailable',
          message: words,
        });
        await own.kill();
      });

  test('that replaces the right one in the middle of a picture is refused', async () => {
    const own = await serverOf({ [MODEL]: model });
    const { port } = new URL(own.url);
    const other = new InferenceServer({
      [MODEL]: {
        ...model,
        compute: async (...args) => {
          const layers = await model.compute(...args);
          return { ...layers, pixel: layers.pixel!.map((value) => -value) };
        },
      },
    });
    own.fault = async (n) => {
      if (n !== 4) return undefined;
      await own.kill();
      await other.listen(Number(port));
      return undefined;
    };
    const services = servicesOn(deviceOn(own, { fallback: 'cpu' }));
    await assert.rejects(upscaleOn(services, input), { code: 'device-unavailable' });
    await other.kill();
  });
});

/** The connection breaks with nothing said. */
const reset: Fault = (_n, _answer, response) => {
  response.socket?.resetAndDestroy();
  return 'handled';
};
const status =
  (code: number, headers: Record<string, string> = {}): Fault =>
  (_n, _answer, response) => {
    response.writeHead(code, headers).end('{"error":"told by the server"}');
    return 'handled';
  };

/** What passes, and is asked for again. */
const PASSING: Readonly<Record<string, Fault>> = {
  'a reset connection': reset,
  'an answer that breaks off': (_n, { tensors }, response) => {
    response.writeHead(200, {
      'inference-header-content-length': '10',
      'content-length': String(tensors[0]!.length),
    });
    response.write(tensors[0]!.subarray(0, 100), () => response.socket?.resetAndDestroy());
    return 'handled';
  },
  'a full queue (503)': status(503),
  'too many requests (429) with Retry-After': status(429, { 'retry-after': '7' }),
  'a gateway without its server (502)': status(502),
  'a model that is being loaded (404)': status(404),
};

/** What stays: the answer is of no use, however often it is asked for. */
const LASTING: Readonly<Record<string, Fault>> = {
  'an error of the server (500)': status(500),
  'a refusal (400)': status(400),
  'a redirect': status(307, { location: 'http://127.0.0.1:1/v2' }),
  'a wrong shape': (_n, { json }) => (json.outputs[0]!.shape = [1, 3, 4, 4]),
  'another kind of number': (_n, { json }) => (json.outputs[0]!.datatype = 'FP16'),
  'a layer less': (_n, { json, tensors }) => [json.outputs.pop(), tensors.pop()],
  NaN: (_n, { tensors }) => tensors[0]!.writeFloatLE(Number.NaN, 400),
  infinity: (_n, { tensors }) => tensors.at(-1)!.writeFloatLE(Infinity, 0),
  'a short body': (_n, { tensors }) => tensors.push(tensors.pop()!.subarray(4)),
  'a long body': (_n, { tensors }) => tensors.push(Buffer.alloc(4)),
  'an endless body': (_n, { tensors }, response) => {
    response.writeHead(200, { 'inference-header-content-length': '10' });
    const pump = (): void => {
      while (!response.destroyed && response.write(tensors[0]!));
      if (!response.destroyed) response.once('drain', pump);
    };
    pump();
    return 'handled';
  },
  'no head': (_n, answer) => (answer.headers['inference-header-content-length'] = '0'),
  'a head longer than the body': (_n, answer) =>
    (answer.headers['inference-header-content-length'] = '99999999'),
  'JSON instead of numbers': (_n, { json }, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(json));
    return 'handled';
  },
  'a compressed answer': (_n, answer) => (answer.headers['content-encoding'] = 'gzip'),
  'something that is no HTTP': (_n, _answer, response) => {
    response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n');
    return 'handled';
  },
};

/** From the so-many-th question on, so many times. */
const from = (first: number, times: number, fault: Fault): Fault => {
  let left = times;
  return (n, ...rest) => (n >= first && left-- > 0 ? fault(n, ...rest) : undefined);
};

const filesBeside = (): string[] =>
  readdirSync(path.dirname(input)).filter((name) => name.includes('tmp'));

describe('what a server does wrong in the middle of a picture', () => {
  for (const [what, fault] of Object.entries(PASSING)) {
    test(`${what}, once: it is asked again, and the picture is the same`, async () => {
      const services = on();
      server.fault = from(4, 1, fault);
      const { result, data } = await upscaleOn(services, input);
      assert.ok(data.equals(local.data));
      assert.equal(result.device, 'remote');
      assert.equal(waits.length, 1);
      assert.equal(waits[0], what.includes('Retry-After') ? 7000 : 500);
    });

    test(`${what}, for good: later each time, then an error that tells`, async () => {
      const services = on({ inFlight: 1 });
      server.fault = from(4, 1000, fault);
      await assert.rejects(upscaleOn(services, input), {
        code: 'remote-failed',
        message: /^The inference server failed\. test 1\.0 @ 127.*, asked 6 times\.$/,
      });
      if (!what.includes('Retry-After')) assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000]);
      assert.deepEqual(filesBeside(), []);
    });
  }

  for (const [what, fault] of Object.entries(LASTING)) {
    test(`${what}: not asked again; an error`, async () => {
      const services = on({ inFlight: 1 });
      server.fault = from(4, 1, fault);
      await assert.rejects(upscaleOn(services, input), { code: 'remote-refused' });
      assert.deepEqual(waits, []);
      assert.equal(server.tiles.length, 4);
      assert.deepEqual(filesBeside(), []);
    });

    test(`${what}: the CPU does all of it where that is allowed, with a note`, async () => {
      const services = on({ fallback: 'cpu' });
      server.fault = from(4, 1000, fault);
      const { result, data } = await upscaleOn(services, input);
      assert.ok(data.equals(local.data));
      assert.equal(result.device, 'cpu');
      assert.equal(result.server, undefined);
      assert.match(result.notes[0]!, /^remote failed \(test 1\.0 @ .*\); used cpu instead\.$/);
    });
  }

  test('another order of the layers does no harm', async () => {
    server.fault = (_n, { json, tensors }) => [json.outputs.reverse(), tensors.reverse()];
    assert.ok((await upscaleOn(on(), input)).data.equals(local.data));
  });

  test('answers that overtake each other do no harm', TIMED, async () => {
    const together = untilThereAre(3);
    server.fault = async (n, ...rest) => {
      await together(n, ...rest);
      if (n % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 30));
      return undefined;
    };
    assert.ok((await upscaleOn(on({ inFlight: 4 }), input)).data.equals(local.data));
    assert.ok(server.mostAtOnce > 2);
  });

  test('fail: nothing is asked twice', async () => {
    const services = on({ fallback: 'fail', inFlight: 1 });
    server.fault = from(4, 1, reset);
    await assert.rejects(upscaleOn(services, input), { code: 'remote-failed' });
    assert.equal(server.tiles.length, 4);
  });

  test('a message that is too large is made smaller', async () => {
    const services = on();
    let largest = 0;
    server.fault = (_n, { tensors }, response) => {
      const bytes = tensors.reduce((sum, { length }) => sum + length, 0);
      if (bytes > 2_000_000) {
        response.writeHead(413).end();
        return 'handled';
      }
      largest = Math.max(largest, bytes);
      return undefined;
    };
    const large = await picture(220, 180);
    const { result, data } = await upscaleOn(services, large, {}, { freely: true });
    assert.equal(result.device, 'remote');
    assert.match(result.notes[0]!, /tried again with smaller tiles/);
    assert.ok(largest > 0);
    const expected = await upscaleOn(services, large, { device: 'cpu' }, { freely: true });
    assert.ok(data.equals(expected.data));
  });

  test('a server that is not there is asked once at first', async () => {
    const gone = await serverOf({});
    const { url } = gone;
    await gone.kill();
    await assert.rejects(upscaleOn(servicesOn(deviceOn({ url })), input), {
      code: 'remote-failed',
      message: /it is not running/,
    });
    assert.deepEqual(waits, []);
    const { result } = await upscaleOn(servicesOn(deviceOn({ url }, { fallback: 'cpu' })), input);
    assert.equal(result.device, 'cpu');
    assert.match(result.notes[0]!, /remote failed .*used cpu instead/);
  });

  test('after it was asked in vain, the next picture asks once only', async () => {
    const services = on({ inFlight: 1 });
    server.fault = from(4, 1000, reset);
    await assert.rejects(upscaleOn(services, input), { code: 'remote-failed' });
    waits.length = 0;
    await assert.rejects(upscaleOn(services, input), { code: 'remote-failed' });
    assert.deepEqual(waits, []);
    server.fault = () => undefined;
    assert.ok((await upscaleOn(services, input)).data.equals(local.data));
  });

  test('a server that knows no binary tensors over HTTP: gRPC is told of, and only at first', async () => {
    server.fault = from(1, 1, status(422));
    await assert.rejects(upscaleOn(on(), input), { message: /422.*over gRPC\.$/ });
    server.reset();
    server.fault = from(4, 1, status(422));
    await assert.rejects(upscaleOn(on(), input), { message: /told by the server\.$/ });
  });

  test('a cancel closes the connection', async () => {
    const services = on({ inFlight: 1 });
    const controller = new AbortController();
    let closed: Promise<void> | undefined;
    server.fault = (n, _answer, response) => {
      if (n !== 4) return undefined;
      closed = new Promise((resolve) => response.once('close', () => resolve()));
      controller.abort();
      return 'handled';
    };
    await assert.rejects(upscaleOn(services, input, {}, { signal: controller.signal }), {
      code: 'cancelled',
    });
    await closed;
    assert.deepEqual(filesBeside(), []);
  });

  test('what a server repeats of a token is not told', async () => {
    const device: RemoteDevice = deviceOn(server, { secrets: { token: 'very-secret' } });
    server.fault = (_n, _answer, response) => {
      response.writeHead(400).end('{"error":"unknown token very-secret"}');
      return 'handled';
    };
    await assert.rejects(upscaleOn(servicesOn(device), input), (error: Error) => {
      assert.match(error.message, /unknown token \*\*\*/);
      assert.doesNotMatch(error.message + String(error.stack), /very-secret/);
      return true;
    });
  });
});
