import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { below, serverAddress } from '../../../src/engine/remote/address';
import { isLoopback } from '../../../src/shared/addresses';
import { checkHeaders, withoutSecrets } from '../../../src/engine/remote/credentials';
import { modelChecksum, servedName } from '../../../src/engine/remote/checksum';
import { bodyWords, failureOf, RemoteFailure } from '../../../src/engine/remote/failure';
import { Gate } from '../../../src/engine/remote/gate';
import { binaryOutputs, binaryRequest } from '../../../src/engine/remote/oip/binaryExtension';
import { fromHalves, toHalves } from '../../../src/engine/remote/oip/halves';
import { readModelMetadata, readServerMetadata } from '../../../src/engine/remote/oip/metadata';
import { answerBytes, readLayers } from '../../../src/engine/remote/oip/tensors';
import { inferOutputs } from '../../../src/engine/remote/oip/grpcMessages';
import { kindOf } from '../../../src/engine/remote/oip/grpcTransport';
import { ModelInferResponseSchema } from '../../../src/engine/remote/oip/inference_pb';
import { backOff, withRetries } from '../../../src/engine/remote/retries';
import { suits } from '../../../src/engine/remote/suits';
import { pseudoRandom } from '../../../src/engine/trust/operators/pseudoRandom';
import { BusyTime, inOrder } from '../../../src/engine/upscale/inOrder';
import { REMOTE_DEFAULTS, type RemoteSettings } from '../../../src/shared/remoteSettings';
import { inWords } from '../../../src/shared/phrase';

const settings = (part: Partial<RemoteSettings>): RemoteSettings => ({
  ...REMOTE_DEFAULTS,
  url: 'http://localhost:8000',
  ...part,
});

describe('the address of a server', () => {
  const secrets = { token: 't' };
  for (const [url, part, problem] of [
    ['https://host/team/serving', { secrets }, undefined],
    ['http://localhost:8000', { secrets }, undefined],
    ['http://127.0.0.1:8000', {}, undefined],
    ['http://[::1]:8000', {}, undefined],
    ['http://10.0.0.5:8000', {}, /is not encrypted, and pictures would be sent/],
    ['http://localhost.example.com', {}, /is not encrypted/],
    ['http://10.0.0.5:8000', { allowHttp: true }, undefined],
    ['http://10.0.0.5:8000', { allowHttp: true, secrets }, /no token is sent there/],
    [
      'http://10.0.0.5:8000',
      { allowHttp: true, secrets: { headers: { key: 'v' } } },
      /no token is sent there/,
    ],
    ['grpcs://host:8001', { secrets }, undefined],
    ['grpc://127.0.0.1:8001', { secrets }, undefined],
    ['grpc://10.0.0.5:8001', {}, /is not encrypted/],
    ['grpcs://host:8001/team', {}, /has a path, which gRPC does not allow/],
    ['ftp://host', {}, /begins with "ftp:"/],
    ['file:///etc/passwd', {}, /begins with "file:"/],
    ['host:8000', {}, /begins with "host:"/],
    ['', {}, /is not an address/],
    ['https://user:secret@host', {}, /holds a user name or a password/],
    ['https://host/?token=secret', {}, /has a query/],
  ] as const)
    test(`${url || 'nothing'} ${JSON.stringify(part)}`, () => {
      const read = (): URL => serverAddress(settings({ url, ...part }));
      if (problem === undefined) assert.equal(read().href.startsWith(url), true);
      else
        assert.throws(read, (error: Error) => {
          assert.match(error.message, problem);
          assert.doesNotMatch(error.message, /secret/);
          return true;
        });
    });

  test('a path of it stays', () => {
    const at = below(new URL('https://host/team/'), 'v2/models/a%2Fb/infer');
    assert.equal(at.href, 'https://host/team/v2/models/a%2Fb/infer');
    assert.ok(!isLoopback(new URL('http://127.0.0.1.example.com')));
  });
});

