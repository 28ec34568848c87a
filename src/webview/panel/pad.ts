import { GUIDANCE_RANGE, type Guidance } from '../../shared/guidance';
import { find } from '../find';
import type { PanelActions } from './actions';
import { keyStep, LARGE_STEP } from './dialSteps';
import { setAttribute, setVariables } from './dom';
import { onDrag } from './drag';
import { PadZone } from './padZone';
import type { PanelView } from './panelView';
import { dialText, fill } from './text';

/** Near these steps the pad snaps, unless Alt is down. */
const SNAP_STEP = 0.5;
const SNAP_DISTANCE = 0.03;

/** Both dials at once. The sliders below are the precise way. */
export class Pad {
  private readonly element = find(document, '#pad', HTMLElement);
  private readonly ring = find(this.element, '.ring', HTMLElement);
  private readonly mark = find(document, '#padMark', HTMLElement);
  private readonly zone = new PadZone();

  /** `current`: as of now, not of the last frame, for several events may come between two. */
  constructor(
    private readonly actions: PanelActions,
    private readonly current: () => PanelView,
  ) {
    const { element } = this;
    onDrag(element, {
      start: () => actions.beginGesture(),
      move: (event) => this.moveTo(event),
      end: () => actions.endGesture(),
    });
    element.addEventListener('dblclick', () => actions.setGuidance(current().defaults));
    element.addEventListener('keydown', (event) => this.press(event));
    element.addEventListener('keyup', () => actions.endGesture());
    element.addEventListener('blur', () => actions.endGesture());
  }

  render(view: PanelView): void {
    const { guidance, branches, state, run, strings } = view;
    const both = branches.includes('semantic') && branches.includes('pixel');
    this.element.classList.toggle('one-dial', !both);
    const values = [guidance.pixel, guidance.semantic].map(dialText);
    setAttribute(this.element, 'aria-label', both ? strings.pad : strings.padOneDial);
    setAttribute(this.element, 'aria-valuenow', dialText(guidance.pixel));
    setAttribute(
      this.element,
      'aria-valuetext',
      fill(both ? strings.padValue : strings.padValueOneDial, ...values),
    );
    setVariables(this.element, placeOf(guidance));
    setVariables(this.ring, placeOf(view.defaults));
    this.mark.hidden = state.pinned === undefined;
    if (state.pinned) setVariables(this.mark, placeOf(state.pinned.guidance));
    this.zone.render(run.preview?.figures, both);
  }

  private moveTo({ clientX, clientY, altKey }: PointerEvent): void {
    const { left, bottom, width, height } = this.element.getBoundingClientRect();
    const snap = (value: number): number => {
      const near = Math.round(value / SNAP_STEP) * SNAP_STEP;
      return !altKey && Math.abs(value - near) < SNAP_DISTANCE ? near : value;
    };
    this.set({
      pixel: snap(((clientX - left) / width) * GUIDANCE_RANGE.maximum),
      semantic: snap(((bottom - clientY) / height) * GUIDANCE_RANGE.maximum),
    });
  }

  private press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey) return;
    const { state, defaults } = this.current();
    const next = nextPoint(event, state.guidance, defaults);
    if (!next) return;
    event.preventDefault();
    // A key that is held is one step of the history.
    if (!event.repeat) this.actions.endGesture();
    this.actions.beginGesture();
    this.set(next);
  }

  /** A dial that the model lacks keeps its value for models that have it. */
  private set(wanted: Guidance): void {
    const { branches, state } = this.current();
    this.actions.setGuidance({
      pixel: branches.includes('pixel') ? wanted.pixel : state.guidance.pixel,
      semantic: branches.includes('semantic') ? wanted.semantic : state.guidance.semantic,
    });
  }
}

/** Up to the pad's corners: End is the far one, Home the default. */
function nextPoint(
  event: KeyboardEvent,
  { pixel, semantic }: Guidance,
  defaults: Guidance,
): Guidance | undefined {
  const step = keyStep(event);
  const { maximum } = GUIDANCE_RANGE;
  return {
    ArrowLeft: { pixel: pixel - step, semantic },
    ArrowRight: { pixel: pixel + step, semantic },
    ArrowDown: { pixel, semantic: semantic - step },
    ArrowUp: { pixel, semantic: semantic + step },
    PageDown: { pixel, semantic: semantic - LARGE_STEP },
    PageUp: { pixel, semantic: semantic + LARGE_STEP },
    Home: defaults,
    End: { pixel: maximum, semantic: maximum },
  }[event.key];
}

/** Where a guidance lies on the pad. */
const placeOf = ({ pixel, semantic }: Guidance): Record<'--x' | '--y', string> => ({
  '--x': percent(pixel),
  '--y': percent(semantic),
});

const percent = (value: number): string => `${(value / GUIDANCE_RANGE.maximum) * 100}%`;
