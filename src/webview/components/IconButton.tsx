import type { ComponentChildren, JSX, Ref } from 'preact';
import { tip } from './tip';

type Props = {
  readonly id: string;
  /** Also its tooltip. */
  readonly label: string;
  readonly children: ComponentChildren;
  /** Of a switch. */
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  readonly onPress: () => void;
  readonly buttonRef?: Ref<HTMLButtonElement>;
};

/**
 * A square button of a toolbar. A native one: `<vscode-toolbar-button>` can neither be disabled nor
 * focused from outside, nor described.
 */
export const IconButton = ({
  id,
  label,
  children,
  pressed,
  disabled = false,
  onPress,
  buttonRef,
}: Props): JSX.Element => (
  <button
    type="button"
    class="tool square"
    id={id}
    aria-label={label}
    aria-pressed={pressed}
    disabled={disabled}
    onClick={onPress}
    ref={buttonRef ?? null}
    {...tip(label, label)}
  >
    {children}
  </button>
);
