import { remediesOf, type ChangeableSetting, type Remedy } from '../shared/remedies';
import type { RpcError } from '../shared/rpc';

/** The options by which the command line chooses what the editor has settings for. */
export const OPTIONS: Record<ChangeableSetting, string> = {
  colourFix: '--colour-fix',
  device: '--device',
  maxFrames: '--max-frames',
  maxInputMegapixels: '--max-megapixels',
  maxOutputMegapixels: '--max-output-megapixels',
  maxOutputKilobytes: '--max-bytes',
  metadata: '--metadata',
  model: '--model',
  modelStore: '--store',
  namePattern: '--name',
  outputFormat: '--format',
  overwrite: '--overwrite',
  pisaSrMirrors: '--mirror',
  pixelArt: '--pixel-art',
  pixelGuidance: '--pixel',
  precision: '--precision',
  prompt: '--prompt',
  proxy: '--proxy',
  quality: '--quality',
  'remote.url': '--remote',
  scale: '--scale',
  semanticGuidance: '--semantic',
};

/** What a person can do on the command line. */
export function remedyWords(remedy: Remedy): string {
  switch (remedy.kind) {
    case 'change-setting':
      return `${OPTIONS[remedy.setting]} decides.`;
    case 'free-space':
      return `Free some space in ${remedy.folder}.`;
    case 'accept-licences':
      return '--accept-licences accepts it.';
    case 'accept-unverified':
      return '--accept-unverified accepts them.';
    case 'allow-http':
      return '--allow-http allows it.';
    case 'import-model':
      return `"models import <folder>${remedy.model === undefined ? '' : ` --id ${remedy.model}`}${partFlags(remedy)}" takes files that are here.`;
    case 'install-model':
      return `"models install ${remedy.model ?? 'pisa-sr'}${partFlags(remedy)}" gets it.`;
    case 'manage-models':
      return '"models" lists what is there.';
    case 'reinstall':
      return 'Install this program again for this platform.';
    case 'retry':
      return 'Run it again.';
    case 'show-details':
      return '';
    case 'show-devices':
      return '"doctor" shows what works here.';
    case 'show-log':
      return '--verbose prints what the engine logs.';
    case 'treat-as-photo':
      return 'If it is none, --pixel-art off leaves it to the model.';
    case 'upscale-again':
      return '--again upscales it all the same.';
    case 'use-cpu':
      return '--device cpu is slower and works everywhere.';
  }
}

const partFlags = ({
  prompts,
  draft,
}: {
  readonly prompts?: true;
  readonly draft?: true;
}): string => `${prompts ? ' --prompts' : ''}${draft ? ' --draft' : ''}`;

/** What to do about an error, in one line; undefined when nothing can be done. */
export function adviceOf(error: Pick<RpcError, 'code' | 'hint' | 'remedies'>): string | undefined {
  const words = [error.hint ?? '', ...remediesOf(error).map(remedyWords)];
  const text = words.filter((part) => part !== '').join(' ');
  return text === '' ? undefined : text;
}
