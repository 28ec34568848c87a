import { find } from '../find';
import type { Rgba } from '../render/pixel';
import type { Point } from '../viewTransform';
import { setText, setVariables } from './dom';
import type { PanelView } from './panelView';
import type { Placed } from './stagePlacing';
import type { StageRenderer } from './stageRenderer';
import { sideNames } from './tags';
import { fill } from './text';

/** From the pointer, in CSS pixels. */
const DISTANCE = 20;

/** Both pictures' pixels around the pointer, with the values of the one under it. */
export class Loupe {
  private readonly box = find(document, '#loupeBox', HTMLElement);
  private readonly at = find(document, '#loupeAt', HTMLElement);
  private readonly sides = (['compare', 'result'] as const).map((which) => {
    const side = find(this.box, `[data-side=${which}]`, HTMLElement);
    return {
      which,
      canvas: find(side, 'canvas', HTMLCanvasElement),
      name: find(side, 'b', HTMLElement),
      value: find(side, 'output', HTMLOutputElement),
    };
  });
  private pointer: Point | undefined;
  private middle: Point | undefined;
  private view: PanelView | undefined;

  constructor(
    private readonly stage: HTMLElement,
    private readonly renderer: StageRenderer,
  ) {
    stage.addEventListener('pointermove', ({ clientX, clientY }) => {
      const { left, top } = stage.getBoundingClientRect();
      this.pointer = { x: clientX - left, y: clientY - top };
      this.show();
    });
    stage.addEventListener('pointerleave', () => {
      this.pointer = undefined;
      this.show();
    });
    for (const type of ['focus', 'blur'] as const) stage.addEventListener(type, () => this.show());
  }

  /**
   * Also follows the keyboard: without a pointer it reads the middle of what is seen, while the
   * stage has the focus.
   */
  render(view: PanelView, placed: Placed | undefined): void {
    this.view = view;
    const [seen] = placed?.seen ?? [];
    this.middle = seen && { x: seen.x + seen.width / 2, y: seen.y + seen.height / 2 };
    this.show();
  }

  private show(): void {
    const { view } = this;
    const pointer =
      this.pointer ?? (this.stage.matches(':focus-visible') ? this.middle : undefined);
    const wanted =
      view?.state.loupe === true &&
      view.run.notice === undefined &&
      !this.stage.classList.contains('panning');
    const reading = wanted && pointer ? this.renderer.pixelAt(pointer) : undefined;
    this.box.hidden = !reading;
    if (!reading || !view || !pointer) return;
    const names = sideNames(view);
    setText(this.at, fill(view.strings.pixelAt, reading.x, reading.y));
    for (const { which, canvas, name, value } of this.sides) {
      this.renderer.drawLoupe(canvas, pointer, which);
      setText(name, names[which]);
      setText(value, valueText(reading[which]));
    }
    const { clientWidth, clientHeight } = this.stage;
    const beside = (place: number, size: number, room: number): number =>
      place + DISTANCE + size < room ? place + DISTANCE : Math.max(0, place - DISTANCE - size);
    setVariables(this.box, {
      '--x': `${beside(pointer.x, this.box.offsetWidth, clientWidth)}px`,
      '--y': `${beside(pointer.y, this.box.offsetHeight, clientHeight)}px`,
    });
  }
}

/** Alpha is named only where it says something. */
const valueText = (pixel: Rgba | undefined): string =>
  pixel ? pixel.slice(0, pixel[3] === 255 ? 3 : 4).join(' ') : '–';
