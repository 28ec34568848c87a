import type * as vscode from 'vscode';
import type { BatchHost } from './batch/batchHost';
import { Composition } from './composition';

/** What `activate` returns; tests use it to find the engine's process. */
export type ExtensionApi = {
  /** Process id of the running engine, undefined when none runs. */
  readonly engine: () => number | undefined;
  /** What answers the batch view of a folder, undefined when none is open. */
  readonly batch: (root: string) => BatchHost | undefined;
};

// VS Code calls deactivate() without arguments and waits for it, which it doesn't for
// subscriptions.
let composition: Composition | undefined;

export function activate(context: vscode.ExtensionContext): ExtensionApi {
  const parts = new Composition(context);
  composition = parts;
  void parts.batches.offerResume();
  return { engine: () => parts.engineProcessId, batch: (root) => parts.batches.hostOf(root) };
}

export async function deactivate(): Promise<void> {
  await composition?.shutDown();
  composition = undefined;
}
