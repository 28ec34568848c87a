import type { ModelManifest } from '../manifest';
import type { Model } from '../model';
import { CheckpointModel } from './checkpoint';
import { EmbeddedModel } from './embedded';
import { OnnxFileModel } from './onnxFile';
import { DiffusionModel } from './diffusion';
import { ServerModel } from './serverModel';

/** The model that a manifest in `folder` describes. */
export function modelFrom(manifest: ModelManifest, folder: string): Model {
  switch (manifest.kind) {
    case 'tiled':
      return new EmbeddedModel(manifest, folder);
    case 'pisa-sr':
    case 'osediff':
      return new DiffusionModel(manifest, folder);
    case 'checkpoint':
      return new CheckpointModel(manifest, folder);
    case 'onnx':
      return new OnnxFileModel(manifest, folder);
    case 'server':
      return new ServerModel(manifest, folder);
  }
}
