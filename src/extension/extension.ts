import type * as vscode from 'vscode';
import { Composition } from './composition';

/** What `activate` returns; tests use it to find the engine's process. */
export type ExtensionApi = {
  /** Process id of the running engine, undefined when none runs. */
  readonly engine: () => number | undefined;
};

// VS Code calls deactivate() without arguments and waits for it, which it doesn't for subscriptions.
let composition: Composition | undefined;

export function activate(context: vscode.ExtensionContext): ExtensionApi {
  const parts = new Composition(context);
  composition = parts;
  return { engine: () => parts.engineProcessId };
}

export async function deactivate(): Promise<void> {
  await composition?.shutDown();
  composition = undefined;
}
