import '../elements';
import type { VscodeTextfield } from '@vscode-elements/elements/dist/vscode-textfield/vscode-textfield.js';
import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

type Props = {
  readonly id: string;
  readonly label: string;
  readonly minimum: number;
  readonly maximum: number;
  /** Shown while nobody types in the field, and where `problem` is empty. */
  readonly value: number;
  /** Why what stands there can't be taken; empty for what can. */
  readonly problem: string;
  readonly disabled: boolean;
  /** At each key; NaN for what is no number. */
  readonly onType: (value: number) => void;
  /** Takes back what is being typed. */
  readonly onEscape: () => void;
  /** Stands before the number. */
  readonly children?: ComponentChildren;
};

/** A field for a number that stays as it was typed, and says what is wrong with it. */
export function NumberField({
  id,
  label,
  minimum,
  maximum,
  value,
  problem,
  disabled,
  onType,
  onEscape,
  children,
}: Props): JSX.Element {
  const field = useRef<VscodeTextfield>(null);
  useLayoutEffect(() => {
    const { current } = field;
    if (!current) return;
    if (document.activeElement !== current && problem === '') current.value = String(value);
    void current.updateComplete.then(() => describe(current.wrappedElement, label, problem));
  }, [value, problem, label]);
  return (
    <vscode-textfield
      id={id}
      ref={field}
      type="number"
      min={minimum}
      max={maximum}
      step={0.01}
      disabled={disabled}
      invalid={problem !== ''}
      onInput={({ currentTarget }) => onType(numberIn(currentTarget.value))}
      onBlur={({ currentTarget }) => {
        // What was typed just before is not drawn yet, so it is judged anew.
        const typed = numberIn(currentTarget.value);
        if (typed >= minimum && typed <= maximum) currentTarget.value = String(typed);
      }}
      onKeyDown={({ key, currentTarget }) => {
        if (key !== 'Escape') return;
        currentTarget.value = String(value);
        onEscape();
      }}
    >
      {children}
    </vscode-textfield>
  );
}

const numberIn = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));

/** References don't reach into the element, so its own field is told what a screen reader reads. */
function describe(input: HTMLInputElement, label: string, problem: string): void {
  input.setAttribute('aria-label', label);
  input.setAttribute('aria-invalid', String(problem !== ''));
  if (problem === '') input.removeAttribute('aria-description');
  else input.setAttribute('aria-description', problem);
}
