import type { Guidance } from '../../shared/guidance';
import { historyOf, push, redo, replace, undo, type History } from './history';
import { roundGuidance, sameGuidance, type PanelState } from './panelState';

/** A guidance, and whether it is the one chosen for the picture. */
type Step = { readonly guidance: Guidance; readonly auto: boolean };

/** Holds the one immutable state. Guidance has an undo history, in which a gesture is one step. */
export class PanelStore {
  private steps: History<Step>;
  /** Whether the gesture that goes on has its step already; undefined without one. */
  private gesture: 'begun' | 'stepped' | undefined;

  constructor(
    private current: PanelState,
    private readonly onChange: () => void,
  ) {
    this.steps = historyOf({ guidance: current.guidance, auto: current.auto });
  }

  get state(): PanelState {
    return this.current;
  }

  get canUndo(): boolean {
    return this.steps.past.length > 0;
  }

  get canRedo(): boolean {
    return this.steps.future.length > 0;
  }

  /** Changes anything but the guidance. */
  update(patch: Partial<Omit<PanelState, 'guidance' | 'auto'>>): void {
    this.set({ ...this.current, ...patch });
  }

  /** Starts anew, without a history. */
  reset(state: PanelState): void {
    this.steps = historyOf({ guidance: state.guidance, auto: state.auto });
    this.gesture = undefined;
    this.set(state);
  }

  setGuidance(wanted: Guidance, auto = false): void {
    const guidance = roundGuidance(wanted);
    const { present } = this.steps;
    if (sameGuidance(guidance, present.guidance) && auto === present.auto) return;
    this.steps =
      this.gesture === 'stepped'
        ? replace(this.steps, { guidance, auto })
        : push(this.steps, { guidance, auto });
    if (this.gesture) this.gesture = 'stepped';
    this.show();
  }

  /** What follows until `endGesture` is one step. */
  beginGesture(): void {
    this.gesture ??= 'begun';
  }

  endGesture(): void {
    this.gesture = undefined;
  }

  undo(): void {
    this.endGesture();
    this.steps = undo(this.steps);
    this.show();
  }

  redo(): void {
    this.endGesture();
    this.steps = redo(this.steps);
    this.show();
  }

  private show(): void {
    this.set({ ...this.current, ...this.steps.present });
  }

  private set(state: PanelState): void {
    this.current = state;
    this.onChange();
  }
}
