import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { RemoteSecrets } from '../../src/shared/remoteSettings';
import { certificate } from '../harness/certificates';
import type { InferenceServer } from '../harness/inferenceServer';
import { pythonWith } from '../harness/serverProcess';
import { tlsRelay } from '../harness/tlsRelay';
import { TritonServer } from '../harness/tritonServer';
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
import { CLI, NO_STORE, temporaryFolder, TEST_MODELS } from './support';

const folder = temporaryFolder();
const ours = certificate('our authority');
const strangers = certificate('another authority');
const serverIdentity = certificate('server', { by: ours });
const client = certificate('client', { by: ours });
const stranger = certificate('client', { by: strangers });

const MUTUAL = { ...serverIdentity, ca: ours.cert, requestCert: true, rejectUnauthorized: true };
const trusting = { authority: ours.cert };
const identified = { ...trusting, certificate: client.cert, key: client.key };

/** What a client shows and trusts, and why it gets nothing. */
const REFUSED: readonly (readonly [
  what: string,
  secrets: RemoteSecrets,
  rest: RegExp,
  grpc: RegExp,
])[] = [
  ['shows no certificate', trusting, /certificate|closed the connection/i, /UNAVAILABLE/],
  [
    'shows one of another authority',
    { ...trusting, certificate: stranger.cert, key: stranger.key },
    /unknown ca|closed the connection/i,
    /UNAVAILABLE/,
  ],
  [
    'trusts another authority',
    { ...identified, authority: strangers.cert },
    /no safe connection is possible/,
    /UNAVAILABLE.*certificate/i,
  ],
  [
    'trusts those of the system only',
    { certificate: client.cert, key: client.key },
    /no safe connection is possible/,
    /UNAVAILABLE.*certificate/i,
  ],
];

let plain: InferenceServer;
let input: string;
let local: Done;
const relays: { close(): void }[] = [];
after(() => relays.forEach((relay) => relay.close()));

before(async () => {
  plain = await serverOf({ [MODEL]: await served() });
  input = await picture();
  local = await upscaleOn(servicesOn(deviceOn(plain)), input, { device: 'cpu' });
});
beforeEach(() => {
  plain.reset();
  waits.length = 0;
});

async function relayOf(options: object): Promise<string> {
  const relay = await tlsRelay(Number(new URL(plain.url).port), options);
  relays.push(relay);
  return relay.host;
}

describe('a server over https that wants to know who asks', () => {
  test('computes for the right certificate', async () => {
    const url = `https://${await relayOf(MUTUAL)}`;
    const { result, data } = await upscaleOn(
      servicesOn(deviceOn({ url }, { secrets: { ...identified, token: 'both-work' } })),
      input,
    );
    assert.ok(data.equals(local.data));
    assert.equal(result.server, `test 1.0 @ ${new URL(url).host}`);
    for (const { headers } of plain.asked) assert.equal(headers.authorization, 'Bearer both-work');
  });

  for (const [what, secrets, words] of REFUSED)
    test(`gets no picture of who ${what}, and is not asked again`, async () => {
      const url = `https://${await relayOf(MUTUAL)}`;
      await assert.rejects(upscaleOn(servicesOn(deviceOn({ url }, { secrets })), input), {
        code: /^remote-(failed|refused)$/,
        message: words,
      });
      assert.deepEqual([plain.asked.length, waits.length], [0, 0]);
    });

  test('is refused when its certificate is for another host', async () => {
    const elsewhere = certificate('server', { by: ours, host: 'inference.example.com' });
    const url = `https://${await relayOf({ ...MUTUAL, ...elsewhere })}`;
    await assert.rejects(upscaleOn(servicesOn(deviceOn({ url }, { secrets: identified })), input), {
      message: /no safe connection is possible/,
    });
    assert.equal(plain.asked.length, 0);
  });

  test('is reached from the terminal with the files of the environment', async () => {
    const host = await relayOf(MUTUAL);
    const env: Record<string, string> = {};
    for (const [name, pem] of [
      ['CERT', client.cert],
      ['KEY', client.key],
      ['CA', ours.cert],
    ] as const) {
      env[`PISA_UPSCALE_REMOTE_${name}`] = path.join(folder, `${name}.pem`);
      writeFileSync(path.join(folder, `${name}.pem`), pem);
    }
    const child = spawn(
      process.execPath,
      [
        ...[CLI, '--models-dir', TEST_MODELS, '--store', NO_STORE, '--json', '-m', MODEL],
        ...['--remote', `https://${host}`, '-o', path.join(folder, 'out.png'), input],
      ],
      { env: { ...process.env, ...env } },
    );
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    const status = await new Promise((resolve) => child.on('close', resolve));
    assert.equal(status, 0, stderr);
    const { server } = JSON.parse(stdout) as { server: string };
    assert.equal(server, `test 1.0 @ ${host}`);
    assert.doesNotMatch(stdout + stderr, /BEGIN/);
  });
});

test('Triton over gRPC with mutual TLS: the same pixels for the right certificate only', async (context) => {
  const python = pythonWith('triton', context);
  if (python === undefined) return;
  const file = (name: string, pem: string): string => {
    writeFileSync(path.join(folder, name), pem);
    return path.join(folder, name);
  };
  const server = await TritonServer.start(
    python,
    path.join(folder, 'triton'),
    [
      {
        name: MODEL,
        graph: path.join(TEST_MODELS, MODEL, 'model.onnx'),
        outputs: ['base', 'pixel', 'semantic'],
      },
    ],
    [
      '--grpc-use-ssl=true',
      '--grpc-use-ssl-mutual=true',
      `--grpc-server-cert=${file('server.pem', serverIdentity.cert)}`,
      `--grpc-server-key=${file('server.key', serverIdentity.key)}`,
      `--grpc-root-cert=${file('ca.pem', ours.cert)}`,
    ],
  );
  try {
    const url = server.grpcUrl.replace('grpc:', 'grpcs:');
    const { data } = await upscaleOn(servicesOn(deviceOn({ url }, { secrets: identified })), input);
    assert.ok(data.equals(local.data));
    for (const [what, secrets, , words] of REFUSED)
      await assert.rejects(
        upscaleOn(servicesOn(deviceOn({ url }, { secrets })), input),
        { code: /^remote-(failed|refused)$/, message: words },
        what,
      );
    assert.equal(waits.length, 0);
  } finally {
    await server.kill();
  }
});
