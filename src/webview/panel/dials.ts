import { clampDial, GUIDANCE_RANGE, type Branch } from '../../shared/guidance';
import { find } from '../find';
import type { PanelActions } from './actions';
import { setAttribute, setText, setVariables } from './dom';
import type { PanelView } from './panelView';
import { FINE_STEP, keyStep, LARGE_STEP, toStep } from './dialSteps';
import { dialText } from './text';

/** A slider and its number. */
export class Dial {
  private readonly element: HTMLElement;
  private readonly slider: HTMLInputElement;
  private readonly number: HTMLInputElement;
  private readonly missing: HTMLElement;

  constructor(
    private readonly branch: Branch,
    private readonly actions: PanelActions,
    private readonly current: () => PanelView,
  ) {
    this.element = find(document, `#${branch}Dial`, HTMLElement);
    this.slider = find(document, `#${branch}Slider`, HTMLInputElement);
    this.number = find(document, `#${branch}Number`, HTMLInputElement);
    this.missing = find(document, `#${branch}Missing`, HTMLElement);
    this.listenTo(this.slider, toStep);
    this.listenTo(this.number, (value) => value);
    this.slider.addEventListener('dblclick', () => this.set(current().defaults[branch]));
    this.slider.addEventListener('keydown', (event) => this.press(event));
    for (const type of ['keyup', 'blur'] as const)
      this.slider.addEventListener(type, () => this.actions.endGesture());
    this.number.addEventListener('blur', () => this.showNumber());
  }

  render(view: PanelView): void {
    const { branches, squares, strings } = view;
    const has = branches.includes(this.branch);
    const value = this.value;
    this.element.classList.toggle('off', !has);
    this.missing.hidden = has;
    setText(
      this.missing,
      squares ? strings.noDials : branches.length === 1 ? strings.oneDial : strings.dialMissing,
    );
    for (const input of [this.slider, this.number]) input.disabled = !has;
    // A value between the steps, typed or from the pad, is shown where it is.
    setAttribute(this.slider, 'step', toStep(value) === value ? GUIDANCE_RANGE.step : FINE_STEP);
    if (this.slider.value !== String(value)) this.slider.value = String(value);
    setVariables(this.slider, { '--share': String(value / GUIDANCE_RANGE.maximum) });
    setAttribute(this.slider, 'aria-valuetext', dialText(value));
    // What is being typed stays as it is: "1." and "1.5" on the way to "1.50".
    const typed = document.activeElement === this.number ? this.number.valueAsNumber : undefined;
    if (typed === undefined || (!Number.isNaN(typed) && typed !== value)) this.showNumber();
  }

  private get value(): number {
    return this.current().guidance[this.branch];
  }

  /** From the first input to the change is one gesture: a drag, or typing. */
  private listenTo(input: HTMLInputElement, settle: (value: number) => number): void {
    input.addEventListener('input', () => {
      const wanted = input.valueAsNumber;
      if (!Number.isFinite(wanted)) return;
      this.actions.beginGesture();
      this.set(clampDial(settle(wanted), this.value));
    });
    input.addEventListener('change', () => {
      this.actions.endGesture();
      this.showNumber();
    });
  }

  /**
   * Keys go by the dial's own steps, whatever lies between them: 0.05, with Shift or Page 0.25,
   * with Alt 0.01.
   */
  private press(event: KeyboardEvent): void {
    const next = nextDial(event, this.value);
    if (next === undefined) return;
    event.preventDefault();
    // A key that is held is one step of the history.
    if (!event.repeat) this.actions.endGesture();
    this.actions.beginGesture();
    this.set(next);
  }

  private set(value: number): void {
    this.actions.setGuidance({ ...this.current().state.guidance, [this.branch]: value });
  }

  private showNumber(): void {
    const text = dialText(this.value);
    if (this.number.value !== text) this.number.value = text;
  }
}

function nextDial(event: KeyboardEvent, now: number): number | undefined {
  if (event.ctrlKey || event.metaKey) return undefined;
  const step = keyStep(event);
  const { minimum, maximum } = GUIDANCE_RANGE;
  const next = {
    ArrowLeft: now - step,
    ArrowDown: now - step,
    ArrowRight: now + step,
    ArrowUp: now + step,
    PageDown: now - LARGE_STEP,
    PageUp: now + LARGE_STEP,
    Home: minimum,
    End: maximum,
  }[event.key];
  return next === undefined ? undefined : clampDial(next, now);
}
