import path from 'node:path';
import type { Precision } from '../../../shared/modelProtocol';
import { buildClipText, emptyPrompt } from '../../graph/sd21/clipText';
import {
  parseClipTextConfig,
  parseUNetConfig,
  parseVaeConfig,
  SD21_CLIP,
  SD21_UNET,
  SD21_VAE,
  type ClipTextConfig,
  type UNetConfig,
  type VaeConfig,
} from '../../graph/sd21/config';
import { unetTensors } from '../../graph/sd21/adapterFiles';
import type { Loras } from '../../graph/sd21/lora';
import { tinyShape } from '../../graph/sd21/tinyBlock';
import { buildTinyDecoder } from '../../graph/sd21/tinyDecoder';
import { buildTinyEncoder, hasTinyEncoder } from '../../graph/sd21/tinyEncoder';
import { buildUNet } from '../../graph/sd21/unet';
import { buildVae, VAE_PARTS } from '../../graph/sd21/vae';
import { Weights } from '../../graph/sd21/weights';
import { quoted } from '../../checkpoint/limits';
import { wordsOf } from '../../../shared/rpc';
import type { Method } from '../../pisa/method';
import { readClipTokenizer } from '../../pisa/prompt/readTokenizer';
import type { DiffusionOffer } from './diffusionModels';
import { findConfig, type FoundConfig } from './foundConfig';
import type { LoraFile, NetworkFile, NetworkRole, ScannedFolder } from './scanFolder';
import { phrase, type Words } from '../../../shared/phrase';

export type SelectedFiles = {
  readonly unet: NetworkFile;
  readonly unetConfig: FoundConfig<UNetConfig>;
  readonly vae: NetworkFile;
  readonly vaeConfig: FoundConfig<VaeConfig>;
  /** Undefined where its output is here already. */
  readonly textEncoder: NetworkFile | undefined;
  readonly textConfig: FoundConfig<ClipTextConfig> | undefined;
  /** A file with the text encoder's output for the empty prompt. */
  readonly context: string | undefined;
  readonly loras: LoraFile;
  /** The tokenizer's merges, where prompts are wanted: then the text encoder stays. */
  readonly merges: string | undefined;
  /** The tiny decoder, where drafts are wanted. */
  readonly draft: NetworkFile | undefined;
};

/** What a person wants of a model. */
export type WantedParts = {
  readonly precision: Precision | undefined;
  readonly prompts: boolean;
  readonly draft: boolean;
};

export type Selection =
  | { readonly selected: SelectedFiles; readonly notes: readonly Words[] }
  | { readonly problems: readonly Words[] };

const wanted = (role: NetworkRole, prompts: boolean): Words =>
  ({
    unet: phrase`the UNet (unet/diffusion_pytorch_model.safetensors)`,
    vae: phrase`the VAE (vae/diffusion_pytorch_model.safetensors)`,
    textEncoder: phrase`the text encoder (text_encoder/model.safetensors; needed ${prompts ? phrase`for prompts` : phrase`once, for the empty prompt`})`,
    draft: phrase`the tiny decoder (taesd/diffusion_pytorch_model.safetensors; needed for drafts)`,
  })[role];

/**
 * Where a network's file lies as its authors lay it out. One that lies there and can't be read is
 * not missing.
 */
const PLACES: Record<NetworkRole, RegExp> = {
  unet: /unet[^/\\]*[/\\][^/\\]*$/i,
  vae: /vae[^/\\]*[/\\][^/\\]*$/i,
  textEncoder: /text_encoder[^/\\]*[/\\][^/\\]*$/i,
  draft: /taesd/i,
};

/**
 * Chooses one file of each kind and checks every name, shape and type against what the networks
 * need. Tells all that is missing or wrong at once.
 */
