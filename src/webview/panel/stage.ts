import type { Rect, Size } from '../../shared/geometry';
import { find } from '../find';
import { FIT, zoomTo, type Frame, type Point, type View } from '../viewTransform';
import type { PanelActions } from './actions';
import { SHOWN_AS_IT_IS, type PanelView } from './panelView';
import { listenToStage } from './stageInput';
import { place, seenPart, type Placed } from './stagePlacing';
import type { StageRenderer } from './stageRenderer';

type PointerListener = (point: Point | undefined) => void;

/** Where the picture lies and what of it is seen. It knows where things are; the renderer draws. */
export class Stage {
  private element: HTMLElement | undefined;
  private placed: Placed | undefined;
  private readonly pointerListeners = new Set<PointerListener>();

  constructor(
    readonly renderer: StageRenderer,
    /** Holds the renderer's canvas until the page is there. */
    readonly canvasHolder: DocumentFragment,
    private readonly actions: PanelActions,
    /** As of now, not of the last frame: several events may come between two. */
    private readonly current: () => PanelView,
    private readonly onViewChange: (view: View) => void,
    private readonly onResize: () => void,
  ) {}

  /** Takes the element in which the picture lies. Gives what ends that. */
  attach(element: HTMLElement): () => void {
    this.element = element;
    const listening = new AbortController();
    const { signal } = listening;
    listenToStage(
      { stage: element, surface: find(element, '#surface', HTMLElement), signal },
      this.actions,
      {
        change: (next) => this.change(next),
        current: this.current,
        paneCorner: (point) => this.paneCorner(point),
      },
    );
    const tell = (point: Point | undefined): void => {
      for (const listener of this.pointerListeners) listener(point);
    };
    element.addEventListener('pointermove', (event) => tell(this.pointIn(event)), { signal });
    element.addEventListener('pointerleave', () => tell(undefined), { signal });
    for (const type of ['focus', 'blur'] as const)
      element.addEventListener(type, this.onResize, { signal });
    const sizes = new ResizeObserver(this.onResize);
    sizes.observe(element);
    onPixelRatioChange(this.onResize, signal);
    this.onResize();
    return () => {
      listening.abort();
      sizes.disconnect();
      this.element = undefined;
    };
  }

  /** Where the picture lies now. */
  get place(): Placed | undefined {
    return this.placed;
  }

  /** In CSS pixels. */
  get size(): Size {
    return { width: this.element?.clientWidth ?? 0, height: this.element?.clientHeight ?? 0 };
  }

  /** The left edge, in CSS pixels of the page. */
  get left(): number {
    return this.element?.getBoundingClientRect().left ?? 0;
  }

  /** Whether the picture is being dragged. */
  get isPanning(): boolean {
    return this.element?.classList.contains('panning') === true;
  }

  /** Whether somebody who uses the keyboard is here. */
  get hasKeyboard(): boolean {
    return this.element?.matches(':focus-visible') === true;
  }

  focus(): void {
    this.element?.focus();
  }

  /** Tells where on the stage the pointer is, undefined beside it. Gives what ends that. */
  onPointer(listener: PointerListener): () => void {
    this.pointerListeners.add(listener);
    return () => void this.pointerListeners.delete(listener);
  }

  /**
   * The part of the result that is seen, in its pixels, also before it is drawn; undefined until
   * its size is known.
   */
  seen(): Rect | undefined {
    const placed = this.placeNow(this.current());
    return placed && seenPart(placed);
  }

  /** Changes what part of the picture is seen. */
  change(next: (view: View, frame: Frame) => View): void {
    if (this.placed) this.onViewChange(next(this.current().state.view, this.placed.frame));
  }

  fit(): void {
    this.change(() => FIT);
  }

  actualPixels(): void {
    this.change((view, frame) => zoomTo(view, 1, frame));
  }

  /** Where the picture lies in a frame; from then on that is its place. */
  placeFor(view: PanelView): Placed | undefined {
    this.placed = this.placeNow(view);
    return this.placed;
  }

  draw(
    { mode, guidance, state, run, comparesWithA, originalPixels }: PanelView,
    { placing }: Placed,
  ): void {
    this.renderer.show({
      ...placing,
      mode,
      guidance: run.standIn ? SHOWN_AS_IT_IS : guidance,
      divider: state.divider,
      held: run.held,
      originalPixels,
      compareWith: comparesWithA ? 'A' : 'original',
      checkerboard: state.checkerboard,
      workingTile:
        !run.standIn && (run.phase === 'loading' || run.filling)
          ? (run.progress?.next ?? undefined)
          : undefined,
    });
  }

  private placeNow(view: PanelView): Placed | undefined {
    return place(view, this.size, devicePixelRatio);
  }

  private pointIn({ clientX, clientY }: MouseEvent): Point {
    const { left = 0, top = 0 } = this.element?.getBoundingClientRect() ?? {};
    return { x: clientX - left, y: clientY - top };
  }

  /**
   * The corner of the pane under a point: both panes have one size, so one place means the same in
   * both.
   */
  private paneCorner({ x, y }: Point): Point {
    const panes = this.placed?.placing.panes ?? [];
    const pane = panes.find(
      (box) => x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height,
    );
    return pane ?? { x: 0, y: 0 };
  }
}

/** Also where the window moves to a screen with other pixels, which resizes nothing. */
function onPixelRatioChange(listener: () => void, signal: AbortSignal): void {
  const changed = (): void => {
    listener();
    onPixelRatioChange(listener, signal);
  };
  window
    .matchMedia(`(resolution: ${devicePixelRatio}dppx)`)
    .addEventListener('change', changed, { once: true, signal });
}
