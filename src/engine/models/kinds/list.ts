import type { ModelManifest } from '../manifest';
import type { Model } from '../model';
import { EmbeddedModel } from './embedded';
import { PisaModel } from './pisaSr';

/** The model that a manifest in `folder` describes. */
export function modelFrom(manifest: ModelManifest, folder: string): Model {
  switch (manifest.kind) {
    case 'tiled':
      return new EmbeddedModel(manifest, folder);
    case 'pisa-sr':
      return new PisaModel(manifest, folder);
  }
}
