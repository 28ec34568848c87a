import type { StateDict } from './stateDict';
import { recognisedName } from './recognisedOnly';
import { phrase, type Words } from '../../shared/phrase';

/** A sign of what a file is instead, and the sentence that follows "… can't be used: ". */
type Sign = readonly [sign: RegExp, why: Words];

/** By the names of the weights; the first that fits one of them. */
const BY_NAME: readonly Sign[] = [
  [
    /(^|[._])lora_(up|down|A|B|unet|te)|\.lora\.|hada_w1|lokr_w/,
    phrase`it is a LoRA: small changes to a diffusion model, which enlarge nothing by themselves`,
  ],
  [
    /^control_model\.|^controlnet_|\.zero_convs\./,
    phrase`it is a ControlNet, which steers a diffusion model and enlarges nothing by itself`,
  ],
  [
    /^model\.diffusion_model\.|^conditioner\.|^cond_stage_model\.|^double_blocks\.|^joint_blocks\./,
    phrase`it is a diffusion model that draws pictures from words, not an upscaler`,
  ],
  [
    /^(first_stage_model|vae)\.|^(encoder|decoder)\.(conv_in|mid|mid_block)\./,
    phrase`it is the autoencoder of a diffusion model, not an upscaler`,
  ],
  [
    /^(string_to_param|emb_params|clip_[lg])$/,
    phrase`it is a textual inversion: words, no network`,
  ],
  [
    /^(text_model|transformer\.text_model|visual|vision_model)\./,
    phrase`it is a network that compares pictures with words (CLIP), not an upscaler`,
  ],
  [
    /^stylegan_decoder|^gfpgan|^quantize\.(embedding|get_codebook)/,
    phrase`it restores faces (GFPGAN, CodeFormer) and enlarges no pictures`,
  ],
  [
    /^(spynet|pcd_align|OFR|SR)\.|^flownet\.|^(module\.)?block\d\.conv0\.|^headConv\.|^(temp1|temp2)\.|^backward_resblocks\.|^forward_resblocks\.|^deform_align\./,
    phrase`it is a network for video, which needs several frames at once`,
  ],
  [
    /weight_orig$|^(net_)?[dD]isc(riminator)?\.|^features\.\d+\.weight_u$/,
    phrase`it is the discriminator that a training uses; the generator (net_g) is the file to take`,
  ],
];

/** Rank-two weights at the end of a network whose names say that it tells classes apart. */
const CLASSIFIER = /^(fc|classifier(\.\d+)?|head|heads\.head|last_linear|output_layer)\.weight$/;

/** Beside weights or instead of them, in what a training keeps to go on. */
const TRAINING = ['optimizers', 'schedulers', 'optimizer', 'optimizer_states', 'lr_schedulers'];

/** Why the weights of a file can't be used as an upscaler; always a sentence's end. */
export function wrongWeights(dict: StateDict, known: readonly string[]): Words {
  const name = recognisedName(dict);
  if (name !== undefined)
    return phrase`it is a ${name} network, which is not supported yet; an ONNX export of it can be used`;
  const keys = [...dict.keys()];
  const [, why] = BY_NAME.find(([sign]) => keys.some((key) => sign.test(key))) ?? [];
  if (why !== undefined) return why;
  if (keys.some((key) => CLASSIFIER.test(key) && dict.shape(key).length === 2))
    return phrase`it is a network that tells what is in a picture (a classifier), not an upscaler`;
  return phrase`its network is none of those that are known: ${known.join(', ')}`;
}

/** Why a dictionary without weights can't be used. `names` are its entries. */
export function withoutWeights(names: readonly string[]): Words {
  if (names.some((name) => TRAINING.includes(name)))
    return phrase`it is the state of a training (its optimizers), without the network's weights`;
  return names.length === 0
    ? phrase`it is empty: it holds no weights of a network`
    : phrase`it holds settings and no weights of a network`;
}

/** What a file begins with that is no container of weights at all. */
const BY_START: readonly Sign[] = [
  [/^\s*<(!doctype|html|\?xml)/i, phrase`it is a web page: the download was not the file itself`],
  [
    /^version https:\/\/git-lfs/,
    phrase`it is a Git LFS pointer; run "git lfs pull" to get the file`,
  ],
  [/^GGUF/, phrase`it is a GGUF file, of a language model`],
  [/^\x89HDF\r\n/, phrase`it is a Keras file (HDF5); export the network as ONNX`],
  [
    /^7767517\n/,
    phrase`it is the description of an ncnn network; take the .pth or ONNX file it was made of`,
  ],
  [/^Rar!|^7z\xbc\xaf/, phrase`it is an archive; unpack it first`],
  [/^\x1f\x8b/, phrase`it is compressed (gzip); unpack it first`],
  [/^\x93NUMPY/, phrase`it is a NumPy array, without a network`],
  [/^[\s]*[{[]/, phrase`it is a text file (JSON): settings, no weights`],
  [/^\x89PNG|^\xff\xd8\xff|^RIFF/, phrase`it is a picture`],
];

/** What a file is whose first bytes are no container of weights; undefined if they say nothing. */
export const wrongStart = (start: Buffer): Words | undefined =>
  BY_START.find(([sign]) => sign.test(start.toString('latin1')))?.[1];
