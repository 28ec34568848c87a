import type { Change, PixelStore } from './pixelStore';
import { reducedSpan } from './reduce';

/**
 * A store's copy on the GPU: a mipmapped texture array a layer, whose slices are the store's
 * blocks.
 */
export class GlStore {
  private readonly textures: readonly WebGLTexture[];
  private revision = 0;

  /** Throws if the memory does not suffice. */
  constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly store: PixelStore,
  ) {
    while (gl.getError() !== gl.NO_ERROR && !gl.isContextLost());
    this.textures = Array.from({ length: store.layers }, () => {
      const texture = gl.createTexture();
      gl.bindTexture(gl.TEXTURE_2D_ARRAY, texture);
      gl.texStorage3D(
        gl.TEXTURE_2D_ARRAY,
        store.bits + 1,
        gl.RGBA8,
        store.blockSide,
        store.blockSide,
        store.columns * store.rows,
      );
      // Pixels are fetched one by one, never filtered.
      gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MIN_FILTER, gl.NEAREST_MIPMAP_NEAREST);
      gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
      return texture;
    });
    const error = gl.getError();
    if (error === gl.NO_ERROR || gl.isContextLost()) return;
    this.dispose();
    throw new Error(
      error === gl.OUT_OF_MEMORY
        ? 'The GPU’s memory does not suffice.'
        : `The GPU refused a texture (${error}).`,
    );
  }

  /** Allocated at once, for all blocks. */
  get bytes(): number {
    const { layers, columns, rows, blockSide } = this.store;
    return Math.round(layers * columns * rows * blockSide * blockSide * 4 * (4 / 3));
  }

  /** Binds a layer; those that the store lacks are the first one, which nothing reads then. */
  bind(unit: number, layer: number): void {
    this.gl.activeTexture(this.gl.TEXTURE0 + unit);
    this.gl.bindTexture(this.gl.TEXTURE_2D_ARRAY, this.textures[layer] ?? this.textures[0] ?? null);
  }

  /** Uploads what has changed. */
  update(): void {
    const changes = this.store.changesSince(this.revision);
    this.revision = this.store.revision;
    for (const change of joined(changes)) this.upload(change);
  }

  dispose(): void {
    for (const texture of this.textures) this.gl.deleteTexture(texture);
  }

  private upload({ block, span }: Change): void {
    const { gl, store } = this;
    for (const [layer, texture] of this.textures.entries()) {
      gl.bindTexture(gl.TEXTURE_2D_ARRAY, texture);
      for (let level = 0; level <= store.bits; level++) {
        const plane = store.plane(layer, level, block);
        if (!plane) continue;
        const { x0, y0, x1, y1 } = reducedSpan(span, level);
        gl.pixelStorei(gl.UNPACK_ROW_LENGTH, store.blockSide >> level);
        // Without it, a slice would be thought to end with the rows that are uploaded, however many
        // are skipped.
        gl.pixelStorei(gl.UNPACK_IMAGE_HEIGHT, store.blockSide >> level);
        gl.pixelStorei(gl.UNPACK_SKIP_PIXELS, x0);
        gl.pixelStorei(gl.UNPACK_SKIP_ROWS, y0);
        gl.texSubImage3D(
          gl.TEXTURE_2D_ARRAY,
          level,
          x0,
          y0,
          block,
          x1 - x0,
          y1 - y0,
          1,
          gl.RGBA,
          gl.UNSIGNED_BYTE,
          plane,
        );
      }
    }
    for (const name of [
      gl.UNPACK_ROW_LENGTH,
      gl.UNPACK_IMAGE_HEIGHT,
      gl.UNPACK_SKIP_PIXELS,
      gl.UNPACK_SKIP_ROWS,
    ])
      gl.pixelStorei(name, 0);
  }
}

/** One change a block: many small tiles cost as many uploads otherwise. */
function joined(changes: readonly Change[]): readonly Change[] {
  const blocks = new Map<number, Change>();
  for (const change of changes) {
    const before = blocks.get(change.block)?.span;
    const { span } = change;
    blocks.set(change.block, {
      block: change.block,
      span: before
        ? {
            x0: Math.min(before.x0, span.x0),
            y0: Math.min(before.y0, span.y0),
            x1: Math.max(before.x1, span.x1),
            y1: Math.max(before.y1, span.y1),
          }
        : span,
    });
  }
  return [...blocks.values()];
}
