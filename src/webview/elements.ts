/**
 * The elements of VS Code's look that the pages use: this registers them in the browser and tells
 * TSX their properties. Each entry names what the pages set; an element's own documentation has
 * more. A new one is an import and a line.
 */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-option/index.js';
import '@vscode-elements/elements/dist/vscode-progress-bar/index.js';
import '@vscode-elements/elements/dist/vscode-single-select/index.js';
import '@vscode-elements/elements/dist/vscode-textfield/index.js';
import type { VscodeButton } from '@vscode-elements/elements/dist/vscode-button/vscode-button.js';
import type { VscodeOption } from '@vscode-elements/elements/dist/vscode-option/vscode-option.js';
import type { VscodeProgressBar } from '@vscode-elements/elements/dist/vscode-progress-bar/vscode-progress-bar.js';
import type { VscodeSingleSelect } from '@vscode-elements/elements/dist/vscode-single-select/vscode-single-select.js';
import type { VscodeTextfield } from '@vscode-elements/elements/dist/vscode-textfield/vscode-textfield.js';
import type { HTMLAttributes } from 'preact';

/** What every HTML element takes, and these properties of `E`. */
type Props<E extends HTMLElement, Name extends keyof E> = Omit<HTMLAttributes<E>, Name> & {
  readonly [N in Name]?: E[N];
};

declare module 'preact' {
  // What another module declares in a namespace can be added to in a namespace only.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace JSX {
    interface IntrinsicElements {
      'vscode-button': Props<VscodeButton, 'disabled' | 'icon' | 'iconOnly' | 'secondary'>;
      'vscode-option': Props<VscodeOption, 'description' | 'disabled' | 'selected' | 'value'>;
      'vscode-progress-bar': Props<VscodeProgressBar, 'indeterminate' | 'max' | 'value'>;
      'vscode-single-select': Props<VscodeSingleSelect, 'disabled' | 'label' | 'value'>;
      'vscode-textfield': Props<
        VscodeTextfield,
        | 'disabled'
        | 'invalid'
        | 'label'
        | 'max'
        | 'maxLength'
        | 'min'
        | 'placeholder'
        | 'step'
        | 'type'
        | 'value'
      >;
    }
  }
}