test('headers that can’t be sent, or are the protocol’s own, are refused without their value', () => {
  for (const headers of [
    { 'bad name': 'secret' },
    { good: 'secret\r\nx: y' },
    { 'Content-Length': 'secret' },
    { 'inference-header-content-length': 'secret' },
  ])
    for (const part of [{ headers }, { secrets: { headers } }])
      assert.throws(
        () => checkHeaders(settings(part)),
        (error: Error) => !error.message.includes('secret'),
      );
  checkHeaders(settings({ headers: { Host: 'a.b', 'triton-key': 'k' } }));
});

test('secrets vanish from what a server says', () => {
  const own = settings({ secrets: { token: 'abcdef', headers: { key: 'ghijkl' } } });
  assert.equal(withoutSecrets('a abcdef ghijkl mnopqr', own, 'mnopqr'), 'a *** *** ***');
});

test('float16 there and back is the nearest number, halfway to the even one', () => {
  const all = Uint16Array.from({ length: 65_536 }, (_, i) => i);
  const numbers = fromHalves(all);
  const back = toHalves(numbers);
  for (let i = 0; i < all.length; i++)
    if (!Number.isNaN(numbers[i]!)) assert.equal(back[i], all[i]);
  const random = pseudoRandom(5);
  for (let i = 0; i < 20_000; i++) {
    const value = (random() * 2 - 1) * 2 ** Math.floor(random() * 40 - 26);
    const [half] = toHalves(Float32Array.of(value));
    const [near] = fromHalves(Uint16Array.of(half!));
    const error = Math.abs(near! - Math.fround(value));
    for (const other of [half! - 1, half! + 1]) {
      const [beside] = fromHalves(Uint16Array.of(other & 0xffff));
      if (Number.isFinite(beside))
        assert.ok(error <= Math.abs(beside! - Math.fround(value)), String(value));
    }
  }
  assert.equal(toHalves(Float32Array.of(1 + 2 ** -11))[0], 0x3c00);
  assert.equal(toHalves(Float32Array.of(1 + 3 * 2 ** -11))[0], 0x3c02);
  assert.equal(toHalves(Float32Array.of(65_520))[0], 0x7c00);
});

describe('binary tensors', () => {
  const question = {
    input: 'image',
    image: Float32Array.of(0, 0.25, 1),
    width: 1,
    height: 1,
    outputs: ['pixel', 'semantic'],
    scale: 1,
    datatype: 'FP32',
  } as const;

  /** A body with these outputs, whatever they say of themselves. */
  const bodyOf = (
    outputs: readonly object[],
    ...tensors: readonly Uint8Array[]
  ): [Buffer, number] => {
    const json = Buffer.from(JSON.stringify({ outputs }));
    return [Buffer.concat([json, ...tensors]), json.length];
  };
  const entry = (name: string, part: object = {}): object => ({
    name,
    datatype: 'FP32',
    shape: [1, 3, 1, 1],
    parameters: { binary_data_size: 12 },
    ...part,
  });
  const floats = (...values: number[]): Uint8Array =>
    new Uint8Array(Float32Array.from(values).buffer);

  test('a question has an id, its outputs one by one, and its numbers behind', () => {
    const { json, tensor } = binaryRequest(question, 'an-id');
    assert.deepEqual(JSON.parse(json.toString()), {
      id: 'an-id',
      inputs: [
        {
          name: 'image',
          shape: [1, 3, 1, 1],
          datatype: 'FP32',
          parameters: { binary_data_size: 12 },
        },
      ],
      outputs: [
        { name: 'pixel', parameters: { binary_data: true } },
        { name: 'semantic', parameters: { binary_data: true } },
      ],
    });
    assert.deepEqual([...tensor], [...floats(0, 0.25, 1)]);
    assert.equal(binaryRequest({ ...question, datatype: 'FP16' }, 'x').tensor.byteLength, 6);
    assert.equal(answerBytes(question), 24);
  });

  test('outputs are found by name, in whatever order, at whatever offset', () => {
    const [body, length] = bodyOf(
      [entry('semantic'), entry('pixel', { shape: ['1', '3', '1', '1'] })],
      floats(4, 5, 6),
      floats(1, 2, 3),
    );
    const layers = readLayers(question, binaryOutputs(body, length));
    assert.deepEqual([...layers.get('pixel')!], [1, 2, 3]);
    assert.deepEqual([...layers.get('semantic')!], [4, 5, 6]);
  });

  test('JSON that is padded is read', () => {
    const json = Buffer.from(`${JSON.stringify({ outputs: [entry('pixel')] })}     `);
    const raw = binaryOutputs(Buffer.concat([json, floats(1, 2, 3)]), json.length);
    assert.equal(readLayers({ ...question, outputs: ['pixel'] }, raw).size, 1);
  });

  test('whatever else comes is refused as nonsense, and nothing else is thrown', () => {
    const random = pseudoRandom(9);
    const [whole, head] = bodyOf(
      [entry('pixel'), entry('semantic')],
      floats(1, 2, 3),
      floats(4, 5, 6),
    );
    let refused = 0;
    for (let i = 0; i < 3000; i++) {
      const body = Buffer.from(whole);
      const at = Math.floor(random() * head);
      body[at] = Math.floor(random() * 256);
      const cut = random() < 0.3 ? body.subarray(0, Math.floor(random() * body.length)) : body;
      const length = random() < 0.2 ? Math.floor(random() * 400) - 10 : head;
      try {
        const layers = readLayers(question, binaryOutputs(cut, length));
        for (const layer of layers.values()) assert.equal(layer.length, 3);
      } catch (error) {
        refused++;
        assert.ok(error instanceof RemoteFailure, String(error));
        assert.equal(error.kind, 'nonsense');
      }
    }
    assert.ok(refused > 2000);
  });
});