export async function selectFiles(
  { networks, loras, unreadable, context, merges }: ScannedFolder,
  { precision, prompts, draft }: WantedParts,
  { name, weights }: DiffusionOffer,
  method: Method,
): Promise<Selection> {
  const problems: Words[] = unreadable.map(({ reason }) => reason);
  const notes: Words[] = [];
  const pick = (role: NetworkRole): NetworkFile | undefined => {
    const candidates = networks.filter((network) => network.role === role);
    const best = chooseNetwork(candidates, precision);
    if (!best) {
      if (!unreadable.some(({ file }) => PLACES[role].test(file)))
        problems.push(phrase`${wanted(role, prompts)} was not found`);
    } else if (
      precision !== undefined &&
      best.precision !== precision &&
      (role === 'unet' || role === 'vae')
    )
      notes.push(
        phrase`${path.basename(best.file)} holds ${best.precision} weights; no ${precision} ones were found.`,
      );
    return best;
  };
  const [unet, vae] = [pick('unet'), pick('vae')];
  const textEncoder = context === undefined || prompts ? pick('textEncoder') : undefined;
  const decoder = draft ? pick('draft') : undefined;
  if (prompts && merges === undefined)
    problems.push(phrase`the tokenizer (tokenizer/merges.txt; needed for prompts) was not found`);
  const [lora, ...more] = loras;
  if (!lora && !unreadable.some(({ file }) => path.basename(file) === weights.name))
    problems.push(phrase`${weights.name} was not found. ${weights.note} ${weights.pages[0]}`);
  if (lora && more.length > 0)
    notes.push(
      phrase`Several files hold ${name}'s weights; ${path.basename(lora.file)} was taken.`,
    );

  const unetConfig = unet && (await findConfig(unet, parseUNetConfig, SD21_UNET, problems));
  const vaeConfig = vae && (await findConfig(vae, parseVaeConfig, SD21_VAE, problems));
  const textConfig =
    textEncoder && (await findConfig(textEncoder, parseClipTextConfig, SD21_CLIP, problems));
  if (unet && unetConfig && lora) checkUNet(unet, unetConfig.config, lora, method, problems);
  if (vae && vaeConfig) checkVae(vae, vaeConfig.config, lora, problems);
  if (decoder && vaeConfig) checkDraft(decoder, vaeConfig.config, problems);
  if (textEncoder && textConfig)
    checkText(textEncoder, textConfig.config, unetConfig?.config, problems);
  if (prompts && merges !== undefined && textConfig)
    problems.push(...(await mergesProblems(merges, textConfig.config)));

  if (problems.length > 0 || !unet || !vae || !lora || !unetConfig || !vaeConfig)
    return { problems };
  const assumed = Object.entries({
    unet: unetConfig,
    vae: vaeConfig,
    ...(textConfig ? { textEncoder: textConfig } : {}),
  }).filter(([, { file }]) => file === undefined);
  if (assumed.length > 0)
    notes.push(
      phrase`No config.json was found for ${assumed.map(([name]) => name).join(', ')}; SD-2.1's was assumed, which fits the shapes.`,
    );
  return {
    selected: {
      unet,
      unetConfig,
      vae,
      vaeConfig,
      textEncoder,
      textConfig,
      context,
      loras: lora,
      merges: prompts ? merges : undefined,
      draft: decoder,
    },
    notes,
  };
}

/**
 * The wanted precision, else float32, which every device runs; then the shortest name, since
 * variants (`.non_ema`) have longer ones.
 */
function chooseNetwork(
  candidates: readonly NetworkFile[],
  precision: Precision | undefined,
): NetworkFile | undefined {
  const rank = (network: NetworkFile): number =>
    network.precision === (precision ?? 'fp32') ? 0 : 1;
  return [...candidates].sort(
    (a, b) => rank(a) - rank(b) || path.basename(a.file).length - path.basename(b.file).length,
  )[0];
}

