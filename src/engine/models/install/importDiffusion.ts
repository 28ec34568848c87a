import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { InstallableModel } from '../../../shared/installableModels';
import type {
  ImportResult,
  Licence,
  ModelProgress,
  Precision,
} from '../../../shared/modelProtocol';
import { engineError, throwIfCancelled } from '../../errors';
import { readTorchZip } from '../../checkpoint/torchZip';
import { emptyPrompt } from '../../graph/sd21/clipText';
import { encodedTokens } from '../../pisa/prompt/encodeTokens';
import { METHODS } from '../../pisa/method';
import type { DiffusionManifest, DiffusionPart, ModelFile } from '../manifest';
import { describe, hashed, promptFiles, requireVerified } from './checkParts';
import { TRAINED_SIDE } from './knownFiles';
import type { ModelStore } from './modelStore';
import { DIFFUSION_MODELS, licencesOf, type DiffusionOffer } from './diffusionModels';
import { DRAFT_PLACE, placeFiles, placesOf } from './placeParts';
import { readNetwork, scanFolder, type NetworkFile, type ScannedFolder } from './scanFolder';
import { draftFile, installedBase, partFile, promptFile } from './sharedBase';
import { selectFiles } from './selectFiles';
import type { Accepted } from './unverified';
import { phrase, type Words, inWords } from '../../../shared/phrase';

export type ImportParams = {
  readonly id: InstallableModel;
  readonly folder: string;
  /** The model's own file, when it lies elsewhere. */
  readonly weights: string | undefined;
  readonly precision: Precision | undefined;
  /** Whether prompts are wanted, so that the text encoder stays. */
  readonly prompts: boolean;
  /** Whether the tiny decoder is wanted. */
  readonly draft: boolean;
  /** Whether files that the folder lacks may be those of the same model as it is installed. */
  readonly extend: boolean;
  /** Whether every byte of an installed model's files was read just now. */
  readonly baseIsVerified: boolean;
  /** Which unverified files the person agreed to. */
  readonly accepted: Accepted;
  readonly store: ModelStore;
  readonly signal: AbortSignal;
  readonly progress: (progress: ModelProgress<Words>) => void;
};

const SCALE = 4;

const MOST_PROBLEMS_SHOWN = 12;

/**
 * Makes a model out of files that are on this machine: checks all of them, links or copies them,
 * asks about those that nothing vouches for, runs the text encoder once for the empty prompt, and
 * puts the finished folder in its place in one step. A folder without Stable Diffusion takes that of
 * a model that is installed, so that its gigabytes exist once. What goes wrong leaves nothing behind.
 */
