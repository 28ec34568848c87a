import type { StateDict } from './stateDict';

/** Networks that are known by name and can't be built (yet), by keys that they have. */
const RECOGNISED: readonly { readonly name: string; readonly keys: readonly string[] }[] = [
  { name: 'RGT', keys: ['before_RG.1.weight', 'layers.0.blocks.0.gamma'] },
  {
    name: 'HAT',
    keys: ['layers.0.residual_group.blocks.0.conv_block.cab.0.weight'],
  },
  { name: 'ATD', keys: ['layers.0.residual_group.layers.0.attn_atd.scale'] },
  {
    name: 'SRFormer',
    keys: ['layers.0.residual_group.blocks.0.attn.aligned_relative_position_index'],
  },
  { name: 'Swin2SR', keys: ['layers.0.residual_group.blocks.0.attn.logit_scale'] },
  { name: 'DRCT', keys: ['layers.0.swin1.norm1.weight', 'layers.0.adjust1.weight'] },
  { name: 'DITN', keys: ['sft.weight', 'UFONE.0.ITLs.0.attn.temperature'] },
  { name: 'GRL', keys: ['norm_start.weight'] },
  { name: 'FDAT', keys: ['groups.0.blocks.0.attn.bias'] },
  { name: 'Swift-SRGAN', keys: ['initial.cnn.depthwise.weight', 'final_conv.pointwise.weight'] },
];

/** The name of a network that is recognised and can't be built; undefined for unknown ones. */
export const recognisedName = (dict: StateDict): string | undefined =>
  RECOGNISED.find(({ keys }) => dict.hasAll(...keys))?.name;
