import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** One layer of a Keras functional model; `inputs` are the names of the layers it reads. */
export type Layer = {
  readonly name: string;
  readonly className: string;
  readonly config: { readonly [key: string]: unknown };
  readonly inputs: readonly string[];
};

export type Weight = { readonly shape: readonly number[]; readonly values: Float32Array };

/**
 * A TF.js layers-model: layers in the file's (topological) order, weights by name, e.g.
 * `SR/kernel`.
 */
export type LayersModel = {
  readonly layers: readonly Layer[];
  readonly output: string;
  readonly weights: ReadonlyMap<string, Weight>;
};

type Json = { readonly [key: string]: unknown };
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads `model.json` of the layers-model format and its weight shards. Throws on any other format.
 */
export async function readLayersModel(file: string): Promise<LayersModel> {
  const json: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (!isObject(json) || json.format !== 'layers-model')
    throw new Error(`${file} is not a TF.js layers-model.`);
  const config = objectAt(objectAt(objectAt(json, 'modelTopology'), 'model_config'), 'config');
  const output = listAt(listAt(config.output_layers, 0), 0);
  return {
    layers: arrayOf(config.layers).map(readLayer),
    output: String(output),
    weights: await readWeights(path.dirname(file), json.weightsManifest),
  };
}

function readLayer(json: unknown): Layer {
  if (!isObject(json)) throw new Error('A layer is not an object.');
  const inbound = arrayOf(json.inbound_nodes);
  if (inbound.length > 1)
    throw new Error(`Layer ${String(json.name)} is shared, which is not supported.`);
  return {
    name: String(json.name),
    className: String(json.class_name),
    config: objectAt(json, 'config'),
    inputs: inbound.flatMap((node) => arrayOf(node).map((link) => String(listAt(link, 0)))),
  };
}

async function readWeights(folder: string, manifest: unknown): Promise<Map<string, Weight>> {
  const weights = new Map<string, Weight>();
  for (const group of arrayOf(manifest)) {
    if (!isObject(group)) throw new Error('A weight group is not an object.');
    const shards = await Promise.all(
      arrayOf(group.paths).map((shard) => readFile(path.join(folder, String(shard)))),
    );
    const bytes = Buffer.concat(shards);
    let offset = 0;
    for (const spec of arrayOf(group.weights)) {
      if (!isObject(spec) || spec.dtype !== 'float32' || 'quantization' in spec) {
        throw new Error('Only unquantized float32 weights are supported.');
      }
      const shape = arrayOf(spec.shape).map(Number);
      const length = shape.reduce((product, dim) => product * dim, 1) * 4;
      // The copy aligns the view: a weight may start at any byte of the joined shards.
      const copy = Uint8Array.prototype.slice.call(bytes, offset, offset + length);
      if (copy.byteLength !== length)
        throw new Error(`The weight shards end before ${String(spec.name)}.`);
      weights.set(String(spec.name), { shape, values: new Float32Array(copy.buffer) });
      offset += length;
    }
  }
  return weights;
}

function objectAt(json: Json, key: string): Json {
  const value = json[key];
  if (!isObject(value)) throw new Error(`"${key}" is missing.`);
  return value;
}

function arrayOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error('A list is missing.');
  return value as readonly unknown[];
}

const listAt = (value: unknown, index: number): unknown => arrayOf(value)[index];
