import type { Licence, Precision } from '../../../shared/modelProtocol';
import type { RemoteFile } from '../../download/downloader';
import { KNOWN_FILES } from './knownFiles';

/** Where PiSA-SR's files come from and under what terms; see docs/pisa-sr.md. */

export const PISA_ID = 'pisa-sr';
export const PISA_NAME = 'PiSA-SR';

export const PISA_LICENCES: readonly Licence[] = [
  {
    component: 'Stable Diffusion 2.1 base',
    name: 'CreativeML Open RAIL++-M',
    url: 'https://huggingface.co/stabilityai/stable-diffusion-xl-base-1.0/blob/main/LICENSE.md',
    mustAccept: true,
    note:
      'Commercial use is allowed. The use restrictions of its Attachment A bind you ' +
      'and whoever you pass the weights on to.',
  },
  {
    component: 'PiSA-SR (LoRA weights)',
    name: 'Apache-2.0',
    url: 'https://github.com/csslc/PiSA-SR',
    mustAccept: false,
    note: 'By its README; the repository has no licence file of its own for the weights.',
  },
];

/** The file that no server offers for programs. */
export const PISA_WEIGHTS = {
  name: 'pisa_sr.pkl',
  note:
    'PiSA-SR’s authors offer it (about 33 MB) on Google Drive and Baidu only, where a ' +
    'person has to fetch it.',
  pages: [
    'https://drive.google.com/drive/folders/1oLetijWNd59xwJE5oU-eXylQBifxWdss',
    'https://github.com/csslc/PiSA-SR',
  ],
} as const;

export type PisaRemoteFile = RemoteFile & { readonly temporary: boolean };

/** A configuration has one or two kilobytes. */
const LARGEST_CONFIG = 1_000_000;
/** No file of the pipeline is as large. */
const LARGEST_WEIGHTS = 4_000_000_000;

/**
 * The files of the diffusers pipeline that are needed, with what is known of them. The text encoder serves once, for the empty
 * prompt, and is removed then.
 */
export function pisaRemoteFiles(precision: Precision): readonly PisaRemoteFile[] {
  const suffix = precision === 'fp16' ? '.fp16.safetensors' : '.safetensors';
  const config = (path: string, temporary: boolean): PisaRemoteFile => ({
    path,
    temporary,
    maxBytes: LARGEST_CONFIG,
  });
  const weights = (path: string, temporary: boolean): PisaRemoteFile => ({
    path,
    temporary,
    maxBytes: LARGEST_WEIGHTS,
    ...KNOWN_FILES[precision][path],
  });
  return [
    config('unet/config.json', false),
    config('vae/config.json', false),
    config('text_encoder/config.json', true),
    weights(`vae/diffusion_pytorch_model${suffix}`, false),
    weights(`text_encoder/model${suffix}`, true),
    weights(`unet/diffusion_pytorch_model${suffix}`, false),
  ];
}
