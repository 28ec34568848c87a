import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ImportResult, ModelProgress, Precision } from '../../../shared/modelProtocol';
import { requireSpace } from '../../download/freeSpace';
import { engineError, throwIfCancelled } from '../../errors';
import { buildClipText, emptyPrompt } from '../../graph/sd21/clipText';
import { SD21_UNET, SD21_VAE } from '../../graph/sd21/config';
import { Weights } from '../../graph/sd21/weights';
import { openNetwork } from '../../runtime/network';
import type { ModelFile, PisaManifest, PisaPart } from '../manifest';
import { sha256Of } from '../registry';
import type { ModelStore } from './modelStore';
import { PISA_ID, PISA_LICENCES, PISA_NAME } from './pisaFiles';
import { placeFile } from './placeFile';
import { scanFolder, type ScannedFolder } from './scanFolder';
import { selectFiles, type FoundConfig, type SelectedFiles } from './selectFiles';

export type ImportParams = {
  readonly folder: string;
  /** `pisa_sr.pkl`, when it lies elsewhere. */
  readonly weights: string | undefined;
  readonly precision: Precision | undefined;
  readonly store: ModelStore;
  readonly signal: AbortSignal;
  readonly progress: (progress: ModelProgress) => void;
};

/** SD-2.1 was trained on pictures of this side. */
const PROCESS_SIZE = 512;
const SCALE = 4;

/** Where each file goes in the model's folder. */
const PLACES: Record<PisaPart, string> = {
  unet: 'unet/diffusion_pytorch_model.safetensors',
  unetConfig: 'unet/config.json',
  vae: 'vae/diffusion_pytorch_model.safetensors',
  vaeConfig: 'vae/config.json',
  loras: 'pisa_sr.pkl',
  context: 'empty_prompt.f32',
};

const MOST_PROBLEMS_SHOWN = 12;

/**
 * Makes a model out of files that are on this machine: checks all of them, links or copies them,
 * runs the text encoder once for the empty prompt, and puts the finished folder in its place in one
 * step. What goes wrong leaves nothing behind.
 */