test('what a server says of itself is not believed blindly', () => {
  assert.deepEqual(readServerMetadata({ name: 'triton', version: '2.51.0' }), {
    name: 'triton',
    version: '2.51.0',
  });
  for (const wrong of [null, 5, 'x', {}, { name: 'a\u001b[31m', version: ['2'] }])
    assert.deepEqual(readServerMetadata(wrong), { name: '', version: '' });
  for (const wrong of [null, {}, { inputs: 5, outputs: [] }, { inputs: [{}], outputs: [] }])
    assert.throws(() => readModelMetadata(wrong), RemoteFailure);
});

describe('metadata of a model', () => {
  const manifest = { scale: 4, branches: ['pixel', 'semantic'] } as const;
  const tensor = (name: string, shape: number[], datatype = 'FP32') => ({ name, shape, datatype });
  const any = [1, 3, -1, -1];
  const good = {
    inputs: [tensor('image', any)],
    outputs: ['base', 'pixel', 'semantic'].map((name) => tensor(name, any)),
  };
  for (const [what, metadata, expected] of [
    ['any size', good, { tile: undefined }],
    ['a free batch', { ...good, inputs: [tensor('image', [-1, 3, -1, -1])] }, { tile: undefined }],
    [
      'one size',
      {
        inputs: [tensor('image', [1, 3, 64, 96])],
        outputs: ['pixel', 'semantic'].map((name) => tensor(name, [1, 3, 256, 384])),
      },
      { tile: { width: 96, height: 64 } },
    ],
    ['another input', { ...good, inputs: [tensor('input', any)] }, /inputs are "input"/],
    ['two inputs', { ...good, inputs: [...good.inputs, tensor('x', any)] }, /"image", "x"/],
    ['a branch less', { ...good, outputs: good.outputs.slice(0, 2) }, /"semantic" is missing/],
    ['grey', { ...good, inputs: [tensor('image', [1, 1, -1, -1])] }, /has the shape \[1,1,-1,-1\]/],
    [
      'pixels last',
      { ...good, inputs: [tensor('image', [1, -1, -1, 3])] },
      /one height or one width/,
    ],
    [
      'one height',
      { ...good, inputs: [tensor('image', [1, 3, 64, -1])] },
      /one height or one width/,
    ],
    ['other numbers', { ...good, inputs: [tensor('image', any, 'UINT8')] }, /is UINT8 there/],
    [
      'another scale',
      {
        inputs: [tensor('image', [1, 3, 64, 64])],
        outputs: ['pixel', 'semantic'].map((name) => tensor(name, [1, 3, 128, 128])),
      },
      /"pixel" has the shape \[1,3,128,128\]/,
    ],
  ] as const)
    test(what, () => {
      const found = suits(manifest, metadata, 'FP32');
      if (expected instanceof RegExp)
        assert.match('differs' in found ? inWords(found.differs) : '', expected);
      else assert.deepEqual(found, expected);
    });
});

