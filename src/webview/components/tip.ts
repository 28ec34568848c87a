/**
 * What makes a control show `text` as its tooltip, see `Tooltip`. It is also the control's
 * description for screen readers, unless its name says the same already.
 */
export const tip = (
  text: string,
  name?: string,
): { readonly 'data-tip': string; readonly 'aria-description': string | undefined } => ({
  'data-tip': text,
  'aria-description': text === '' || text === name ? undefined : text,
});
