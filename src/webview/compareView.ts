import type { ComparePictures } from '../shared/webviewProtocol';
import { find } from './find';
import { Pane } from './pane';
import { FIT, pan, PIXELATED_FROM, placePicture, zoomOf, zoomStep, zoomTo, type Frame, type Point, type View } from './viewTransform';

/** A notch of a wheel is about 100; a pinch on a touchpad sends small steps with the Ctrl key down. */
const WHEEL_SPEED = 1 / 400;
const PINCH_SPEED = 1 / 100;
const WHEEL_LINE_PX = 33;
const ARROW_STEP_PX = 48;

/** The two pictures side by side: one view, drawn twice. */
export class CompareView {
  private readonly stage = find(document, '#stage', HTMLElement);
  private readonly original = new Pane(find(document, '#original', HTMLElement), () => this.draw());
  private readonly result = new Pane(find(document, '#result', HTMLElement), () => this.draw());
  private readonly zoomValue = find(document, '#zoomValue', HTMLOutputElement);
  private readonly fitButton = find(document, '#zoomFit', HTMLButtonElement);
  private readonly actualButton = find(document, '#zoomActual', HTMLButtonElement);

  constructor(
    private view: View,
    private readonly onViewChange: (view: View) => void,
  ) {
    this.listenToButtons();
    this.listenToKeys();
    this.listenToWheel();
    this.listenToDrag();
    new ResizeObserver(() => this.draw()).observe(this.stage);
  }

  show({ original, result }: ComparePictures): void {
    this.original.show(original);
    this.result.show(result);
    this.draw();
  }

  /** Undefined until a picture's size is known. The original is stretched to the result's size. */
  private frame(): Frame | undefined {
    const picture = this.result.size ?? this.original.size;
    const { clientWidth: width, clientHeight: height } = this.result.element;
    return picture && width > 0 && height > 0 ? { picture, pane: { width, height }, pixelRatio: devicePixelRatio } : undefined;
  }

  private change(next: (frame: Frame) => View): void {
    const frame = this.frame();
    if (!frame) return;
    this.view = next(frame);
    this.onViewChange(this.view);
    this.draw();
  }

  private draw(): void {
    const frame = this.frame();
    if (!frame) return;
    const zoom = zoomOf(this.view, frame);
    const place = placePicture(this.view, frame);
    for (const pane of [this.original, this.result]) pane.place(place, zoom >= PIXELATED_FROM);
    this.zoomValue.textContent = `${Math.round(zoom * 100)} %`;
    this.fitButton.setAttribute('aria-pressed', String(this.view.zoom === 'fit'));
    this.actualButton.setAttribute('aria-pressed', String(this.view.zoom === 1));
  }

  private listenToButtons(): void {
    const onClick = (selector: string, next: (frame: Frame) => View): void =>
      find(document, selector, HTMLButtonElement).addEventListener('click', () => this.change(next));
    onClick('#zoomOut', (frame) => zoomStep(this.view, -1, frame));
    onClick('#zoomIn', (frame) => zoomStep(this.view, 1, frame));
    onClick('#zoomFit', () => FIT);
    onClick('#zoomActual', (frame) => zoomTo(this.view, 1, frame));
  }

  private listenToKeys(): void {
    window.addEventListener('keydown', (event) => {
      // Those belong to the editor.
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const next = this.viewForKey(event.key);
      if (!next) return;
      event.preventDefault();
      this.change(next);
    });
  }

  private viewForKey(key: string): ((frame: Frame) => View) | undefined {
    const move = (x: number, y: number) => (frame: Frame) => pan(this.view, { x: x * ARROW_STEP_PX, y: y * ARROW_STEP_PX }, frame);
    switch (key) {
      case '+':
      case '=':
        return (frame) => zoomStep(this.view, 1, frame);
      case '-':
      case '−':
        return (frame) => zoomStep(this.view, -1, frame);
      case '0':
        return () => FIT;
      case '1':
        return (frame) => zoomTo(this.view, 1, frame);
      case 'ArrowLeft':
        return move(1, 0);
      case 'ArrowRight':
        return move(-1, 0);
      case 'ArrowUp':
        return move(0, 1);
      case 'ArrowDown':
        return move(0, -1);
      default:
        return undefined;
    }
  }

  private listenToWheel(): void {
    this.stage.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault();
        const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * WHEEL_LINE_PX : event.deltaY;
        const factor = Math.exp(-pixels * (event.ctrlKey ? PINCH_SPEED : WHEEL_SPEED));
        this.change((frame) => zoomTo(this.view, zoomOf(this.view, frame) * factor, frame, this.pointIn(event)));
      },
      { passive: false },
    );
  }

  private listenToDrag(): void {
    let last: Point | undefined;
    this.stage.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      this.stage.setPointerCapture(event.pointerId);
      this.stage.classList.add('panning');
      last = { x: event.clientX, y: event.clientY };
    });
    this.stage.addEventListener('pointermove', (event) => {
      if (!last) return;
      const by = { x: event.clientX - last.x, y: event.clientY - last.y };
      last = { x: event.clientX, y: event.clientY };
      this.change((frame) => pan(this.view, by, frame));
    });
    const end = (): void => {
      last = undefined;
      this.stage.classList.remove('panning');
    };
    this.stage.addEventListener('pointerup', end);
    this.stage.addEventListener('pointercancel', end);
  }

  /** The pointer's place in the pane that it is over. Both panes have the same size, so one place means the same in both. */
  private pointIn(event: MouseEvent): Point {
    const panes = [this.original, this.result].map((pane) => pane.element.getBoundingClientRect());
    const box = panes.find(({ left, right, top, bottom }) => event.clientX >= left && event.clientX < right && event.clientY >= top && event.clientY < bottom);
    const { left, top } = box ?? this.stage.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }
}
