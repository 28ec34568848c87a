import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { ensureTriton } from '../../scripts/setup-triton.mjs';

export type TritonModel = {
  readonly name: string;
  /** Path of its ONNX graph. */
  readonly graph: string;
  readonly outputs: readonly string[];
  readonly sha256?: string;
  /** So many questions wait at most; the next is refused. */
  readonly queue?: number;
  /** One unless given. */
  readonly threads?: number;
};

/** Set where a machine that can't have the server is an error, as in CI. */
const IS_REQUIRED = process.env.PISA_UPSCALE_TEST_SERVERS === 'required';

/** The Python that has Triton. Where there is none, the test is skipped so that nobody misses it. */
export function pythonWithTriton(context: TestContext): string | undefined {
  const found = ensureTriton();
  if ('python' in found) return found.python;
  const words = `NOT CHECKED: a real inference server. ${found.reason}`;
  console.error(`\n${'!'.repeat(words.length)}\n${words}\n${'!'.repeat(words.length)}\n`);
  if (IS_REQUIRED) throw new Error(words);
  context.skip(words);
  return undefined;
}

/** NVIDIA's Triton as a process of its own, on the loopback address. */
export class TritonServer {
  private child: ChildProcess | undefined;
  private ports: readonly number[] = [];
  private log = '';

  private constructor(
    private readonly python: string,
    private readonly repository: string,
    private readonly options: readonly string[],
  ) {}

  /** Writes a repository of these models into `folder`, and starts. */
  static async start(
    python: string,
    folder: string,
    models: readonly TritonModel[],
    options: readonly string[] = [],
  ): Promise<TritonServer> {
    for (const model of models) writeModel(folder, model);
    const server = new TritonServer(python, folder, options);
    server.ports = await freePorts(3);
    await server.run();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.ports[0]}`;
  }

  get grpcUrl(): string {
    return `grpc://127.0.0.1:${this.ports[1]}`;
  }

  /** Starts it again at the same address; resolves when its models answer. */
  async run(): Promise<void> {
    const { tritonHome, site, library } = placesOf(this.python);
    const [http, grpc, metrics] = this.ports.map(String);
    const child = spawn(
      path.join(tritonHome, 'bin/tritonserver'),
      [
        ...['--model-repository', this.repository],
        ...['--backend-directory', path.join(tritonHome, 'backends')],
        ...['--cache-directory', path.join(tritonHome, 'caches')],
        ...['--http-address', '127.0.0.1', '--grpc-address', '127.0.0.1'],
        ...['--metrics-address', '127.0.0.1', '--allow-gpu-metrics', 'false'],
        ...['--http-port', http!, '--grpc-port', grpc!, '--metrics-port', metrics!],
        ...['--exit-timeout-secs', '1', ...this.options],
      ],
      {
        env: {
          ...process.env,
          LD_LIBRARY_PATH: library,
          PYTHONPATH: site,
          PATH: `${path.dirname(this.python)}${path.delimiter}${process.env.PATH ?? ''}`,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
        // Its stubs are processes of their own, and go with the group.
        detached: true,
      },
    );
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => (this.log = (this.log + text.toString()).slice(-20_000)));
    this.child = child;
    while (!(await this.isReady())) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`Triton ended:\n${this.log}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Ends it at once, in the middle of whatever it does. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    process.kill(-child.pid, 'SIGKILL');
    await gone;
  }

  private async isReady(): Promise<boolean> {
    const answer = await fetch(`${this.url}/v2/health/ready`).catch(() => undefined);
    await answer?.arrayBuffer();
    return answer?.status === 200;
  }
}

/** Where the wheel keeps things, made ready as its backend wants them. */
function placesOf(python: string): { tritonHome: string; site: string; library: string } {
  const { stdout } = spawnSync(
    python,
    [
      '-c',
      'import sys, sysconfig; print(sysconfig.get_path("purelib")); ' +
        'print(sysconfig.get_config_var("LIBDIR")); print("%d.%d" % sys.version_info[:2])',
    ],
    { encoding: 'utf8' },
  );
  const [site = '', library = '', version = ''] = stdout.trim().split('\n');
  const tritonHome = path.join(site, 'pytriton/tritonserver');
  // There is one for each version of Python; the backend takes the one beside it.
  const name = 'triton_python_backend_stub';
  const stub = path.join(tritonHome, 'backends/python', name);
  if (!existsSync(stub)) {
    copyFileSync(path.join(tritonHome, 'python_backend_stubs', version, name), stub);
    chmodSync(stub, 0o755);
  }
  return { tritonHome, site, library };
}

function writeModel(
  repository: string,
  { name, graph, outputs, sha256, queue = 8, threads = 1 }: TritonModel,
): void {
  const folder = path.join(repository, name);
  mkdirSync(path.join(folder, '1'), { recursive: true });
  writeFileSync(
    path.join(folder, '1/model.py'),
    readFileSync(path.join(__dirname, 'triton/model.py')),
  );
  const tensor = (each: string): string =>
    `{ name: "${each}" data_type: TYPE_FP32 dims: [ 1, 3, -1, -1 ] }`;
  const parameters = {
    graph,
    threads: String(threads),
    ...(sha256 === undefined ? {} : { sha256 }),
  };
  writeFileSync(
    path.join(folder, 'config.pbtxt'),
    [
      `name: "${name}"`,
      'backend: "python"',
      'max_batch_size: 0',
      `input [ ${tensor('image')} ]`,
      `output [ ${outputs.map(tensor).join(', ')} ]`,
      'instance_group [ { kind: KIND_CPU count: 1 } ]',
      `dynamic_batching { default_queue_policy { max_queue_size: ${queue} } }`,
      ...Object.entries(parameters).map(
        ([key, value]) =>
          `parameters { key: "${key}" value: { string_value: ${JSON.stringify(value)} } }`,
      ),
      '',
    ].join('\n'),
  );
}

/** Ports that nobody listens at now. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) =>
          server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
        ),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