export async function importPisa(params: ImportParams): Promise<ImportResult> {
  const { store, progress, signal } = params;
  progress({ phase: 'check', file: params.folder, bytes: 0, totalBytes: 0 });
  const selection = await selectFiles(await scan(params), params.precision);
  if ('problems' in selection) throw incomplete(params.folder, selection.problems);
  const { selected, notes } = selection;
  throwIfCancelled(signal);

  const building = store.building(PISA_ID);
  await rm(building, { recursive: true, force: true });
  await mkdir(building, { recursive: true });
  try {
    const placed = await placeFiles(selected, building, params);
    progress({ phase: 'compute', file: PLACES.context, bytes: 0, totalBytes: 0 });
    await writeFile(
      path.join(building, PLACES.context),
      bytesOf(await emptyPromptContext(selected)),
    );
    const parts = await describe(building, params);
    const manifest = manifestFor(parts, selected.unet.precision);
    await writeFile(path.join(building, 'LICENCES.md'), licenceNotice());
    await writeFile(path.join(building, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    throwIfCancelled(signal);
    await store.publish(PISA_ID, building);
    const files = Object.values(parts).map((file) => ({
      path: file.path,
      bytes: file.bytes,
      how: placed.get(file.path) ?? ('computed' as const),
    }));
    return {
      id: PISA_ID,
      folder: store.folder(PISA_ID),
      bytes: files.reduce((sum, file) => sum + file.bytes, 0),
      files,
      notes,
    };
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

async function scan({ folder, weights, signal }: ImportParams): Promise<ScannedFolder> {
  const info = await stat(folder).catch(() => undefined);
  if (!info?.isDirectory()) {
    throw engineError('input-missing', {
      message: `${folder} is not a folder.`,
      hint: 'Give the folder that holds the checkpoint files, in sub-folders or flat.',
    });
  }
  const scanned = await scanFolder(folder, signal);
  if (weights === undefined) return scanned;
  const own = await scanFolder(path.dirname(weights), signal);
  const named = own.loras.filter(({ file }) => file === path.resolve(weights));
  const reason = own.unreadable.filter((text) => text.includes(path.basename(weights)));
  return {
    ...scanned,
    loras: named,
    unreadable: [...scanned.unreadable, ...(named.length > 0 ? [] : reason)],
  };
}

function incomplete(folder: string, problems: readonly string[]): Error {
  const shown = problems.slice(0, MOST_PROBLEMS_SHOWN).map((problem) => `\n- ${problem}`);
  const more =
    problems.length > MOST_PROBLEMS_SHOWN
      ? `\n- and ${problems.length - MOST_PROBLEMS_SHOWN} more`
      : '';
  return engineError('checkpoint-incomplete', {
    message: `${folder} does not hold all that ${PISA_NAME} needs:${shown.join('')}${more}`,
    hint: 'Add or replace these files, then import again. Nothing was changed.',
    detail: problems.join('\n'),
  });
}

async function placeFiles(
  selected: SelectedFiles,
  building: string,
  { signal, progress }: ImportParams,
): Promise<Map<string, 'linked' | 'copied'>> {
  const sources: readonly (readonly [PisaPart, string])[] = [
    ['unet', selected.unet.file],
    ['vae', selected.vae.file],
    ['loras', selected.loras.file],
  ];
  const sizes = await Promise.all(sources.map(async ([, file]) => (await stat(file)).size));
  const totalBytes = sizes.reduce((sum, size) => sum + size, 0);
  const placed = new Map<string, 'linked' | 'copied'>();
  let bytes = 0;
  for (const [index, [part, file]] of sources.entries()) {
    if (await crossesVolumes(file, building)) await requireSpace(building, sizes[index] ?? 0);
    const before = bytes;
    const how = await placeFile(
      file,
      path.join(building, ...PLACES[part].split('/')),
      signal,
      (count) => {
        bytes += count;
        progress({ phase: 'copy', file: PLACES[part], bytes, totalBytes });
      },
    );
    bytes = before + (sizes[index] ?? 0);
    placed.set(PLACES[part], how);
  }
  for (const [part, found] of [
    ['unetConfig', selected.unetConfig],
    ['vaeConfig', selected.vaeConfig],
  ] as const) {
    await writeFile(path.join(building, ...PLACES[part].split('/')), await configText(found, part));
    placed.set(PLACES[part], 'copied');
  }
  return placed;
}

async function crossesVolumes(file: string, folder: string): Promise<boolean> {
  return (await stat(file)).dev !== (await stat(folder)).dev;
}

/** The configuration as it was found, or SD-2.1's written out under diffusers' names. */
async function configText(
  { file }: FoundConfig<unknown>,
  part: 'unetConfig' | 'vaeConfig',
): Promise<string> {
  if (file !== undefined) return readFile(file, 'utf8');
  const json =
    part === 'unetConfig'
      ? {
          block_out_channels: SD21_UNET.blockOutChannels,
          layers_per_block: SD21_UNET.layersPerBlock,
          attention_head_dim: SD21_UNET.heads,
          down_block_types: SD21_UNET.downAttention.map((attention) =>
            attention ? 'CrossAttnDownBlock2D' : 'DownBlock2D',
          ),
          up_block_types: SD21_UNET.upAttention.map((attention) =>
            attention ? 'CrossAttnUpBlock2D' : 'UpBlock2D',
          ),
          cross_attention_dim: SD21_UNET.crossAttentionDim,
          norm_num_groups: SD21_UNET.normGroups,
          use_linear_projection: true,
        }
      : {
          block_out_channels: SD21_VAE.blockOutChannels,
          layers_per_block: SD21_VAE.layersPerBlock,
          norm_num_groups: SD21_VAE.normGroups,
          down_block_types: SD21_VAE.blockOutChannels.map(() => 'DownEncoderBlock2D'),
          up_block_types: SD21_VAE.blockOutChannels.map(() => 'UpDecoderBlock2D'),
        };
  return `${JSON.stringify(json, null, 2)}\n`;
}

/** Runs the text encoder in place, once. */
async function emptyPromptContext({
  textEncoder,
  textConfig,
}: SelectedFiles): Promise<Float32Array> {
  const folder = path.dirname(textEncoder.file);
  const onnx = buildClipText(
    textConfig.config,
    new Weights(textEncoder.tensors, folder),
    emptyPrompt(textConfig.config),
  );
  const network = await openNetwork({ onnx, weightsFolder: folder, device: 'cpu', plan: 'once' });
  try {
    const { context } = await network.run({ shift: { data: new Float32Array(1), dims: [1] } });
    if (!context) throw new Error('The text encoder yielded nothing.');
    return context.data;
  } finally {
    await network.release();
  }
}

const bytesOf = (floats: Float32Array): Uint8Array =>
  new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);

/** Size and SHA-256 of every file, so that damage on disk can be found later. */
async function describe(
  building: string,
  { signal, progress }: ImportParams,
): Promise<Record<PisaPart, ModelFile>> {
  const entries = Object.entries(PLACES) as [PisaPart, string][];
  const sizes = new Map<string, number>();
  for (const [, place] of entries)
    sizes.set(place, (await stat(path.join(building, ...place.split('/')))).size);
  const totalBytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  let bytes = 0;
  const described: Partial<Record<PisaPart, ModelFile>> = {};
  for (const [part, place] of entries) {
    throwIfCancelled(signal);
    const sha256 = await sha256Of(path.join(building, ...place.split('/')), (count) => {
      bytes += count;
      progress({ phase: 'hash', file: place, bytes, totalBytes });
    });
    described[part] = { path: place, bytes: sizes.get(place) ?? 0, sha256 };
  }
  return described as Record<PisaPart, ModelFile>;
}

function manifestFor(parts: Record<PisaPart, ModelFile>, precision: Precision): PisaManifest {
  return {
    kind: 'pisa-sr',
    id: PISA_ID,
    name: PISA_NAME,
    description:
      'One diffusion step on Stable Diffusion 2.1 with two LoRAs: both dials, invents texture',
    scale: SCALE,
    branches: ['pixel', 'semantic'],
    licence: {
      spdx: 'LicenseRef-CreativeML-Open-RAIL++-M AND Apache-2.0',
      source: PISA_LICENCES.map(({ url }) => url).join(' '),
    },
    precision,
    processSize: PROCESS_SIZE,
    parts,
  };
}

function licenceNotice(): string {
  const items = PISA_LICENCES.map(
    ({ component, name, url, note }) => `- **${component}**: ${name}, ${url}\n  ${note}`,
  );
  return `# Licences of this model's files\n\n${items.join('\n')}\n`;
}
