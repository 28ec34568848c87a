import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Codicon } from './icons';

export type MenuItem = {
  readonly action: string;
  readonly label: string;
  readonly keys?: string;
  /** Whether a line sets it off from what stands above. */
  readonly first?: boolean;
};

type Props = {
  /** Of the button; the menu's is `menuId`. */
  readonly id: string;
  readonly menuId: string;
  readonly label: string;
  readonly menuLabel: string;
  readonly items: readonly MenuItem[];
  readonly disabled: boolean;
  readonly onChoose: (action: string) => void;
};

/**
 * A button with a menu below: arrow keys move, Escape and Tab close, a click elsewhere too. Native
 * buttons: the items of `<vscode-context-menu>` have no role, so a screen reader hears no menu.
 */
export function MenuButton({
  id,
  menuId,
  label,
  menuLabel,
  items,
  disabled,
  onChoose,
}: Props): JSX.Element {
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  /** The item that gets the focus when the menu opens. */
  const [opened, setOpened] = useState<number | undefined>();
  const open = opened !== undefined && !disabled;
  const close = (): void => setOpened(undefined);
  const buttons = (): readonly HTMLButtonElement[] =>
    Array.from(menu.current?.querySelectorAll<HTMLButtonElement>('[role=menuitem]') ?? []);

  useLayoutEffect(() => {
    if (open) buttons().at(opened)?.focus();
  }, [open, opened]);
  useLayoutEffect(() => {
    if (disabled) close();
  }, [disabled]);
  useEffect(() => {
    const elsewhere = ({ target }: PointerEvent): void => {
      const inside = [menu.current, button.current].some(
        (part) => target instanceof Node && part?.contains(target),
      );
      if (!inside) close();
    };
    document.addEventListener('pointerdown', elsewhere);
    return () => document.removeEventListener('pointerdown', elsewhere);
  }, []);

  const press = (event: KeyboardEvent): void => {
    if (event.key === 'Tab') {
      close();
      return;
    }
    const all = buttons();
    const at = all.findIndex((item) => item === document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) all.at(to === all.length ? 0 : to)?.focus();
    else if (event.key === 'Escape') {
      close();
      button.current?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      <button
        type="button"
        class="button primary arrow"
        id={id}
        ref={button}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={menuId}
        disabled={disabled}
        onClick={() => (open ? close() : setOpened(0))}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
          event.preventDefault();
          setOpened(event.key === 'ArrowDown' ? 0 : -1);
        }}
      >
        <Codicon name="chevron-down" />
      </button>
      <div
        class="menu"
        id={menuId}
        ref={menu}
        role="menu"
        aria-label={menuLabel}
        hidden={!open}
        onKeyDown={press}
      >
        {items.flatMap(({ action, label: text, keys, first }) => [
          ...(first === true ? [<hr key={`above ${action}`} />] : []),
          <button
            key={action}
            type="button"
            role="menuitem"
            tabIndex={-1}
            data-action={action}
            onClick={() => {
              close();
              button.current?.focus();
              onChoose(action);
            }}
          >
            <span>{text}</span>
            {keys !== undefined && <kbd>{keys}</kbd>}
          </button>,
        ])}
      </div>
    </>
  );
}
