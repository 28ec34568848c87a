import type { ExactPicture } from './exactPicture';
import type { Job, Side } from './frame';
import type { LayerSet } from './layerSet';
import type { Scene } from './scene';
import type { RenderState } from './state';

/**
 * What a drawn part depends on; two equal lists of plain values and objects mean the same pixels.
 */
type Key = readonly unknown[];

/**
 * The parts of the last frame. While a dial moves, the side it does not move (the original, or A)
 * is drawn once: half the work of a frame with a divider or with two panes.
 */
export class DrawnParts {
  private last: readonly { readonly key: Key; readonly image: ImageData }[] = [];
  private next: { readonly key: Key; readonly image: ImageData }[] = [];

  /** The pixels of a job: the last frame's if they are the same, else those that `render` makes. */
  take(scene: Scene, state: RenderState, job: Job, render: () => ImageData): ImageData {
    const key = keyOf(scene, state, job);
    const image = this.last.find((part) => sameKey(part.key, key))?.image ?? render();
    this.next.push({ key, image });
    return image;
  }

  /** Forgets what the frame that ends here did not use. */
  endFrame(): void {
    this.last = this.next;
    this.next = [];
  }

  clear(): void {
    this.last = [];
    this.next = [];
  }
}

function keyOf(
  scene: Scene,
  { theme, checkerboard, pixelRatio }: RenderState,
  { kind, clip, x, y, zoom, side, against }: Job,
): Key {
  const place = [
    kind,
    clip.x,
    clip.y,
    clip.width,
    clip.height,
    x,
    y,
    zoom,
    theme,
    checkerboard,
    pixelRatio,
  ];
  // The original shows through wherever a side is not complete.
  const pictures = [
    scene.original,
    scene.original.revision,
    scene.result,
    scene.result.store.revision,
    ...sideKey(side),
  ];
  return [...place, ...pictures, ...(kind === 'difference' ? sideKey(against) : [])];
}

function sideKey(side: Side): Key {
  if (side.kind === 'original') return ['original'];
  const { layers, guidance, exact, dim } = side;
  return [
    'layers',
    layers,
    revisionOf(layers),
    layers.hasAlpha,
    guidance.pixel,
    guidance.semantic,
    exact,
    revisionOf(exact),
    dim,
  ];
}

const revisionOf = (picture: LayerSet | ExactPicture | undefined): number =>
  picture?.store.revision ?? 0;

const sameKey = (a: Key, b: Key): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);
