import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ModelProgress } from '../../../shared/modelProtocol';
import { requireSpace } from '../../download/freeSpace';
import { SD21_CLIP, SD21_UNET, SD21_VAE } from '../../graph/sd21/config';
import { readSmallText } from '../../../files/readSmall';
import type { DiffusionPart, PromptPart } from '../manifest';
import type { FoundConfig } from './foundConfig';
import { placeFile } from './placeFile';
import type { SelectedFiles } from './selectFiles';
import type { Words } from '../../../shared/phrase';

/** Where each file goes in the model's folder; `loras` is what the model's own file is called. */
export const placesOf = (loras: string): Record<DiffusionPart, string> => ({
  unet: 'unet/diffusion_pytorch_model.safetensors',
  unetConfig: 'unet/config.json',
  vae: 'vae/diffusion_pytorch_model.safetensors',
  vaeConfig: 'vae/config.json',
  loras,
  context: 'empty_prompt.f32',
});

/** And what prompts need. */
export const PROMPT_PLACES: Readonly<Record<PromptPart, string>> = {
  textEncoder: 'text_encoder/model.safetensors',
  textConfig: 'text_encoder/config.json',
  merges: 'tokenizer/merges.txt',
};

/** And the tiny decoder. */
export const DRAFT_PLACE = 'taesd/diffusion_pytorch_model.safetensors';

/** What the steps of an import share. */
export type ImportSteps = {
  readonly signal: AbortSignal;
  readonly progress: (progress: ModelProgress<Words>) => void;
};

/**
 * Links or copies the selected files into the folder where the model is built. Resolves with how
 * each got there.
 */
export async function placeFiles(
  selected: SelectedFiles,
  building: string,
  places: Record<DiffusionPart, string>,
  { signal, progress }: ImportSteps,
): Promise<Map<string, 'linked' | 'copied'>> {
  const { textEncoder, textConfig, merges, draft } = selected;
  const sources: readonly (readonly [place: string, source: string])[] = [
    [places.unet, selected.unet.file],
    [places.vae, selected.vae.file],
    [places.loras, selected.loras.file],
    ...(selected.context === undefined ? [] : [[places.context, selected.context] as const]),
    ...(textEncoder && merges !== undefined
      ? [
          [PROMPT_PLACES.textEncoder, textEncoder.file] as const,
          [PROMPT_PLACES.merges, merges] as const,
        ]
      : []),
    ...(draft ? [[DRAFT_PLACE, draft.file] as const] : []),
  ];
  const sizes = await Promise.all(sources.map(async ([, file]) => (await stat(file)).size));
  const totalBytes = sizes.reduce((sum, size) => sum + size, 0);
  const placed = new Map<string, 'linked' | 'copied'>();
  let bytes = 0;
  for (const [index, [place, file]] of sources.entries()) {
    if (await crossesVolumes(file, building)) await requireSpace(building, sizes[index] ?? 0);
    const before = bytes;
    const how = await placeFile(file, path.join(building, ...place.split('/')), signal, (count) => {
      bytes += count;
      progress({ phase: 'copy', file: place, bytes, totalBytes });
    });
    bytes = before + (sizes[index] ?? 0);
    placed.set(place, how);
  }
  const configs: readonly (readonly [place: string, found: FoundConfig<unknown>, own: object])[] = [
    [places.unetConfig, selected.unetConfig, UNET_CONFIG],
    [places.vaeConfig, selected.vaeConfig, VAE_CONFIG],
    ...(textConfig && merges !== undefined
      ? [[PROMPT_PLACES.textConfig, textConfig, TEXT_CONFIG] as const]
      : []),
  ];
  for (const [place, found, own] of configs) {
    await writeFile(path.join(building, ...place.split('/')), await configText(found, own));
    placed.set(place, 'copied');
  }
  return placed;
}

async function crossesVolumes(file: string, folder: string): Promise<boolean> {
  return (await stat(file)).dev !== (await stat(folder)).dev;
}

/** The configuration as it was found, or SD-2.1's `own`. */
async function configText({ file }: FoundConfig<unknown>, own: object): Promise<string> {
  if (file !== undefined) return readSmallText(file, { limit: 1_000_000, followLinks: true });
  return `${JSON.stringify(own, null, 2)}\n`;
}

/** SD-2.1's configurations under diffusers' and transformers' names. */
const UNET_CONFIG = {
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
};
const VAE_CONFIG = {
  block_out_channels: SD21_VAE.blockOutChannels,
  layers_per_block: SD21_VAE.layersPerBlock,
  norm_num_groups: SD21_VAE.normGroups,
  down_block_types: SD21_VAE.blockOutChannels.map(() => 'DownEncoderBlock2D'),
  up_block_types: SD21_VAE.blockOutChannels.map(() => 'UpDecoderBlock2D'),
};
const TEXT_CONFIG = {
  vocab_size: SD21_CLIP.vocabSize,
  hidden_size: SD21_CLIP.hiddenSize,
  intermediate_size: SD21_CLIP.intermediateSize,
  num_hidden_layers: SD21_CLIP.layers,
  num_attention_heads: SD21_CLIP.heads,
  max_position_embeddings: SD21_CLIP.positions,
  layer_norm_eps: SD21_CLIP.layerNormEpsilon,
  hidden_act: SD21_CLIP.activation,
};
