import { extendsInstalled, type InstallRequest } from '../../../shared/modelProtocol';
import { refuseUnencrypted } from '../../download/mirrors';
import {
  DIFFUSION_MODELS,
  draftFiles,
  ownFiles,
  pipelineFiles,
  textFiles,
  type DiffusionRemoteFile,
} from './diffusionModels';
import { TAESD_ADDRESS } from './knownFiles';
import type { ModelStore } from './modelStore';
import { installedBase } from './sharedBase';

/** Files that come from one place. */
export type Source = {
  readonly mirrors: readonly string[];
  readonly files: readonly DiffusionRemoteFile[];
  /** Whether the model's authors, not one of the mirrors, have them. */
  readonly own: boolean;
  /** Whether the model is installed without them where nobody has them. */
  readonly optional?: true;
};

type Sources = {
  readonly sources: readonly Source[];
  /** The installed model whose Stable Diffusion is shared. */
  readonly sharedWith: string | undefined;
  /** That is the model itself, so its own file is here. */
  readonly hasOwn: boolean;
};

/**
 * Where what is missing comes from. `thorough` reads every byte of what an installed model has of it,
 * so that a file that was damaged is fetched anew.
 */
export async function sourcesOf(
  request: InstallRequest,
  store: ModelStore,
  thorough: boolean,
): Promise<Sources> {
  const { id, precision, mirrors, allowHttp, prompts = false, draft = false } = request;
  const offer = DIFFUSION_MODELS[id];
  const base = await installedBase(store, id, precision, {
    self: extendsInstalled(request),
    thorough,
  });
  const hasOwn = base?.manifest.id === id;
  const missing = prompts && !base?.manifest.prompts ? textFiles(precision, true) : [];
  const folders = offer.weights.folder === undefined ? [] : [offer.weights.folder];
  const decoder = draft && !base?.manifest.draft ? draftFiles(precision) : [];
  const sources: Source[] = [
    { mirrors, files: base ? missing : pipelineFiles(precision, prompts), own: false },
    { mirrors: folders, files: hasOwn ? [] : ownFiles(offer), own: true },
    { mirrors: [...mirrors, TAESD_ADDRESS], files: decoder, own: false, optional: true },
  ];
  const wanted = sources.filter(({ files }) => files.length > 0);
  for (const source of wanted) refuseUnencrypted(source.mirrors, allowHttp === true);
  return { sources: wanted, sharedWith: base?.manifest.name, hasOwn };
}
