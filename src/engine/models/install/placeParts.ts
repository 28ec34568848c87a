import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ModelProgress } from '../../../shared/modelProtocol';
import { requireSpace } from '../../download/freeSpace';
import { SD21_UNET, SD21_VAE } from '../../graph/sd21/config';
import { readSmallText } from '../../../files/readSmall';
import type { DiffusionPart } from '../manifest';
import { placeFile } from './placeFile';
import type { FoundConfig, SelectedFiles } from './selectFiles';

/** Where each file goes in the model's folder; `loras` is what the model's own file is called. */
export const placesOf = (loras: string): Record<DiffusionPart, string> => ({
  unet: 'unet/diffusion_pytorch_model.safetensors',
  unetConfig: 'unet/config.json',
  vae: 'vae/diffusion_pytorch_model.safetensors',
  vaeConfig: 'vae/config.json',
  loras,
  context: 'empty_prompt.f32',
});

/** What the steps of an import share. */
export type ImportSteps = {
  readonly signal: AbortSignal;
  readonly progress: (progress: ModelProgress) => void;
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
  const sources: readonly (readonly [DiffusionPart, string])[] = [
    ['unet', selected.unet.file],
    ['vae', selected.vae.file],
    ['loras', selected.loras.file],
    ...(selected.context === undefined ? [] : [['context', selected.context] as const]),
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
      path.join(building, ...places[part].split('/')),
      signal,
      (count) => {
        bytes += count;
        progress({ phase: 'copy', file: places[part], bytes, totalBytes });
      },
    );
    bytes = before + (sizes[index] ?? 0);
    placed.set(places[part], how);
  }
  for (const [part, found] of [
    ['unetConfig', selected.unetConfig],
    ['vaeConfig', selected.vaeConfig],
  ] as const) {
    await writeFile(path.join(building, ...places[part].split('/')), await configText(found, part));
    placed.set(places[part], 'copied');
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
  if (file !== undefined) return readSmallText(file, { limit: 1_000_000, followLinks: true });
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
