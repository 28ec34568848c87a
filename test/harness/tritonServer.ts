import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { freePorts, ServerProcess } from './serverProcess';

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
  /** In float16 on the way. */
  readonly half?: boolean;
  /** Its input and only output: the sum of base and first residual, as somebody else's network. */
  readonly picture?: { readonly input: string; readonly output: string };
};

/** NVIDIA's Triton as a process of its own, on the loopback address. */
export class TritonServer {
  private constructor(
    private readonly process: ServerProcess,
    private readonly ports: readonly number[],
  ) {}

  /** Writes a repository of these models into `folder`, and starts. */
  static async start(
    python: string,
    folder: string,
    models: readonly TritonModel[],
    options: readonly string[] = [],
  ): Promise<TritonServer> {
    for (const model of models) writeModel(folder, model);
    const ports = await freePorts(3);
    const [http = 0, grpc = 0, metrics = 0] = ports;
    const { tritonHome, site, library } = placesOf(python);
    const server = new ServerProcess({
      command: path.join(tritonHome, 'bin/tritonserver'),
      args: [
        ...['--model-repository', folder],
        ...['--backend-directory', path.join(tritonHome, 'backends')],
        ...['--cache-directory', path.join(tritonHome, 'caches')],
        ...['--http-address', '127.0.0.1', '--grpc-address', '127.0.0.1'],
        ...['--metrics-address', '127.0.0.1', '--allow-gpu-metrics', 'false'],
        ...['--http-port', `${http}`, '--grpc-port', `${grpc}`, '--metrics-port', `${metrics}`],
        ...['--exit-timeout-secs', '1', ...options],
      ],
      env: {
        LD_LIBRARY_PATH: library,
        PYTHONPATH: site,
        PATH: `${path.dirname(python)}${path.delimiter}${process.env.PATH ?? ''}`,
      },
      ready: `http://127.0.0.1:${http}/v2/health/ready`,
    });
    await server.run();
    return new TritonServer(server, ports);
  }

  get url(): string {
    return `http://127.0.0.1:${this.ports[0]}`;
  }

  get grpcUrl(): string {
    return `grpc://127.0.0.1:${this.ports[1]}`;
  }

  /** Starts it again at the same address; resolves when its models answer. */
  run(): Promise<void> {
    return this.process.run();
  }

  /** Ends it at once, in the middle of whatever it does. */
  kill(): Promise<void> {
    return this.process.kill();
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
  { name, graph, outputs, sha256, queue = 8, threads = 1, half = false, picture }: TritonModel,
): void {
  const folder = path.join(repository, name);
  mkdirSync(path.join(folder, '1'), { recursive: true });
  writeFileSync(
    path.join(folder, '1/model.py'),
    readFileSync(path.join(__dirname, 'triton/model.py')),
  );
  const tensor = (each: string): string =>
    `{ name: "${each}" data_type: TYPE_FP${half ? 16 : 32} dims: [ 1, 3, -1, -1 ] }`;
  const parameters = {
    graph,
    threads: String(threads),
    ...(picture ? { input: picture.input, sum: picture.output } : {}),
    ...(sha256 === undefined ? {} : { sha256 }),
  };
  writeFileSync(
    path.join(folder, 'config.pbtxt'),
    [
      `name: "${name}"`,
      'backend: "python"',
      'max_batch_size: 0',
      `input [ ${tensor(picture?.input ?? 'image')} ]`,
      `output [ ${(picture ? [picture.output] : outputs).map(tensor).join(', ')} ]`,
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
