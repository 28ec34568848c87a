import '../elements';
import type { ComponentChildren, JSX } from 'preact';
import { tip } from './tip';

type Props = {
  readonly children: ComponentChildren;
  readonly onPress: () => void;
  readonly id?: string;
  /** Names the button where pages and tests look for what it does. */
  readonly action?: string;
  readonly tooltip?: string;
  /** The same on a page without tooltips of its own. */
  readonly title?: string;
  readonly secondary?: boolean;
  readonly disabled?: boolean;
  readonly class?: string;
};

/** VS Code's button, which does nothing while it is disabled, however it is pressed. */
export const Button = ({
  children,
  onPress,
  id,
  action,
  tooltip,
  title,
  secondary = false,
  disabled = false,
  class: name,
}: Props): JSX.Element => (
  <vscode-button
    {...(id === undefined ? {} : { id })}
    {...(name === undefined ? {} : { class: name })}
    {...(action === undefined ? {} : { 'data-action': action })}
    {...(tooltip === undefined ? {} : tip(tooltip))}
    {...(title === undefined ? {} : { title })}
    secondary={secondary}
    disabled={disabled}
    aria-disabled={disabled}
    onClick={() => {
      if (!disabled) onPress();
    }}
    onKeyDown={(event: KeyboardEvent) => {
      // The element presses itself by Space; the page would be scrolled by it, too.
      if (event.key === ' ') event.preventDefault();
    }}
  >
    {children}
  </vscode-button>
);
