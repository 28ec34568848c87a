import assert from 'node:assert/strict';
import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
} from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { scratchOf } from '../../harness/scratch';
import type { BatchHost } from '../../../src/extension/batch/batchHost';
import type { UpscaleResult } from '../../../src/shared/engineProtocol';
import type { Size } from '../../../src/shared/geometry';

export type ExtensionApi = {
  engine(): number | undefined;
  batch(root: string): BatchHost | undefined;
};

export const EXTENSION_ID = 'pisa-upscale.pisa-upscale';

/** The folder that is open; the runner made it, with its pictures in `pictures/`. */
export function workspaceFolder(): string {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'no folder is open');
  return folder.uri.fsPath;
}

export async function activate(): Promise<ExtensionApi> {
  const extension = vscode.extensions.getExtension<ExtensionApi>(EXTENSION_ID);
  assert.ok(extension, `${EXTENSION_ID} is not installed`);
  return extension.activate();
}

/** A new folder inside the workspace with copies of these pictures of the runner. */
export function freshFolder(...pictures: string[]): string {
  const folder = mkdtempSync(path.join(workspaceFolder(), 'case-'));
  for (const name of pictures)
    copyFileSync(path.join(workspaceFolder(), 'pictures', name), path.join(folder, name));
  return folder;
}

/**
 * Runs the command on files and folders the way the explorer calls it: the clicked one, then all
 * selected.
 */
export async function upscale(...files: string[]): Promise<UpscaleResult[]> {
  const uris = files.map((file) => vscode.Uri.file(file));
  const selection = uris.length > 1 ? [uris] : [];
  const results = await vscode.commands.executeCommand<UpscaleResult[] | undefined>(
    'pisaUpscale.upscaleImage',
    uris[0],
    ...selection,
  );
  return results ?? [];
}

/** Runs "Upscale Image As…" on one file with a kind that needs no more questions. */
export async function upscaleAs(kind: string, file: string): Promise<UpscaleResult[]> {
  const results = await vscode.commands.executeCommand<UpscaleResult[] | undefined>(
    'pisaUpscale.upscaleImageAs',
    vscode.Uri.file(file),
    [],
    kind,
  );
  return results ?? [];
}

/** Width and height from the header of a PNG file, without decoding it. */
export function pngSize(file: string): Size {
  const header = Buffer.alloc(24);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, header, 0, header.length, 0);
  } finally {
    closeSync(descriptor);
  }
  assert.equal(header.toString('latin1', 1, 4), 'PNG', `${file} is not a PNG file`);
  return { width: header.readUInt32BE(16), height: header.readUInt32BE(20) };
}

/** What a process has used of the processor so far, in seconds; where nobody tells, more than any. */
export function processorSeconds(pid: number): number {
  if (process.platform !== 'linux') return Infinity;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Behind the name, which may hold anything: user and system time, in hundredths.
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) / 100;
}

export const listing = (folder: string): string[] => readdirSync(folder).sort();

/** Scratch folders of this extension host's jobs. */
export const scratchFolders = (): string[] => scratchOf(process.pid);

export async function useModel(model: string | undefined): Promise<void> {
  await vscode.workspace
    .getConfiguration('pisaUpscale')
    .update('model', model, vscode.ConfigurationTarget.Workspace);
}

export const delay = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits until `condition` holds; fails with `what` after `timeout` ms. */
export async function until(
  condition: () => boolean,
  what: string,
  timeout = 120_000,
): Promise<void> {
  const end = Date.now() + timeout;
  while (!condition()) {
    if (Date.now() > end) assert.fail(`not within ${timeout / 1000} s: ${what}`);
    await delay(50);
  }
}
