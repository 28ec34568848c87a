import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { StateDict } from '../../src/engine/architectures/stateDict';
import type { TensorInfo } from '../../src/engine/checkpoint/checkpoint';
import { readTorchLegacy } from '../../src/engine/checkpoint/torchLegacy';
import { isTensor } from '../../src/engine/checkpoint/torchValues';

export type FloatTensor = { readonly shape: readonly number[]; readonly values: Float32Array };

/** The tensors of a state dictionary that `torch.save` wrote before torch 1.6, by name. */
export async function readLegacyTorch(bytes: Buffer): Promise<Map<string, FloatTensor>> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'legacy-torch-'));
  try {
    const file = path.join(folder, 'checkpoint.pth');
    await writeFile(file, bytes);
    const tensors = new Map<string, TensorInfo>();
    for (const [name, value] of await readTorchLegacy(file))
      if (isTensor(value)) tensors.set(name, { name, ...value });
    const dict = new StateDict(tensors);
    return new Map(
      [...tensors].map(([name, { shape }]) => [name, { shape, values: dict.values(name) }]),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
