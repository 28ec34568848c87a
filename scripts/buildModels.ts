/**
 * Writes the graphs of the embedded model and of the test models, and checks them against their manifests.
 *
 *   node --import tsx scripts/buildModels.ts [--update-manifests]
 *
 * The same weights give the same bytes, so the SHA-256 in a manifest is the proof that the build is the one described.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { convertLayersModel } from '../src/engine/graph/tfjs/convertLayersModel';
import { readLayersModel } from '../src/engine/graph/tfjs/layersModel';
import { oneLayerModel, twoBranchModel } from '../test/fixtures/models/testModels';

const update = process.argv.includes('--update-manifests');
const root = path.dirname(__dirname);

async function main(): Promise<void> {
  const packageFile = createRequire(__filename).resolve('@upscalerjs/esrgan-thick');
  const weights = path.join(packageFile.slice(0, packageFile.lastIndexOf(`${path.sep}dist${path.sep}`)), 'models', 'x4', 'model.json');
  const esrgan = convertLayersModel(await readLayersModel(weights), 'esrgan-thick-4x');
  write('models/esrgan-thick-4x', esrgan.onnx, { scale: esrgan.scale, halo: esrgan.receptiveField });
  write('test/fixtures/models/one-layer-4x', oneLayerModel(), { scale: 4 });
  write('test/fixtures/models/two-branch-4x', twoBranchModel(), { scale: 4 });
}

/** Writes a graph into its model folder; the manifest must give its size, its hash and the facts known from the network. */
function write(folder: string, onnx: Uint8Array, facts: { readonly scale: number; readonly halo?: number }): void {
  const manifestFile = path.join(root, folder, 'manifest.json');
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as { scale: number; halo: number; graph: { path: string; bytes: number; sha256: string } };
  const actual = { ...manifest, ...facts, graph: { ...manifest.graph, bytes: onnx.length, sha256: createHash('sha256').update(onnx).digest('hex') } };
  if (update) {
    writeFileSync(manifestFile, `${JSON.stringify(actual, null, 2)}\n`);
  } else if (JSON.stringify(actual) !== JSON.stringify(manifest)) {
    throw new Error(`${manifestFile} does not describe the graph that was built: run "npm run build:models -- --update-manifests" if the change is meant.`);
  }
  writeFileSync(path.join(root, folder, manifest.graph.path), onnx);
}

void main();
