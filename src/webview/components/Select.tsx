import '../elements';
import type { VscodeSingleSelect } from '@vscode-elements/elements/dist/vscode-single-select/vscode-single-select.js';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

export type Option<T extends string> = { readonly value: T; readonly label: string };

export type SelectProps<T extends string> = {
  readonly id: string;
  /** For screen readers; a visible label may say the same. */
  readonly label: string;
  readonly options: readonly Option<T>[];
  readonly value: T;
  readonly onChoose: (value: T) => void;
  readonly tooltip?: string | undefined;
  readonly disabled?: boolean;
};

/** VS Code's drop-down list of a few values. */
export function Select<T extends string>({
  id,
  label,
  options,
  value,
  onChoose,
  tooltip,
  disabled = false,
}: SelectProps<T>): JSX.Element {
  const element = useRef<VscodeSingleSelect>(null);
  const shown = useRef('');
  const key = JSON.stringify(options);
  useLayoutEffect(() => {
    const select = element.current;
    if (!select) return;
    if (shown.current !== key) {
      shown.current = key;
      select.options = options.map((option) => ({
        ...option,
        description: '',
        selected: false,
        disabled: false,
      }));
    }
    if (select.value !== value) select.value = value;
    // Setting it notes where Tab stood, so it is only told what changes.
    if (select.disabled !== disabled) select.disabled = disabled;
  });
  return (
    <vscode-single-select
      id={id}
      ref={element}
      // Without it, having been disabled once would take it out of Tab's way for good.
      tabIndex={0}
      label={label}
      data-tip={tooltip}
      onChange={({ currentTarget }) => {
        const chosen = options.find((option) => option.value === currentTarget.value);
        if (chosen) onChoose(chosen.value);
      }}
    />
  );
}
