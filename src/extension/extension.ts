import * as vscode from 'vscode';
import { hasJournals } from '../batch/journalFiles';
import { stateFolder } from '../batch/stateRoot';
import type { BatchHost } from './batch/batchHost';
import type { Composition } from './composition';
import { registerEntries } from './entries';

/** What `activate` returns; tests use it to find the engine's process. */
export type ExtensionApi = {
  /** Process id of the running engine, undefined when none runs. */
  readonly engine: () => number | undefined;
  /** What answers the batch view of a folder, undefined when none is open. */
  readonly batch: (root: string) => BatchHost | undefined;
};

// VS Code calls deactivate() without arguments and waits for it, which it doesn't for
// subscriptions.
let loading: Promise<Composition> | undefined;

/** Registers names; everything else is in a bundle of its own, which the first use loads. */
export function activate(context: vscode.ExtensionContext): ExtensionApi {
  let parts: Composition | undefined;
  const load = (): Promise<Composition> =>
    (loading ??= import('./composition').then(
      ({ Composition: Parts }) => (parts = new Parts(context)),
    ));
  context.subscriptions.push(registerEntries(load));
  void offerResume(load);
  return { engine: () => parts?.engineProcessId, batch: (root) => parts?.batches.hostOf(root) };
}

export async function deactivate(): Promise<void> {
  const parts = await loading?.catch(() => undefined);
  await parts?.shutDown();
  loading = undefined;
}

/** Looks for files of interrupted batches; only where there are some is anything loaded for them. */
async function offerResume(load: () => Promise<Composition>): Promise<void> {
  const found = await Promise.all(
    (vscode.workspace.workspaceFolders ?? [])
      .filter(({ uri }) => uri.scheme === 'file')
      .map(({ uri }) => hasJournals(stateFolder(uri.fsPath, uri.fsPath))),
  );
  if (found.includes(true)) await (await load()).batches.offerResume();
}
