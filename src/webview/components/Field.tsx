import type { ComponentChildren, JSX } from 'preact';
import { Select, type SelectProps } from './Select';

type Props = {
  readonly label: string;
  /** Id of a native control that the label is of; others name themselves. */
  readonly of?: string;
  /** Whether the label is read, too: of a value that is no control. */
  readonly spoken?: boolean;
  readonly children: ComponentChildren;
};

/** A row of a form: what it is about, and the control. */
export const Field = ({ label, of, spoken = false, children }: Props): JSX.Element => (
  <>
    {of === undefined ? (
      <span class="key" aria-hidden={!spoken}>
        {label}
      </span>
    ) : (
      <label class="key" for={of}>
        {label}
      </label>
    )}
    {children}
  </>
);

/** A row with a drop-down list. */
export const SelectField = <T extends string>(props: SelectProps<T>): JSX.Element => (
  <Field label={props.label}>
    <Select {...props} />
  </Field>
);