test('each status is a kind of failure, told in one line', () => {
  for (const [status, body, hasAnswered, kind, words] of [
    [503, '{"error":"Exceeds maximum\\nqueue size"}', true, 'busy', /503 .*maximum queue size$/],
    [429, '', true, 'busy', /429$/],
    [502, '<html><title>502 Bad Gateway</title><p>x', true, 'busy', /502: 502 Bad Gateway$/],
    [404, '{"detail":"no model"}', false, 'refused', /no model/],
    [404, '', true, 'gone', /404/],
    [413, '<title>Too Large</title>', true, 'too-large', /413/],
    [
      400,
      '{"error":"request exceeds the maximum of http-max-input-size"}',
      true,
      'too-large',
      /400/,
    ],
    [401, '', true, 'denied', /wants a token/],
    [500, 'x'.repeat(9999), true, 'refused', /500: x{160}$/],
    [302, '', true, 'refused', /redirects are not followed/],
  ] as const) {
    const failure = failureOf(status, Buffer.from(body), undefined, hasAnswered);
    assert.equal(failure.kind, kind, String(status));
    assert.match(failure.message, words);
  }
  assert.equal(bodyWords(Buffer.from('{"detail":[{"loc":["a"]}]}')), '[{"loc":["a"]}]');
});

test('each status of gRPC is a kind of failure, by its words where they say more', () => {
  for (const [status, details, hasAnswered, kind] of [
    ['UNAVAILABLE', 'No connection established', true, 'lost'],
    ['UNAVAILABLE', 'Exceeds maximum queue size', true, 'busy'],
    ['UNAVAILABLE', 'This protocol is restricted, expecting header', true, 'denied'],
    ['UNAVAILABLE', 'self-signed certificate in certificate chain', false, 'refused'],
    ['RESOURCE_EXHAUSTED', 'Received message larger than max (2 vs. 1)', true, 'too-large'],
    ['RESOURCE_EXHAUSTED', 'quota', true, 'busy'],
    ['UNKNOWN', 'Received HTTP status: 413', true, 'too-large'],
    ['DEADLINE_EXCEEDED', '', true, 'late'],
    ['NOT_FOUND', 'has no available versions', true, 'gone'],
    ['NOT_FOUND', '', false, 'refused'],
    ['UNAUTHENTICATED', '', true, 'denied'],
    ['INTERNAL', 'Received RST_STREAM with code 2', true, 'lost'],
    ['INTERNAL', 'bug', true, 'refused'],
    ['INVALID_ARGUMENT', 'shape', true, 'refused'],
    ['UNIMPLEMENTED', '', true, 'refused'],
  ] as const)
    assert.equal(kindOf(status, details, hasAnswered), kind, `${status} ${details}`);
});

test('an answer of gRPC has its numbers as they are, or typed', () => {
  const output = { name: 'pixel', datatype: 'FP32', shape: [1n, 3n, 1n, 1n] };
  const question = {
    input: 'image',
    image: new Float32Array(3),
    width: 1,
    height: 1,
    outputs: ['pixel'],
    scale: 1,
    datatype: 'FP32',
  } as const;
  const raw = create(ModelInferResponseSchema, {
    outputs: [output],
    rawOutputContents: [new Uint8Array(Float32Array.of(1, 2, 3).buffer)],
  });
  const typed = create(ModelInferResponseSchema, {
    outputs: [{ ...output, contents: { fp32Contents: [1, 2, 3] } }],
  });
  for (const answer of [raw, typed])
    assert.deepEqual([...readLayers(question, inferOutputs(answer)).get('pixel')!], [1, 2, 3]);
  const less = create(ModelInferResponseSchema, {
    outputs: [output, output],
    rawOutputContents: [new Uint8Array(12)],
  });
  assert.throws(() => inferOutputs(less), RemoteFailure);
  assert.throws(
    () =>
      readLayers(question, inferOutputs(create(ModelInferResponseSchema, { outputs: [output] }))),
    RemoteFailure,
  );
});

