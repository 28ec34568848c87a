import { setAttribute } from './dom';

/**
 * Buttons of which one is chosen: arrow keys, Home and End move and choose, Tab enters at the
 * chosen one.
 */
export class RadioGroup {
  readonly buttons: readonly HTMLButtonElement[];

  constructor(
    group: HTMLElement,
    private readonly valueOf: (button: HTMLButtonElement) => string,
    private readonly choose: (value: string) => void,
  ) {
    this.buttons = Array.from(group.querySelectorAll<HTMLButtonElement>('[role=radio]'));
    for (const button of this.buttons)
      button.addEventListener('click', () => choose(valueOf(button)));
    group.addEventListener('keydown', (event) => this.move(event));
  }

  /** `chosen` may be no button's value: then the first one that can be used takes Tab. */
  render(chosen: string | undefined): void {
    const usable = this.buttons.filter(({ disabled }) => !disabled);
    const entry = usable.find((button) => this.valueOf(button) === chosen) ?? usable[0];
    for (const button of this.buttons) {
      setAttribute(button, 'aria-checked', this.valueOf(button) === chosen);
      button.tabIndex = button === entry ? 0 : -1;
    }
  }

  private move(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const usable = this.buttons.filter(({ disabled, hidden }) => !disabled && !hidden);
    const at = usable.findIndex((button) => button === document.activeElement);
    const to = {
      ArrowRight: at + 1,
      ArrowDown: at + 1,
      ArrowLeft: at - 1,
      ArrowUp: at - 1,
      Home: 0,
      End: usable.length - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = usable[(to + usable.length) % usable.length];
    if (!next) return;
    next.focus();
    this.choose(this.valueOf(next));
  }
}
