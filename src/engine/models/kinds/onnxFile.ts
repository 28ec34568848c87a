import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { wrapOnnx } from '../../graph/wrapOnnx';
import type { BuiltGraph, GraphSource } from '../../runtime/session';
import type { FileManifest } from '../community/fileManifest';
import { OwnFileModel } from './ownFile';
import { phrase } from '../../../shared/phrase';

/** A whole network that somebody exported, as one with this project's input and outputs. */
export class OnnxFileModel extends OwnFileModel {
  readonly graph: GraphSource;

  constructor(manifest: FileManifest, folder: string) {
    super(manifest, folder);
    this.graph = {
      key: `${manifest.file.path}|${manifest.file.sha256}`,
      build: () => this.build(),
    };
  }

  private async build(): Promise<BuiltGraph> {
    const { file, onnx, scale } = this.manifest;
    if (!onnx) throw this.unusable(phrase`its manifest does not say how its graph takes pictures`);
    try {
      return {
        onnx: wrapOnnx(await readFile(file.path), onnx, scale),
        folder: path.dirname(file.path),
      };
    } catch (error) {
      throw this.reason(error);
    }
  }
}
