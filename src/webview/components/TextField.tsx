import '../elements';
import type { VscodeTextfield } from '@vscode-elements/elements/dist/vscode-textfield/vscode-textfield.js';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { LONGEST_PROMPT } from '../../shared/settings';

type Props = {
  readonly id: string;
  readonly label: string;
  readonly placeholder: string;
  readonly tooltip: string;
  readonly value: string;
  readonly disabled: boolean;
  /** With Enter, or when the field is left. */
  readonly onCommit: (value: string) => void;
};

/** A field for words, which count once they are finished; Escape takes back what was typed. */
export function TextField({
  id,
  label,
  placeholder,
  tooltip,
  value,
  disabled,
  onCommit,
}: Props): JSX.Element {
  const field = useRef<VscodeTextfield>(null);
  useLayoutEffect(() => {
    const { current } = field;
    if (!current) return;
    if (document.activeElement !== current) current.value = value;
    // References don't reach into the element, so its own field is told what a screen reader reads.
    void current.updateComplete.then(() => {
      current.wrappedElement.setAttribute('aria-label', label);
      current.wrappedElement.setAttribute('aria-description', tooltip);
    });
  }, [value, label, tooltip]);
  const commit = (typed: string): void => {
    if (typed !== value) onCommit(typed);
  };
  return (
    <vscode-textfield
      id={id}
      ref={field}
      placeholder={placeholder}
      maxLength={LONGEST_PROMPT}
      disabled={disabled}
      data-tip={tooltip}
      onBlur={({ currentTarget }) => commit(currentTarget.value)}
      onKeyDown={({ key, isComposing, currentTarget }) => {
        if (isComposing) return;
        if (key === 'Enter') commit(currentTarget.value);
        else if (key === 'Escape') currentTarget.value = value;
      }}
    />
  );
}
