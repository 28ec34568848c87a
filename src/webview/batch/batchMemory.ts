import { SHOWN, type BatchFilter } from './batchModel';

/** What VS Code gives a webview. */
export type WebviewApi = {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
};

/** What a person chose in the view. */
export type BatchChoices = { readonly filter?: BatchFilter; readonly unticked: readonly string[] };

/** Keeps the choices over a restart, with the place that the host needs to make the view anew. */
export function remember(vscode: WebviewApi, place: unknown, choices: BatchChoices): void {
  vscode.setState({ place, ...choices });
}

/** What was kept, as far as it makes sense. */
export function recall(vscode: WebviewApi): BatchChoices {
  const state = vscode.getState();
  if (typeof state !== 'object' || state === null) return { unticked: [] };
  const { filter, unticked } = state as { readonly filter?: unknown; readonly unticked?: unknown };
  return {
    ...(isFilter(filter) ? { filter } : {}),
    unticked: Array.isArray(unticked)
      ? unticked.filter((id): id is string => typeof id === 'string')
      : [],
  };
}

function isFilter(value: unknown): value is BatchFilter {
  if (typeof value !== 'object' || value === null) return false;
  const { text, type, shown, minimum } = value as { readonly [key: string]: unknown };
  return (
    typeof text === 'string' &&
    typeof type === 'string' &&
    typeof minimum === 'number' &&
    SHOWN.some((one) => one === shown)
  );
}
