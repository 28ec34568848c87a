import path from 'node:path';
import { buildNetwork } from '../../architectures/buildNetwork';
import { ARCHITECTURES } from '../../architectures/list';
import { openStateDict } from '../../architectures/openStateDict';
import type { BuiltGraph, GraphSource } from '../../runtime/session';
import type { FileManifest } from '../community/fileManifest';
import { OwnFileModel } from './ownFile';
import { phrase } from '../../../shared/phrase';

/**
 * Weights that a trainer saved. The graph is built anew whenever it is opened, from the file's own
 * header: it takes milliseconds, and no graph of an older version of this program is ever run.
 */
export class CheckpointModel extends OwnFileModel {
  readonly graph: GraphSource;

  constructor(manifest: FileManifest, folder: string) {
    super(manifest, folder);
    this.graph = {
      key: `${manifest.file.path}|${manifest.file.sha256}`,
      build: () => this.build(),
    };
  }

  private async build(): Promise<BuiltGraph> {
    const { file, architecture } = this.manifest;
    const family = ARCHITECTURES.find(({ id }) => id === architecture);
    if (!family) throw this.unusable(phrase`no network called "${architecture}" is known any more`);
    const folder = path.dirname(file.path);
    try {
      return { onnx: buildNetwork(family, await openStateDict(file.path), folder), folder };
    } catch (error) {
      throw this.reason(error);
    }
  }
}
