import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePorts, ServerProcess } from './serverProcess';

/** A model that a server of Python runs. */
export type PythonModel = {
  readonly name: string;
  /** Path of its ONNX graph. */
  readonly graph: string;
  readonly outputs: readonly string[];
  /** FP32 unless given. */
  readonly datatype?: 'FP32' | 'FP16';
};

/** A server that runs, at both of its addresses. */
export type PythonServer = {
  readonly url: string;
  readonly grpcUrl: string;
  kill(): Promise<void>;
};

/** KServe's server with these models, at its default limits. */
export async function startKserve(
  python: string,
  models: readonly PythonModel[],
): Promise<PythonServer> {
  const [http = 0, grpc = 0] = await freePorts(2);
  return started(http, grpc, {
    command: python,
    args: [
      path.join(__dirname, 'kserve/server.py'),
      ...['--http_port', `${http}`, '--grpc_port', `${grpc}`],
      ...models.flatMap(({ name, graph, datatype = 'FP32' }) => [
        '--model',
        [name, graph, datatype].join('='),
      ]),
    ],
  });
}

/** MLServer with these models, at its default limits. `folder` is written to. */
export async function startMlserver(
  python: string,
  folder: string,
  models: readonly PythonModel[],
): Promise<PythonServer> {
  const [http = 0, grpc = 0, metrics = 0] = await freePorts(3);
  cpSync(path.join(__dirname, 'mlserver'), folder, { recursive: true });
  const write = (name: string, value: object): void =>
    writeFileSync(path.join(folder, name), JSON.stringify(value));
  write('settings.json', {
    host: '127.0.0.1',
    http_port: http,
    grpc_port: grpc,
    metrics_port: metrics,
    parallel_workers: 0,
    debug: false,
  });
  for (const { name, graph, outputs, datatype = 'FP32' } of models) {
    mkdirSync(path.join(folder, name));
    const tensor = (each: string): object => ({ name: each, datatype, shape: [1, 3, -1, -1] });
    write(path.join(name, 'model-settings.json'), {
      name,
      implementation: 'onnx_runtime.OnnxModel',
      parameters: { uri: graph },
      inputs: [tensor('image')],
      outputs: outputs.map(tensor),
    });
  }
  return started(http, grpc, {
    command: path.join(path.dirname(python), 'mlserver'),
    args: ['start', '.'],
    cwd: folder,
    env: { PYTHONPATH: folder },
  });
}

async function started(
  http: number,
  grpc: number,
  command: Omit<ConstructorParameters<typeof ServerProcess>[0], 'ready'>,
): Promise<PythonServer> {
  const url = `http://127.0.0.1:${http}`;
  const server = new ServerProcess({ ...command, ready: `${url}/v2/health/ready` });
  await server.run();
  return { url, grpcUrl: `grpc://127.0.0.1:${grpc}`, kill: () => server.kill() };
}