function checkUNet(
  unet: NetworkFile,
  config: UNetConfig,
  { file, adapters }: LoraFile,
  { timestep }: Method,
  problems: Words[],
): void {
  const weights = new Weights(unetTensors(unet.tensors, adapters), path.dirname(unet.file));
  const built = buildUNet({
    config,
    weights,
    loras: adapters.unet,
    timestep,
    context: new Float32Array(config.crossAttentionDim),
    type: 'float32',
  });
  problems.push(...named(unet.file, weights.problems));
  problems.push(...named(file, loraProblems(adapters.unet, built, 'UNet')));
}

function checkVae(
  vae: NetworkFile,
  config: VaeConfig,
  lora: LoraFile | undefined,
  problems: Words[],
): void {
  const encoderLoras = lora?.adapters.vaeEncoder;
  const tensors = new Map([...vae.tensors, ...(encoderLoras?.tensors ?? [])]);
  const built = VAE_PARTS.map((part) => {
    const weights = new Weights(tensors, path.dirname(vae.file));
    const graph = buildVae(part, {
      config,
      weights,
      type: 'float32',
      statistics: 'given',
      encoderLoras,
    });
    problems.push(...named(vae.file, weights.problems));
    return graph;
  });
  if (!lora || !encoderLoras) return;
  const together = {
    adapted: new Set(built.flatMap(({ adapted }) => [...adapted])),
    unadapted: new Set(built.flatMap(({ unadapted }) => [...unadapted])),
  };
  problems.push(...named(lora.file, loraProblems(encoderLoras, together, 'VAE')));
}

/** Layers without the LoRAs that they should have, and LoRAs without a layer. */
function loraProblems(
  { tensors }: Loras,
  {
    adapted,
    unadapted,
  }: { readonly adapted: ReadonlySet<string>; readonly unadapted: ReadonlySet<string> },
  network: string,
): Words[] {
  const strange = [...tensors.keys()].filter(
    (name) => !adapted.has(name.replace(/\.lora_[AB]\..*$/, '')),
  );
  return [
    ...[...unadapted].map((module) => phrase`the LoRAs of ${module} are missing`),
    ...strange.map((name) => phrase`${quoted(name)} belongs to no layer of this ${network}`),
  ];
}

function checkDraft(decoder: NetworkFile, { latentChannels }: VaeConfig, problems: Words[]): void {
  const weights = new Weights(decoder.tensors, path.dirname(decoder.file));
  const shape = tinyShape(decoder.tensors, latentChannels);
  buildTinyDecoder(weights, { ...shape, type: 'float32' });
  if (hasTinyEncoder(decoder.tensors)) buildTinyEncoder(weights, { ...shape, type: 'float32' });
  problems.push(...named(decoder.file, weights.problems));
}

function checkText(
  encoder: NetworkFile,
  config: ClipTextConfig,
  unet: UNetConfig | undefined,
  problems: Words[],
): void {
  const weights = new Weights(encoder.tensors, path.dirname(encoder.file));
  buildClipText(config, weights, emptyPrompt(config));
  problems.push(...named(encoder.file, weights.problems));
  if (unet && unet.crossAttentionDim !== config.hiddenSize) {
    problems.push(
      phrase`${path.basename(encoder.file)} yields ${config.hiddenSize} values a token where the UNet takes ${unet.crossAttentionDim}`,
    );
  }
}

/** Whether the tokenizer yields the numbers that the text encoder knows. */
async function mergesProblems(file: string, { vocabSize }: ClipTextConfig): Promise<Words[]> {
  try {
    const { size } = await readClipTokenizer(file);
    if (size === vocabSize) return [];
    return named(file, [phrase`it makes ${size} tokens where the text encoder knows ${vocabSize}`]);
  } catch (error) {
    return [wordsOf(error)];
  }
}

const named = (file: string, problems: readonly Words[]): Words[] =>
  problems.map(
    (problem) =>
      phrase`${quoted(`${path.basename(path.dirname(file))}/${path.basename(file)}`)}: ${problem}`,
  );
