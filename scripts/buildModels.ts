/**
 * Writes the graphs of the test models and checks them against their manifests.
 *
 *   node --import tsx scripts/buildModels.ts [--update-manifests]
 *
 * The same code gives the same bytes, so the SHA-256 in a manifest is the proof that the build is
 * the one described.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { eightBitModel } from '../test/fixtures/models/eightBitModel';
import { oneLayerModel, slowModel, twoBranchModel } from '../test/fixtures/models/testModels';

const update = process.argv.includes('--update-manifests');
const root = path.dirname(__dirname);

/** Writes a graph into its model folder; the manifest must give its size and its hash. */
function write(name: string, onnx: Uint8Array): void {
  const folder = path.join('test/fixtures/models', name);
  const manifestFile = path.join(root, folder, 'manifest.json');
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as {
    graph: { path: string; bytes: number; sha256: string };
  };
  const actual = {
    ...manifest,
    graph: {
      ...manifest.graph,
      bytes: onnx.length,
      sha256: createHash('sha256').update(onnx).digest('hex'),
    },
  };
  if (update) {
    writeFileSync(manifestFile, `${JSON.stringify(actual, null, 2)}\n`);
  } else if (JSON.stringify(actual) !== JSON.stringify(manifest)) {
    throw new Error(
      `${manifestFile} does not describe the graph that was built: run "npm run ` +
        'build:models -- --update-manifests" if the change is meant.',
    );
  }
  writeFileSync(path.join(root, folder, manifest.graph.path), onnx);
}

write('one-layer-4x', oneLayerModel());
write('two-branch-4x', twoBranchModel());
write('slow-4x', slowModel());
write('eight-bit-4x', eightBitModel());
