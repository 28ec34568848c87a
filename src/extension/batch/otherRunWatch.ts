import path from 'node:path';
import * as vscode from 'vscode';
import { RunFollower, type FollowedState } from '../../batch/runs/follow';
import type { RunEntry } from '../../batch/runs/runEntry';
import type { OtherRunView } from '../../shared/batchProtocol';

const LOOK_MS = 1000;

export type OtherRunPorts = {
  /** The run that is in the way now, if any. */
  readonly inTheWay: () => Promise<RunEntry | undefined>;
  /** `changed`: what became of outputs, by absolute path. */
  readonly onLook: (other: OtherRunView, changed: ReadonlyMap<string, FollowedState>) => void;
  /** No run is in the way any more. */
  readonly onEnd: () => void;
};

/**
 * Keeps an eye on a run of another process that is in the way of a batch, through what both have on
 * disk, until it ends.
 */
export class OtherRunWatch {
  private follower: { readonly token: string; readonly of: RunFollower } | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isOver = false;

  constructor(
    private readonly folder: string,
    private readonly ports: OtherRunPorts,
  ) {
    this.later(0);
  }

  dispose(): void {
    this.isOver = true;
    clearTimeout(this.timer);
  }

  /** It may have been while something was awaited. */
  private isDisposed(): boolean {
    return this.isOver;
  }

  private later(milliseconds: number): void {
    if (!this.isOver) this.timer = setTimeout(() => void this.look(), milliseconds);
  }

  private async look(): Promise<void> {
    const other = await this.ports.inTheWay().catch(() => undefined);
    if (this.isDisposed()) return;
    if (!other) {
      this.dispose();
      this.ports.onEnd();
      return;
    }
    const { token } = other.holder;
    if (this.follower?.token !== token) this.follower = { token, of: new RunFollower(other) };
    const { done, total, changed } = await this.follower.of.look();
    if (this.isDisposed()) return;
    const view = {
      text: otherRunText(other, this.folder),
      done,
      ...(total === undefined ? {} : { total }),
    };
    const absolute = [...changed].map(
      ([output, state]) => [path.join(other.scope.outputRoot, output), state] as const,
    );
    this.ports.onLook(view, new Map(absolute));
    this.later(LOOK_MS);
  }
}

/** Who is in the way of a batch on `folder`. */
export function otherRunText({ holder, place, root }: RunEntry, folder: string): string {
  const name = path.basename(root);
  const isHere = root === folder;
  if (holder.pid === process.pid)
    return vscode.l10n.t('Another batch of this window is upscaling {0}.', name);
  if (place === 'terminal')
    return isHere
      ? vscode.l10n.t('A command line is upscaling this folder.')
      : vscode.l10n.t(
          'A command line is upscaling {0}, which has files in common with this.',
          name,
        );
  return isHere
    ? vscode.l10n.t('Another window is upscaling this folder.')
    : vscode.l10n.t('Another window is upscaling {0}, which has files in common with this.', name);
}
