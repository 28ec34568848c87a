import type { Rect } from '../../shared/geometry';
import { find } from '../find';
import { FIT, zoomTo, type Frame, type View } from '../viewTransform';
import type { PanelActions } from './actions';
import { DividerControl } from './dividerControl';
import { setAttribute, setText } from './dom';
import { Legend } from './legend';
import { Loupe } from './loupe';
import type { PanelView } from './panelView';
import { StageInput } from './stageInput';
import { place, seenPart, type Placed } from './stagePlacing';
import type { StageRenderer } from './stageRenderer';
import { Tags } from './tags';
import { fill } from './text';

/** The picture and what lies on it. It knows where things are; the renderer only draws. */
export class Stage {
  readonly element = find(document, '#stage', HTMLElement);
  /** Around the canvas, in whose place the renderer may put another. */
  private readonly surface = find(document, '#surface', HTMLElement);
  private readonly problem = find(document, '#problem', HTMLElement);
  private readonly divider: DividerControl;
  private readonly tags = new Tags();
  private readonly legend = new Legend();
  private readonly loupe: Loupe;
  private placed: Placed | undefined;

  constructor(
    private readonly renderer: StageRenderer,
    actions: PanelActions,
    /** As of now, not of the last frame: several events may come between two. */
    private readonly current: () => PanelView,
    private readonly onViewChange: (view: View) => void,
    onResize: () => void,
  ) {
    this.divider = new DividerControl(this.element, actions, () => current().state.divider);
    this.loupe = new Loupe(this.element, renderer);
    new StageInput(this.element, this.surface, actions, {
      change: (next) => this.change(next),
      current,
      paneCorner: (point) => this.paneCorner(point),
    });
    new ResizeObserver(onResize).observe(this.element);
    onPixelRatioChange(onResize);
  }

  /** Where the picture lies now. */
  get place(): Placed | undefined {
    return this.placed;
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

  render(view: PanelView): void {
    this.placed = this.placeNow(view);
    setAttribute(
      this.surface,
      'aria-label',
      fill(view.strings.picturePreview, view.run.init?.original.fileName ?? ''),
    );
    setText(this.problem, view.run.problem);
    this.surface.hidden = view.run.problem !== '';
    this.divider.render(view, this.placed);
    this.tags.render(view, this.placed);
    this.legend.render(view, this.renderer.legend());
    if (this.placed) this.draw(view, this.placed);
    this.loupe.render(view, this.placed);
  }

  private placeNow(view: PanelView): Placed | undefined {
    const { clientWidth: width, clientHeight: height } = this.element;
    return place(view, { width, height }, devicePixelRatio);
  }

  private draw(
    { mode, guidance, state, run, comparesWithA }: PanelView,
    { placing }: Placed,
  ): void {
    this.renderer.show({
      ...placing,
      mode,
      guidance,
      divider: state.divider,
      held: run.held,
      originalPixels: state.originalPixels,
      compareWith: comparesWithA ? 'A' : 'original',
      checkerboard: state.checkerboard,
      workingTile:
        run.phase === 'loading' || run.filling ? (run.progress?.next ?? undefined) : undefined,
    });
  }

  /**
   * The corner of the pane under a point: both panes have one size, so one place means the same in
   * both.
   */
  private paneCorner({ x, y }: { x: number; y: number }): { x: number; y: number } {
    const panes = this.placed?.placing.panes ?? [];
    const pane = panes.find(
      (box) => x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height,
    );
    return pane ?? { x: 0, y: 0 };
  }
}

/** Also where the window moves to a screen with other pixels, which resizes nothing. */
function onPixelRatioChange(listener: () => void): void {
  const changed = (): void => {
    listener();
    onPixelRatioChange(listener);
  };
  window
    .matchMedia(`(resolution: ${devicePixelRatio}dppx)`)
    .addEventListener('change', changed, { once: true });
}
