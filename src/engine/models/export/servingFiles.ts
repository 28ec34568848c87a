import type { TiledDescriptor } from '../manifest';
import { GRAPH_FILE } from './packGraph';

/** What a server must know of a model. */
export type Served = {
  /** Under which it is served. */
  readonly name: string;
  readonly manifest: TiledDescriptor;
  /** See `modelChecksum`. */
  readonly checksum: string;
};

/**
 * The configuration of a model for Triton's ONNX Runtime backend. The first dimension belongs to the
 * tensor, so the server neither batches nor alters shapes. A queue has an end: what is too much is
 * refused, and asked for again.
 */
export function tritonConfig({ name, manifest, checksum }: Served): string {
  const { scale, branches, tile } = manifest;
  const tensor = (each: string, factor: number): string => {
    const [height, width] = tile ? [tile.height * factor, tile.width * factor] : [-1, -1];
    return `{ name: ${text(each)} data_type: TYPE_FP32 dims: [ 1, 3, ${height}, ${width} ] }`;
  };
  return [
    `# ${oneLine(manifest.name)}, licence ${oneLine(manifest.licence.spdx)}`,
    `name: ${text(name)}`,
    'backend: "onnxruntime"',
    `default_model_filename: ${text(GRAPH_FILE)}`,
    'max_batch_size: 0',
    `input [ ${tensor('image', 1)} ]`,
    `output [ ${['base', ...branches].map((each) => tensor(each, scale)).join(', ')} ]`,
    'dynamic_batching { default_queue_policy { max_queue_size: 32 } }',
    '# Compared by whoever sends pictures here.',
    `parameters { key: "sha256" value: { string_value: ${text(checksum)} } }`,
    '',
  ].join('\n');
}

/**
 * A KServe service of that model: Triton reads the repository, which lies wherever `storageUri` says.
 */
export function kserveService({ name, manifest }: Served): string {
  const label = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 50)
    .replace(/-+$/, '');
  return [
    `# ${oneLine(manifest.name)}, licence ${oneLine(manifest.licence.spdx)}`,
    '# Put the folder "models" where storageUri says: a volume, or a bucket.',
    'apiVersion: serving.kserve.io/v1beta1',
    'kind: InferenceService',
    'metadata:',
    `  name: ${label === '' ? 'upscaling' : label}`,
    'spec:',
    '  predictor:',
    '    model:',
    '      modelFormat:',
    '        name: triton',
    '      runtime: kserve-tritonserver',
    '      protocolVersion: v2',
    '      storageUri: pvc://models/models',
    '',
  ].join('\n');
}

const text = (value: string): string => JSON.stringify(value);
const oneLine = (value: string): string => value.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 120);
