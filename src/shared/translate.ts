/**
 * `vscode.l10n.t`, given to code that must not import vscode so that it can be tested outside the
 * editor.
 */
export type Translate = (message: string, ...values: (string | number)[]) => string;

/** Fills `{0}`, `{1}` … and leaves the language as it is. */
export const untranslated: Translate = (message, ...values) =>
  message.replace(/\{(\d+)\}/g, (placeholder, index: string) =>
    String(values[Number(index)] ?? placeholder),
  );
