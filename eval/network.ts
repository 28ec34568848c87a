import { planningSize } from '../src/engine/upscale/runTiles';
import { blendTile } from '../src/engine/upscale/blend';
import { mirroredIndices, tileInput } from '../src/engine/upscale/tileInput';
import type { TiledManifest } from '../src/engine/models/manifest';
import type { EmbeddedModel } from '../src/engine/models/kinds/embedded';
import { openTileSession, type TileLayers, type TileSession } from '../src/engine/runtime/session';
import type { Guidance } from '../src/shared/guidance';
import type { Picture } from './picture';

/**
 * What a network yields for a picture: it does not depend on the guidance, so one run serves every
 * λ.
 */
export type Enlargement = { readonly blend: (guidance: Guidance) => Picture };

/**
 * A model on the CPU, run as the engine runs it (`upscale/runTiles`): the picture with its mirrored
 * margin in one tile, the guidance by the engine's own blend, rounded to 8 bits.
 */
export class Network {
  private constructor(
    readonly manifest: TiledManifest,
    private readonly session: TileSession,
  ) {}

  static async open({
    manifest,
    graph,
  }: Pick<EmbeddedModel, 'manifest' | 'graph'>): Promise<Network> {
    return new Network(manifest, await openTileSession(graph, 'cpu', manifest.branches));
  }

  async run(picture: Picture): Promise<Enlargement> {
    const { margin, scale, tilePixels, id } = this.manifest;
    const tile = planningSize(this.manifest, picture);
    if (tile.width * tile.height > tilePixels)
      throw new Error(
        `A picture of ${picture.width}×${picture.height} does not fit into one tile of ${id}.`,
      );
    const image = tileInput(
      picture.data,
      picture.width,
      mirroredIndices(-margin, tile.width, picture.width),
      mirroredIndices(-margin, tile.height, picture.height),
    );
    const layers: TileLayers = await this.session.run(image, tile.width, tile.height);
    const [width, height] = [picture.width * scale, picture.height * scale];
    return {
      blend: (guidance) => {
        const data = new Uint8ClampedArray(3 * width * height);
        const [fromX, fromY] = [margin * scale, margin * scale];
        blendTile(
          layers,
          guidance,
          {
            tileWidth: tile.width * scale,
            tileHeight: tile.height * scale,
            fromX,
            fromY,
            width,
            height,
            bandX: 0,
            bandWidth: width,
          },
          data,
          3,
        );
        return { width, height, data: new Uint8Array(data.buffer) };
      },
    };
  }

  release(): Promise<void> {
    return this.session.release();
  }
}
