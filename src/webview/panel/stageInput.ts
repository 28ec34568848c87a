import { FIT, pan, zoomOf, zoomTo, type Frame, type Point, type View } from '../viewTransform';
import type { PanelActions } from './actions';
import { onDrag } from './drag';
import type { PanelView } from './panelView';

/**
 * A notch of a wheel is about 100; a pinch on a touchpad sends small steps with the Ctrl key down.
 */
const WHEEL_SPEED = 1 / 300;
const PINCH_SPEED = 1 / 100;
const PINCH_BELOW = 50;
const WHEEL_LINE_PX = 33;
const ARROW_STEP_PX = 48;

type Target = {
  readonly change: (next: (view: View, frame: Frame) => View) => void;
  readonly current: () => PanelView;
  readonly paneCorner: (point: Point) => Point;
};

const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: ARROW_STEP_PX, y: 0 },
  ArrowRight: { x: -ARROW_STEP_PX, y: 0 },
  ArrowUp: { x: 0, y: ARROW_STEP_PX },
  ArrowDown: { x: 0, y: -ARROW_STEP_PX },
};

/** Parts of the pane's height. */
const PAGES: Readonly<Record<string, number>> = { PageUp: 0.9, PageDown: -0.9 };

type Elements = {
  readonly stage: HTMLElement;
  readonly surface: HTMLElement;
  /** Ends the listening. */
  readonly signal: AbortSignal;
};

/**
 * Moves and enlarges the picture by mouse, wheel and keys, and shows the comparison while it is
 * pressed in that mode.
 */
export function listenToStage(
  { stage, surface, signal }: Elements,
  actions: PanelActions,
  target: Target,
): void {
  const input = new StageInput(stage, surface, actions, target);
  stage.addEventListener('wheel', (event) => input.turn(event), { passive: false, signal });
  surface.addEventListener('dblclick', (event) => input.toggleFit(event), { signal });
  stage.addEventListener('keydown', (event) => input.press(event), { signal });
  input.listenToDrag();
}

class StageInput {
  constructor(
    private readonly stage: HTMLElement,
    private readonly surface: HTMLElement,
    private readonly actions: PanelActions,
    private readonly target: Target,
  ) {}

  listenToDrag(): void {
    let last: Point | undefined;
    onDrag(this.surface, {
      start: () => {
        if (this.holds) this.actions.hold(true);
        else this.stage.classList.add('panning');
      },
      move: ({ clientX: x, clientY: y }) => {
        const by = last && { x: x - last.x, y: y - last.y };
        last = { x, y };
        if (by && !this.target.current().run.held)
          this.target.change((view, frame) => pan(view, by, frame));
      },
      end: () => {
        last = undefined;
        this.stage.classList.remove('panning');
        this.actions.hold(false);
      },
    });
  }

  /** Whether pressing shows the comparison instead of moving the picture. */
  private get holds(): boolean {
    const { mode, done } = this.target.current();
    return mode === 'hold' && done;
  }

  /**
   * As VS Code's own picture preview: a wheel or two fingers move the picture, with Ctrl (or ⌘, or
   * Alt on a Mac) they enlarge it, as a pinch does, which is sent with Ctrl.
   */
  turn(event: WheelEvent): void {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? WHEEL_LINE_PX : 1;
    if (!event.ctrlKey && !event.metaKey && !event.altKey) {
      // Some systems turn a wheel sideways themselves while Shift is down.
      const sideways = event.shiftKey && event.deltaX === 0;
      const [x, y] = sideways ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
      this.target.change((view, frame) => pan(view, { x: -x * unit, y: -y * unit }, frame));
      return;
    }
    const pixels = event.deltaY * unit;
    const speed = event.ctrlKey && Math.abs(pixels) < PINCH_BELOW ? PINCH_SPEED : WHEEL_SPEED;
    const factor = Math.exp(-pixels * speed);
    this.target.change((view, frame) =>
      zoomTo(view, zoomOf(view, frame) * factor, frame, this.pointIn(event)),
    );
  }

  toggleFit(event: MouseEvent): void {
    if (this.holds) return;
    this.target.change((view, frame) =>
      view.zoom === 'fit' ? zoomTo(view, 1, frame, this.pointIn(event)) : FIT,
    );
  }

  press(event: KeyboardEvent): void {
    if (event.target !== this.stage || event.ctrlKey || event.metaKey || event.altKey) return;
    const by = ARROWS[event.key];
    const pages = PAGES[event.key];
    if (!by && pages === undefined) return;
    event.preventDefault();
    this.target.change((view, frame) =>
      pan(view, by ?? { x: 0, y: (pages ?? 0) * frame.pane.height }, frame),
    );
  }

  /** The pointer's place in the pane that it is over. */
  private pointIn(event: MouseEvent): Point {
    const { left, top } = this.stage.getBoundingClientRect();
    const point = { x: event.clientX - left, y: event.clientY - top };
    const corner = this.target.paneCorner(point);
    return { x: point.x - corner.x, y: point.y - corner.y };
  }
}
