import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ImportResult, ModelProgress, Precision } from '../../../shared/modelProtocol';
import { engineError, throwIfCancelled } from '../../errors';
import { buildClipText, emptyPrompt } from '../../graph/sd21/clipText';
import { Weights } from '../../graph/sd21/weights';
import { openNetwork } from '../../runtime/network';
import type { ModelFile, PisaManifest, PisaPart } from '../manifest';
import { describe, hashed, requireVerified } from './checkParts';
import { TRAINED_SIDE } from './knownFiles';
import type { ModelStore } from './modelStore';
import { PISA_ID, PISA_LICENCES, PISA_NAME } from './pisaFiles';
import { placeFiles, PLACES } from './placeParts';
import { scanFolder, type ScannedFolder } from './scanFolder';
import { selectFiles, type SelectedFiles } from './selectFiles';
import type { Accepted } from './unverified';

export type ImportParams = {
  readonly folder: string;
  /** `pisa_sr.pkl`, when it lies elsewhere. */
  readonly weights: string | undefined;
  readonly precision: Precision | undefined;
  /** Which unverified files the person agreed to. */
  readonly accepted: Accepted;
  readonly store: ModelStore;
  readonly signal: AbortSignal;
  readonly progress: (progress: ModelProgress) => void;
};

const SCALE = 4;

const MOST_PROBLEMS_SHOWN = 12;

/**
 * Makes a model out of files that are on this machine: checks all of them, links or copies them,
 * asks about those that nothing vouches for, runs the text encoder once for the empty prompt, and
 * puts the finished folder in its place in one step. What goes wrong leaves nothing behind.
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
    const parts = await describe(building, params, selected.textEncoder.file);
    const unverified = await requireVerified(parts, selected, params);
    throwIfCancelled(signal);
    progress({ phase: 'compute', file: PLACES.context, bytes: 0, totalBytes: 0 });
    await writeFile(
      path.join(building, PLACES.context),
      bytesOf(await emptyPromptContext(selected)),
    );
    const complete = { ...parts.files, context: await hashed(building, PLACES.context) };
    const manifest = manifestFor(complete, selected.unet.precision, unverified);
    await writeFile(path.join(building, 'LICENCES.md'), licenceNotice());
    await writeFile(path.join(building, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    throwIfCancelled(signal);
    await store.publish(PISA_ID, building);
    const files = Object.values(complete).map((file) => ({
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
  const left = problems.length - MOST_PROBLEMS_SHOWN;
  return engineError('checkpoint-incomplete', {
    message: `${folder} does not hold all that ${PISA_NAME} needs:`,
    list: [...problems.slice(0, MOST_PROBLEMS_SHOWN), ...(left > 0 ? [`and ${left} more`] : [])],
    hint: 'Add or replace these files, then import again. Nothing was changed.',
    detail: problems.join('\n'),
  });
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

function manifestFor(
  parts: Record<PisaPart, ModelFile>,
  precision: Precision,
  accepted: readonly string[],
): PisaManifest {
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
    processSize: TRAINED_SIDE,
    parts,
    accepted,
  };
}

function licenceNotice(): string {
  const items = PISA_LICENCES.map(
    ({ component, name, url, note }) => `- **${component}**: ${name}, ${url}\n  ${note}`,
  );
  return `# Licences of this model's files\n\n${items.join('\n')}\n`;
}