test('tries come later each time, up to a quarter of a minute, half of it by chance', () => {
  assert.deepEqual(
    [1, 2, 3, 6, 9].map((n) => backOff(n, 1)),
    [500, 1000, 2000, 15_000, 15_000],
  );
  assert.equal(backOff(1, 0), 250);
});

test('a cancel ends the waiting', async () => {
  const controller = new AbortController();
  const asked = withRetries({ tries: () => 9, signal: controller.signal, random: () => 1 }, () => {
    setImmediate(() => controller.abort());
    return Promise.reject(new RemoteFailure('busy', 'full', 60_000));
  });
  await assert.rejects(asked, { code: 'cancelled' });
});

test('fewer are on their way after a server had too much to do, and more again later', async () => {
  const gate = new Gate(4);
  const mostAtOnce = async (count: number): Promise<number> => {
    let [now, most] = [0, 0];
    await Promise.all(
      Array.from({ length: count }, () =>
        gate.run(async () => {
          most = Math.max(most, ++now);
          await new Promise(setImmediate);
          now--;
        }),
      ),
    );
    return most;
  };
  assert.equal(await mostAtOnce(10), 4);
  gate.narrow();
  assert.equal(await mostAtOnce(10), 2);
  gate.narrow();
  gate.narrow();
  assert.equal(await mostAtOnce(19), 1);
  await mostAtOnce(1);
  assert.equal(await mostAtOnce(5), 2);
});

describe('work in order', () => {
  async function* numbers(count: number, fetched: number[]): AsyncGenerator<number> {
    for (let i = 0; i < count; i++) {
      fetched.push(i);
      yield i;
    }
  }

  for (const width of [1, 2, 5])
    test(`${width} at once: results come in the order of the items`, async () => {
      const taken: number[] = [];
      let [running, most] = [0, 0];
      await inOrder(numbers(9, []), width, {
        start: async (i) => {
          most = Math.max(most, ++running);
          for (let wait = 0; wait < (i * 7) % 5; wait++) await new Promise(setImmediate);
          running--;
          return i;
        },
        take: async (_, i) => void taken.push(i),
        stop: () => assert.fail(),
      });
      assert.deepEqual(taken, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
      assert.ok(most <= width && (width === 1 || most > 1));
    });

  test('a failure stops the others, waits for them, and fetches nothing more', async () => {
    const fetched: number[] = [];
    let running = 0;
    const stop = new AbortController();
    const work = inOrder(numbers(9, fetched), 3, {
      start: async (i) => {
        running++;
        try {
          if (i === 1) throw new Error('one');
          if (i === 2)
            await new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
        } finally {
          running--;
        }
      },
      take: async () => undefined,
      stop: () => stop.abort(),
    });
    await assert.rejects(work, /one/);
    assert.equal(running, 0);
    assert.ok(fetched.length <= 4);
  });

  test('time during which several run counts once', async () => {
    const busy = new BusyTime();
    const started = performance.now();
    const nap = (): Promise<void> =>
      busy.during(() => new Promise((resolve) => setTimeout(resolve, 20)));
    await Promise.all([nap(), nap(), nap()]);
    assert.ok(busy.seconds > 0 && busy.seconds <= (performance.now() - started) / 1000);
  });
});

test('a model is known by the SHA-256 of its file, or of all', () => {
  const file = (sha256: string) => ({ path: 'x', bytes: 1, sha256 });
  assert.equal(modelChecksum({ files: [file('ab')] }), 'ab');
  assert.match(modelChecksum({ files: [file('ab'), file('cd')] }), /^[0-9a-f]{64}$/);
  assert.equal(servedName('a+b'), 'a--b');
});
