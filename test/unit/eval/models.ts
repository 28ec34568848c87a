import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EmbeddedModel } from '../../../src/engine/models/kinds/embedded';
import { readModel } from '../../../src/engine/models/registry';
import { twoBranchModel } from '../../fixtures/models/testModels';

/**
 * Writes a model with two branches and random weights called `id` into a folder of models, where an
 * unneeded byte tells versions apart.
 */
export async function writeTwoBranchModel(
  root: string,
  id: string,
  spare = 0,
): Promise<EmbeddedModel> {
  const folder = path.join(root, id);
  mkdirSync(folder, { recursive: true });
  // Field 6 of ONNX's ModelProto is a comment for people.
  const onnx = Buffer.concat([twoBranchModel(), Buffer.from([0x32, 1, 0x30 + spare])]);
  writeFileSync(path.join(folder, 'model.onnx'), onnx);
  const manifest = {
    id,
    name: 'Two branches',
    description: 'For tests.',
    scale: 4,
    branches: ['pixel', 'semantic'],
    sizeRule: { multipleOf: 4, minimum: 16 },
    margin: 4,
    halo: 8,
    tilePixels: 65536,
    licence: { spdx: 'MIT', source: 'this project' },
    graph: {
      path: 'model.onnx',
      bytes: onnx.length,
      sha256: createHash('sha256').update(onnx).digest('hex'),
    },
  };
  writeFileSync(path.join(folder, 'manifest.json'), JSON.stringify(manifest));
  const model = await readModel(folder);
  if (!(model instanceof EmbeddedModel)) throw new Error('The model is no tiled one.');
  return model;
}
