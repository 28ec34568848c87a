import type { InstallableModel } from '../../../shared/installableModels';
import type { Licence, Precision } from '../../../shared/modelProtocol';
import type { Branch } from '../../../shared/guidance';
import type { RemoteFile } from '../../download/downloader';
import { LARGEST_MERGES } from '../../pisa/prompt/readTokenizer';
import { KNOWN_FILES, OSEDIFF_FOLDER } from './knownFiles';

/** What is told of a model on Stable Diffusion, and where its own file comes from. */
export type DiffusionOffer = {
  readonly id: InstallableModel;
  readonly name: string;
  readonly description: string;
  readonly branches: readonly Branch[];
  readonly spdx: string;
  readonly licences: readonly Licence[];
  /** The file with its LoRAs. */
  readonly weights: {
    readonly name: string;
    readonly note: string;
    readonly pages: readonly [string, ...string[]];
    /** Address of the folder that has it, where programs may fetch it. */
    readonly folder?: string;
  };
};

const STABLE_DIFFUSION: Licence = {
  component: 'Stable Diffusion 2.1 base',
  name: 'CreativeML Open RAIL++-M',
  url: 'https://huggingface.co/stabilityai/stable-diffusion-xl-base-1.0/blob/main/LICENSE.md',
  mustAccept: true,
  note:
    'Commercial use is allowed. The use restrictions of its Attachment A bind you ' +
    'and whoever you pass the weights on to.',
};
/** Of the tiny decoder, where it is installed. */
const DRAFT_DECODER: Licence = {
  component: 'TAESD (tiny decoder for drafts)',
  name: 'MIT',
  url: 'https://github.com/madebyollin/taesd/blob/main/LICENSE',
  mustAccept: false,
  note: 'By the licence of its author’s repository.',
};
const SPDX = 'LicenseRef-CreativeML-Open-RAIL++-M AND Apache-2.0';

/** Where the models' files come from and under what terms; see docs/pisa-sr.md. */
export const DIFFUSION_MODELS: Readonly<Record<InstallableModel, DiffusionOffer>> = {
  'pisa-sr': {
    id: 'pisa-sr',
    name: 'PiSA-SR',
    description:
      'One diffusion step on Stable Diffusion 2.1 with two LoRAs: both dials, invents texture',
    branches: ['pixel', 'semantic'],
    spdx: SPDX,
    licences: [
      STABLE_DIFFUSION,
      {
        component: 'PiSA-SR (LoRA weights)',
        name: 'Apache-2.0',
        url: 'https://github.com/csslc/PiSA-SR',
        mustAccept: false,
        note: 'By its README; the repository has no licence file of its own for the weights.',
      },
    ],
    weights: {
      name: 'pisa_sr.pkl',
      note:
        'PiSA-SR’s authors offer it (about 33 MB) on Google Drive and Baidu only, where a ' +
        'person has to fetch it.',
      pages: [
        'https://drive.google.com/drive/folders/1oLetijWNd59xwJE5oU-eXylQBifxWdss',
        'https://github.com/csslc/PiSA-SR',
      ],
    },
  },
  osediff: {
    id: 'osediff',
    name: 'OSEDiff',
    description:
      'One diffusion step on Stable Diffusion 2.1 from the noisiest end: one dial, invents texture',
    branches: ['semantic'],
    spdx: SPDX,
    licences: [
      STABLE_DIFFUSION,
      {
        component: 'OSEDiff (LoRA weights)',
        name: 'Apache-2.0',
        url: 'https://github.com/cswry/OSEDiff/blob/main/LICENSE',
        mustAccept: false,
        note: 'By the licence of the repository that holds them.',
      },
    ],
    weights: {
      name: 'osediff.pkl',
      note: 'OSEDiff’s authors keep it (about 20 MB) in their repository.',
      pages: ['https://github.com/cswry/OSEDiff/tree/main/preset/models'],
      folder: OSEDIFF_FOLDER,
    },
  },
};

export type DiffusionRemoteFile = RemoteFile & { readonly temporary: boolean };

/** A configuration has one or two kilobytes. */
const LARGEST_CONFIG = 1_000_000;
/** No file of the pipeline is as large. */
const LARGEST_WEIGHTS = 4_000_000_000;
/** LoRAs have some tens of megabytes. */
export const LARGEST_LORAS = 1_000_000_000;

/** TAESD has ten. */
const LARGEST_DRAFT_DECODER = 100_000_000;

const suffixOf = (precision: Precision): string =>
  precision === 'fp16' ? '.fp16.safetensors' : '.safetensors';
const config = (path: string, temporary: boolean): DiffusionRemoteFile => ({
  path,
  temporary,
  maxBytes: LARGEST_CONFIG,
});
const known = (
  path: string,
  precision: Precision,
  temporary: boolean,
  maxBytes: number,
): DiffusionRemoteFile => ({ path, temporary, maxBytes, ...KNOWN_FILES[precision][path] });

/**
 * The files of the diffusers pipeline that are needed, with what is known of them. The text encoder
 * serves once, for the empty prompt, and is removed then, unless the person wants `prompts`.
 */
export function pipelineFiles(
  precision: Precision,
  prompts = false,
): readonly DiffusionRemoteFile[] {
  const weights = (folder: string): DiffusionRemoteFile =>
    known(
      `${folder}/diffusion_pytorch_model${suffixOf(precision)}`,
      precision,
      false,
      LARGEST_WEIGHTS,
    );
  return [
    config('unet/config.json', false),
    config('vae/config.json', false),
    weights('vae'),
    ...textFiles(precision, prompts),
    weights('unet'),
  ];
}

/** Those of them that make numbers of words. */
export function textFiles(precision: Precision, stay: boolean): readonly DiffusionRemoteFile[] {
  const encoder = `text_encoder/model${suffixOf(precision)}`;
  return [
    config('text_encoder/config.json', !stay),
    known(encoder, precision, !stay, LARGEST_WEIGHTS),
    ...(stay ? [known('tokenizer/merges.txt', precision, false, LARGEST_MERGES)] : []),
  ];
}

/** The tiny decoder; with its encoder in one file, the same for both precisions. */
export const draftFiles = (precision: Precision): readonly DiffusionRemoteFile[] => [
  known('taesd/diffusion_pytorch_model.safetensors', precision, false, LARGEST_DRAFT_DECODER),
];

/** The terms of what is installed. */
export const licencesOf = ({ licences }: DiffusionOffer, draft: boolean): readonly Licence[] => [
  ...licences,
  ...(draft ? [DRAFT_DECODER] : []),
];

/** The model's own file, where a server offers it to programs; no SHA-256 of it is published. */
export const ownFiles = ({ weights }: DiffusionOffer): readonly DiffusionRemoteFile[] =>
  weights.folder === undefined
    ? []
    : [{ path: weights.name, temporary: false, maxBytes: LARGEST_LORAS }];
