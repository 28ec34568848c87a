import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { readSafetensors } from '../../src/engine/checkpoint/safetensors';
import { StateDict } from '../../src/engine/architectures/stateDict';

export const NETWORKS = path.resolve('test/fixtures/architectures');

/** Shape, offset, amplitude, and the name that the numbers were drawn for when it is another. */
type Recipe = readonly [readonly number[], number, number, string?];
type Recipes = Readonly<Record<string, Readonly<Record<string, Recipe>>>>;

export const RECIPES = JSON.parse(
  readFileSync(path.join(NETWORKS, 'architectures.json'), 'utf8'),
) as Recipes;

/** Mulberry32, numbers in [−1,1), as the reference script draws them. */
export function randomValues(seed: number, count: number): Float32Array {
  const values = new Float32Array(count);
  let state = seed >>> 0;
  for (let i = 0; i < count; i++) {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    t = (t ^ (t >>> 14)) >>> 0;
    values[i] = t / 2 ** 31 - 1;
  }
  return values;
}

export type Tensor = { readonly shape: readonly number[]; readonly data: Float32Array };

/** The tensors of a reference network: the random ones, and those that the file keeps. */
export async function referenceTensors(name: string): Promise<Map<string, Tensor>> {
  const tensors = new Map<string, Tensor>();
  for (const [key, [shape, offset, amplitude, drawnFor]] of Object.entries(RECIPES[name]!)) {
    const count = shape.reduce((product, dim) => product * dim, 1);
    const data = randomValues(crc32(`${name}/${drawnFor ?? key}`), count);
    const [base, factor] = [Math.fround(offset), Math.fround(amplitude)];
    for (let i = 0; i < count; i++) data[i] = base + Math.fround(factor * data[i]!);
    tensors.set(key, { shape, data });
  }
  for (const [key, tensor] of await goldenTensors(name))
    if (key !== 'input' && key !== 'output') tensors.set(key, tensor);
  return tensors;
}

/** `input` and `output` of a reference network, and what is no random number. */
export async function goldenTensors(name: string): Promise<Map<string, Tensor>> {
  const located = await readSafetensors(path.join(NETWORKS, `${name}.safetensors`));
  const dict = new StateDict(located);
  return new Map(
    [...located].map(([key, { shape }]) => [key, { shape, data: dict.values(key) }] as const),
  );
}

/** Writes float32 tensors as a safetensors file. */
export function writeSafetensors(file: string, tensors: ReadonlyMap<string, Tensor>): void {
  let offset = 0;
  const header: Record<string, unknown> = {};
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, (offset += data.byteLength)] };
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const parts = [...tensors.values()].map(({ data }) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  );
  writeFileSync(file, Buffer.concat([length, json, ...parts]));
}
