/** A menu below a button: arrow keys move, Escape and Tab close, a click elsewhere too. */
export class Menu {
  private readonly items: readonly HTMLButtonElement[];

  constructor(
    private readonly button: HTMLButtonElement,
    private readonly menu: HTMLElement,
    choose: (action: string) => void,
  ) {
    this.items = Array.from(menu.querySelectorAll<HTMLButtonElement>('[role=menuitem]'));
    button.addEventListener('click', () => (menu.hidden ? this.open(0) : this.close()));
    button.addEventListener('keydown', (event) => {
      if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
      event.preventDefault();
      this.open(event.key === 'ArrowDown' ? 0 : this.items.length - 1);
    });
    menu.addEventListener('keydown', (event) => this.press(event));
    for (const item of this.items) {
      item.addEventListener('click', () => {
        this.close();
        button.focus();
        choose(item.dataset.action ?? '');
      });
    }
    document.addEventListener('pointerdown', (event) => {
      if (
        event.target instanceof Node &&
        !menu.contains(event.target) &&
        !button.contains(event.target)
      )
        this.close();
    });
  }

  close(): void {
    this.menu.hidden = true;
    this.button.setAttribute('aria-expanded', 'false');
  }

  private open(index: number): void {
    this.menu.hidden = false;
    this.button.setAttribute('aria-expanded', 'true');
    this.items[index]?.focus();
  }

  private press(event: KeyboardEvent): void {
    if (event.key === 'Tab') {
      this.close();
      return;
    }
    const at = this.items.findIndex((item) => item === document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (next !== undefined) this.items.at(next === this.items.length ? 0 : next)?.focus();
    else if (event.key === 'Escape') {
      this.close();
      this.button.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
