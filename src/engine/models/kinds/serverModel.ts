import { changeSetting, engineError } from '../../errors';
import { bicubicGraph } from '../../graph/bicubicGraph';
import type { GraphSource } from '../../runtime/session';
import type { Trial } from '../../trust/trial';
import type { FileManifest } from '../community/fileManifest';
import type { ServerContract } from '../community/serverContract';
import type { Model } from '../model';
import { OwnFileModel } from './ownFile';
import { phrase, WordedError, type Words } from '../../../shared/phrase';

/**
 * A model that only an inference server has. What is here is how it is spoken to, and a sample of what
 * it made of noise when it was added; the graph is the base alone, which is computed here.
 */
export class ServerModel extends OwnFileModel {
  readonly graph: GraphSource;
  override readonly contract: ServerContract;

  /** Throws unless the manifest says how the model is spoken to. */
  constructor(manifest: FileManifest, folder: string) {
    super(manifest, folder);
    const { served, scale } = manifest;
    if (!served) throw new WordedError(phrase`its manifest does not say how it is spoken to`);
    this.contract = served;
    this.graph = {
      key: `${manifest.id}|${manifest.file.sha256}`,
      build: () => Promise.resolve({ onnx: bicubicGraph(scale), folder }),
    };
  }

  override async open(): Promise<Words> {
    await this.check();
    return phrase`on an inference server as "${this.contract.name}"; nobody can verify what it computes`;
  }

  /** There is nothing that another device of this machine could run. */
  override trials(): Promise<readonly Trial[]> {
    return Promise.resolve([]);
  }
}

/** Throws `device-unavailable` for a model that only a server has. */
export function requireHere({ manifest, contract }: Pick<Model, 'manifest' | 'contract'>): void {
  if (!contract) return;
  throw engineError('device-unavailable', {
    message: phrase`The model "${manifest.id}" can't run on this machine: only an inference server has it.`,
    hint: phrase`Choose the device "remote".`,
    remedies: [changeSetting('device')],
  });
}
