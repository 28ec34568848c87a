import type { Precision } from '../../../shared/modelProtocol';

/** What a file of Stable Diffusion 2.1 base must be. */
export type KnownFile = { readonly sha256: string; readonly bytes?: number };

/** It was trained on pictures of this side. */
export const TRAINED_SIDE = 512;

/**
 * The merges of CLIP's tokenizer, which SD-2 has unchanged: what open_clip_torch's
 * `bpe_simple_vocab_16e6.txt.gz` holds (github.com/openai/CLIP, MIT), written as transformers does.
 */
const CLIP_MERGES: KnownFile = {
  sha256: '9fd691f7c8039210e0fced15865466c65820d09b63988b0174bfe25de299051a',
  bytes: 524_619,
};

/**
 * TAESD with its encoder and decoder (huggingface.co/madebyollin/taesd, MIT). Its author publishes no
 * hash; several projects that fetch it from there name this one, of one size.
 */
const TAESD: KnownFile = {
  sha256: 'db169d69145ec4ff064e49d99c95fa05d3eb04ee453de35824a6d0f325513549',
  bytes: 9_793_292,
};

/**
 * The weights of Stable Diffusion 2.1 base by their place in the pipeline. The original repository
 * (stabilityai/stable-diffusion-2-1-base on Hugging Face) was removed in November 2025; Hugging Face
 * stores large files under their SHA-256, and clones and caches of the repository still name them.
 *
 * Each SHA-256 is what a cache of the original repository names
 * (github.com/User19779/ZoDiac, stable-diffusion-2-1-base/, links to
 * models--stabilityai--stable-diffusion-2-1-base/blobs/<SHA-256>), and is confirmed by others:
 * the float32 UNet by the Git LFS pointer in github.com/jack-op11/stable-diffusion-2-1-base, a clone
 * with the original's history; the float16 files and the float32 text encoder and VAE by
 * several published lists of what sd2-community/… and Manojb/stable-diffusion-2-1-base deliver.
 * Sizes are from Git LFS pointers and such lists; of the float16 UNet none was found.
 *
 * Neither PiSA-SR's authors nor OSEDiff's publish a hash of `pisa_sr.pkl` or `osediff.pkl`, so there
 * is none here.
 */
export const KNOWN_FILES: Readonly<Record<Precision, Readonly<Record<string, KnownFile>>>> = {
  fp32: {
    'unet/diffusion_pytorch_model.safetensors': {
      sha256: '6dfae3e5f7d459b50f4b0850ead945972c75bb0e1897628933e169eb43974214',
      bytes: 3_463_726_498,
    },
    'vae/diffusion_pytorch_model.safetensors': {
      sha256: 'a1d993488569e928462932c8c38a0760b874d166399b14414135bd9c42df5815',
      bytes: 334_643_276,
    },
    'text_encoder/model.safetensors': {
      sha256: 'cce6febb0b6d876ee5eb24af35e27e764eb4f9b1d0b7c026c8c3333d4cfc916c',
      bytes: 1_361_597_018,
    },
    'tokenizer/merges.txt': CLIP_MERGES,
    'taesd/diffusion_pytorch_model.safetensors': TAESD,
  },
  fp16: {
    'unet/diffusion_pytorch_model.fp16.safetensors': {
      sha256: '28ec9cf3b239c0751c201b1f6fb46b551df5862731b30a37aa1360101cb3fbab',
    },
    'vae/diffusion_pytorch_model.fp16.safetensors': {
      sha256: '3e4c08995484ee61270175e9e7a072b66a6e4eeb5f0c266667fe1f45b90daf9a',
      bytes: 167_335_342,
    },
    'text_encoder/model.fp16.safetensors': {
      sha256: '681c555376658c81dc273f2d737a2aeb23ddb6d1d8e5b3a7064636d359a22668',
      bytes: 680_821_096,
    },
    'tokenizer/merges.txt': CLIP_MERGES,
    'taesd/diffusion_pytorch_model.safetensors': TAESD,
  },
};

/** Where OSEDiff's authors keep `osediff.pkl`. */
export const OSEDIFF_FOLDER = 'https://github.com/cswry/OSEDiff/raw/main/preset/models';

/** Where TAESD's author keeps it. */
export const TAESD_ADDRESS = 'https://huggingface.co/madebyollin/taesd/resolve/main/{name}';
