import type { ComponentChildren, JSX, TargetedKeyboardEvent } from 'preact';
import { tip } from './tip';

export type Choice<T extends string> = {
  readonly value: T;
  readonly content: ComponentChildren;
  readonly tooltip?: string;
  readonly disabled?: boolean;
};

type Props<T extends string> = {
  readonly id: string;
  readonly label: string;
  readonly class: string;
  /** Of each button. */
  readonly buttonClass?: string;
  /** `data-` attribute that holds each button's value. */
  readonly name: 'mode' | 'preset' | 'with';
  readonly choices: readonly Choice<T>[];
  /** May be no button's value: then the first one that can be used takes Tab. */
  readonly chosen: T | undefined;
  readonly onChoose: (value: T) => void;
};

/**
 * Buttons of which one is chosen: arrow keys, Home and End move and choose, Tab enters at the
 * chosen one.
 */
export function RadioGroup<T extends string>({
  id,
  label,
  class: name,
  buttonClass,
  name: attribute,
  choices,
  chosen,
  onChoose,
}: Props<T>): JSX.Element {
  const usable = choices.filter(({ disabled }) => disabled !== true);
  const entry = usable.find(({ value }) => value === chosen) ?? usable[0];
  const move = (event: TargetedKeyboardEvent<HTMLElement>): void => {
    const buttons = Array.from(
      event.currentTarget.querySelectorAll<HTMLButtonElement>('[role=radio]:enabled'),
    );
    const to = next(
      event,
      buttons.findIndex((button) => button === document.activeElement),
      buttons.length,
    );
    const choice = to === undefined ? undefined : usable[to];
    if (to === undefined || !choice) return;
    event.preventDefault();
    buttons[to]?.focus();
    onChoose(choice.value);
  };
  return (
    <div class={name} role="radiogroup" aria-label={label} id={id} onKeyDown={move}>
      {choices.map(({ value, content, tooltip, disabled = false }) => (
        <button
          key={value}
          type="button"
          class={buttonClass}
          role="radio"
          aria-checked={value === chosen}
          tabIndex={value === entry?.value ? 0 : -1}
          disabled={disabled}
          onClick={() => onChoose(value)}
          {...{ [`data-${attribute}`]: value }}
          {...(tooltip === undefined ? {} : tip(tooltip))}
        >
          {content}
        </button>
      ))}
    </div>
  );
}

function next(event: KeyboardEvent, at: number, count: number): number | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey || count === 0) return undefined;
  const to = {
    ArrowRight: at + 1,
    ArrowDown: at + 1,
    ArrowLeft: at - 1,
    ArrowUp: at - 1,
    Home: 0,
    End: count - 1,
  }[event.key];
  return to === undefined ? undefined : (to + count) % count;
}