export async function importDiffusion(params: ImportParams): Promise<ImportResult<Words>> {
  const { id, store, progress, signal } = params;
  const offer = DIFFUSION_MODELS[id];
  const places = placesOf(offer.weights.name);
  progress({ phase: 'check', file: params.folder, bytes: 0, totalBytes: 0 });
  const { scanned, prompts, draft } = await scan(params);
  const wanted = { precision: params.precision, prompts, draft };
  const selection = await selectFiles(scanned, wanted, offer, METHODS[id]);
  if ('problems' in selection) throw incomplete(params.folder, offer.name, selection.problems);
  const { selected, notes } = selection;
  throwIfCancelled(signal);

  const building = store.building(id);
  await rm(building, { recursive: true, force: true });
  await mkdir(building, { recursive: true });
  try {
    const placed = await placeFiles(selected, building, places, params);
    const parts = await describe(building, places, params, selected.textEncoder?.file);
    const unverified = await requireVerified(parts, selected, offer, params);
    throwIfCancelled(signal);
    const { textEncoder, textConfig } = selected;
    if (textEncoder && textConfig && selected.context === undefined) {
      progress({ phase: 'compute', file: places.context, bytes: 0, totalBytes: 0 });
      const context = await encodedTokens(
        textEncoder,
        textConfig.config,
        emptyPrompt(textConfig.config),
      );
      await writeFile(path.join(building, places.context), bytesOf(context));
    }
    const complete = { ...parts.files, context: await hashed(building, places.context) };
    const words =
      parts.textEncoder === undefined || selected.merges === undefined
        ? undefined
        : await promptFiles(building, parts.textEncoder);
    const added = {
      ...(words ? { prompts: words } : {}),
      ...(selected.draft ? { draft: await hashed(building, DRAFT_PLACE) } : {}),
    };
    const manifest = manifestFor(offer, complete, selected.unet.precision, unverified, added);
    const licences = licencesOf(offer, selected.draft !== undefined);
    await writeFile(path.join(building, 'LICENCES.md'), licenceNotice(licences));
    await writeFile(path.join(building, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    throwIfCancelled(signal);
    await store.publish(id, building);
    const files = [
      ...Object.values(complete),
      ...Object.values(words ?? {}),
      ...(added.draft ? [added.draft] : []),
    ].map((file) => ({
      path: file.path,
      bytes: file.bytes,
      how: placed.get(file.path) ?? ('computed' as const),
    }));
    return {
      id,
      folder: store.folder(id),
      bytes: files.reduce((sum, file) => sum + file.bytes, 0),
      files,
      notes,
    };
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

type Scan = {
  readonly scanned: ScannedFolder;
  readonly prompts: boolean;
  readonly draft: boolean;
};

async function scan(params: ImportParams): Promise<Scan> {
  const { id, folder, weights, signal } = params;
  const method = METHODS[id];
  const info = await stat(folder).catch(() => undefined);
  if (!info?.isDirectory()) {
    throw engineError('input-missing', {
      message: phrase`${folder} is not a folder.`,
      hint: phrase`Give the folder that holds the checkpoint files, in sub-folders or flat.`,
    });
  }
  const found = await withBase(await scanFolder(folder, method, signal), params);
  if (weights === undefined) return found;
  const { scanned } = found;
  const own = await scanFolder(path.dirname(weights), method, signal);
  const named = own.loras.filter(({ file }) => file === path.resolve(weights));
  const reason = own.unreadable.filter(({ file }) => file === path.resolve(weights));
  return {
    ...found,
    scanned: {
      ...scanned,
      loras: named,
      unreadable: [...scanned.unreadable, ...(named.length > 0 ? [] : reason)],
    },
  };
}

/**
 * With the files of an installed model's Stable Diffusion where the folder has none of it; and with
 * the model's own file where that is the same model, which is to be had with prompts.
 */
async function withBase(
  scanned: ScannedFolder,
  { id, precision, store, prompts, draft, extend, baseIsVerified }: ImportParams,
): Promise<Scan> {
  const asked = { scanned, prompts, draft };
  if (scanned.networks.some(({ role }) => role === 'unet' || role === 'vae')) return asked;
  const base = await installedBase(store, id, precision, {
    self: extend,
    thorough: !baseIsVerified,
  });
  if (!base) return asked;
  const decoder = draftFile(base);
  const words = base.manifest.prompts !== undefined;
  const files = [
    partFile(base, 'unet'),
    partFile(base, 'vae'),
    ...(words ? [promptFile(base, 'textEncoder')] : []),
    ...(decoder === undefined ? [] : [decoder]),
  ];
  const networks = (await Promise.all(files.map(readNetwork))).filter(
    (network): network is NetworkFile => network !== undefined,
  );
  const isSame = scanned.loras.length === 0 && base.manifest.id === id;
  const loras = partFile(base, 'loras');
  return {
    scanned: {
      ...scanned,
      networks: [
        ...networks,
        ...scanned.networks.filter(({ role }) => networks.every((one) => one.role !== role)),
      ],
      context: partFile(base, 'context'),
      merges: words ? promptFile(base, 'merges') : scanned.merges,
      loras: isSame
        ? [{ file: loras, adapters: METHODS[id].read(await readTorchZip(loras)) }]
        : scanned.loras,
    },
    prompts: prompts || words,
    draft: draft || decoder !== undefined,
  };
}

function incomplete(folder: string, name: string, problems: readonly Words[]): Error {
  const left = problems.length - MOST_PROBLEMS_SHOWN;
  return engineError('checkpoint-incomplete', {
    message: phrase`${folder} does not hold all that ${name} needs:`,
    list: [
      ...problems.slice(0, MOST_PROBLEMS_SHOWN),
      ...(left > 0 ? [phrase`and ${left} more`] : []),
    ],
    hint: phrase`Add or replace these files, then import again. Nothing was changed.`,
    detail: problems.map(inWords).join('\n'),
  });
}

const bytesOf = (floats: Float32Array): Uint8Array =>
  new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);

function manifestFor(
  { id, name, description, branches, spdx, licences }: DiffusionOffer,
  parts: Record<DiffusionPart, ModelFile>,
  precision: Precision,
  accepted: readonly string[],
  added: Pick<DiffusionManifest, 'prompts' | 'draft'>,
): DiffusionManifest {
  return {
    kind: id,
    id,
    name,
    description,
    scale: SCALE,
    branches,
    licence: { spdx, source: licences.map(({ url }) => url).join(' ') },
    precision,
    processSize: TRAINED_SIDE,
    parts,
    accepted,
    ...added,
  };
}

function licenceNotice(licences: readonly Licence[]): string {
  const items = licences.map(
    ({ component, name, url, note }) => `- **${component}**: ${name}, ${url}\n  ${note}`,
  );
  return `# Licences of this model's files\n\n${items.join('\n')}\n`;
}
