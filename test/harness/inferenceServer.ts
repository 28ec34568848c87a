import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What a network makes of an image: layers by name, each [1,3,scale·height,scale·width]. */
export type Compute = (
  image: Float32Array,
  width: number,
  height: number,
) => Promise<Readonly<Record<string, Float32Array>>>;

export type ServedModel = {
  readonly compute: Compute;
  readonly scale: number;
  readonly branches: readonly string[];
  /** Of an image, where only one is taken. */
  readonly only?: { readonly width: number; readonly height: number };
  readonly datatype?: string;
  /** Its input and only output, where they are not those of this program's models. */
  readonly picture?: { readonly input: string; readonly output: string };
  /** In the configuration, as Triton tells it. */
  readonly sha256?: string;
};

/** An answer to a question for tiles, as it would be sent. */
export type Answer = {
  status: number;
  headers: Record<string, string>;
  json: { outputs: { name: string; [field: string]: unknown }[]; [field: string]: unknown };
  tensors: Buffer[];
};

/**
 * What is done with the n-th question (from 1): it may change the answer, send something else itself
 * (and yield `handled`), or do nothing.
 */
export type Fault = (n: number, answer: Answer, response: http.ServerResponse) => unknown;

export type Asked = {
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  /** Names of the outputs that were asked for. */
  readonly outputs: readonly string[];
};

/**
 * A server of the Open Inference Protocol for the tests of what real ones do only sometimes: REST with
 * binary tensors, on the loopback address. `calm` does no harm; `fault` may be set at any time.
 */
export class InferenceServer {
  fault: Fault = () => undefined;
  readonly asked: Asked[] = [];
  /** What is answered about its index; by itself all models. */
  index: () => readonly [status: number, answer: unknown] = () => [
    200,
    Object.keys(this.models).map((name) => ({ name, version: '1', state: 'READY' })),
  ];
  /** The most questions that were on their way at once. */
  mostAtOnce = 0;
  private atOnce = 0;
  private count = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server: http.Server;

  constructor(private readonly models: Readonly<Record<string, ServedModel>>) {
    this.server = this.create();
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The questions for tiles, without those that only compare. */
  get tiles(): readonly Asked[] {
    return this.asked.filter(({ path }) => path.endsWith('/infer'));
  }

  async listen(port = 0): Promise<this> {
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  /** As if its process were killed. */
  async kill(): Promise<void> {
    if (!this.server.listening) return;
    this.server.close();
    for (const socket of this.sockets) socket.resetAndDestroy();
    await once(this.server, 'close').catch(() => undefined);
  }

  /** Forgets what was asked, and counts from one. */
  reset(): void {
    this.asked.length = 0;
    this.mostAtOnce = this.count = 0;
  }

  private create(): http.Server {
    const server = http.createServer((request, response) => {
      void this.answer(request, response).catch(() => response.destroy());
    });
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
    return server;
  }

  private async answer(
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const path = request.url ?? '';
    const send = (status: number, value: unknown): void =>
      void response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify(value));
    const [, name = '', rest = ''] =
      /^\/v2\/models\/([^/]+)(?:\/versions\/\d+)?(\/.*)?$/.exec(path) ?? [];
    const model = this.models[decodeURIComponent(name)];
    if (rest !== '/infer') this.asked.push({ path, headers: request.headers, outputs: [] });
    const known =
      path === '/v2/repository/index' ? this.index() : knownAnswer(path, name, rest, model);
    if (known) {
      send(...known);
      return;
    }
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    try {
      await this.infer(model!, request, body, response);
    } finally {
      this.atOnce--;
    }
  }

  private async infer(
    model: ServedModel,
    request: http.IncomingMessage,
    body: Buffer,
    response: http.ServerResponse,
  ): Promise<void> {
    const head = Number(request.headers['inference-header-content-length']);
    const question = JSON.parse(body.subarray(0, head).toString()) as {
      id: string;
      inputs: [{ shape: [number, number, number, number] }];
      outputs: { name: string }[];
    };
    const [, , height, width] = question.inputs[0].shape;
    const outputs = question.outputs.map(({ name }) => name);
    this.asked.push({ path: request.url ?? '', headers: request.headers, outputs });
    const n = ++this.count;
    const image = new Float32Array(Uint8Array.from(body.subarray(head)).buffer);
    const layers = await model.compute(image, width, height);
    const tensors = outputs.map((name) =>
      Buffer.from(
        Uint8Array.from(
          new Uint8Array(layers[name]!.buffer, layers[name]!.byteOffset, layers[name]!.byteLength),
        ),
      ),
    );
    const answer: Answer = {
      status: 200,
      headers: {},
      json: {
        id: question.id,
        outputs: outputs.map((name, i) => ({
          name,
          datatype: 'FP32',
          shape: [1, 3, height * model.scale, width * model.scale],
          parameters: { binary_data_size: tensors[i]!.length },
        })),
      },
      tensors,
    };
    if ((await this.fault(n, answer, response)) === 'handled') return;
    const json = Buffer.from(JSON.stringify(answer.json));
    const all = Buffer.concat([json, ...answer.tensors]);
    response
      .writeHead(answer.status, {
        'inference-header-content-length': String(json.length),
        'content-length': String(all.length),
        ...answer.headers,
      })
      .end(all);
  }
}

/** The status and body of what needs no computing. */
function knownAnswer(
  path: string,
  name: string,
  rest: string,
  model: ServedModel | undefined,
): [number, unknown] | undefined {
  if (path === '/v2') return [200, { name: 'test', version: '1.0', extensions: [] }];
  if (!model) return [404, { error: `unknown model "${name}"` }];
  if (rest === '') return [200, metadataOf(name, model)];
  if (rest !== '/config') return undefined;
  return model.sha256 === undefined
    ? [404, { error: 'no configuration' }]
    : [200, { parameters: { sha256: { string_value: model.sha256 } } }];
}

function metadataOf(
  name: string,
  { scale, branches, only, datatype = 'FP32', picture }: ServedModel,
): object {
  const shape = (factor: number): number[] =>
    only ? [1, 3, factor * only.height, factor * only.width] : [1, 3, -1, -1];
  return {
    name,
    versions: ['1'],
    platform: 'test',
    inputs: [{ name: picture?.input ?? 'image', datatype, shape: shape(1) }],
    outputs: (picture ? [picture.output] : ['base', ...branches]).map((output) => ({
      name: output,
      datatype,
      shape: shape(scale),
    })),
  };
}
