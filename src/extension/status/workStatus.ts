import * as vscode from 'vscode';
import type { Device } from '../../shared/settings';
import { SHOW_DEVICES_COMMAND, SHOW_LOG_COMMAND } from '../commands/commandIds';
import { deviceName } from '../devices/deviceNames';
import { Disposable } from '../disposable';
import { pickOne } from '../ui/quickPick';
import { StatusEntry } from '../ui/statusBar';

/** What runs, as the status bar and the list behind it tell it. */
export type Work = {
  /** Brings its view to the front; missing where it has none. */
  readonly reveal?: () => void;
  readonly cancel: () => void;
};

/** One piece of work in the status bar. */
export type WorkEntry = {
  /** "Upscaling 3/24 · 15 s" */
  tell(text: string, isPaused?: boolean): void;
  end(): void;
};

type Running = Work & { text: string; isPaused: boolean };

const CLICK_COMMAND = 'pisaUpscale.showStatus';

/**
 * The one entry of the status bar: what runs, and else the device that computed last. It comes with
 * the first work of a window. A click shows a batch, or lists what can be done.
 */
export class WorkStatus extends Disposable {
  private readonly entry = this.register(
    new StatusEntry('pisaUpscale.status', 'PiSA Upscale', CLICK_COMMAND),
  );
  private readonly running = new Set<Running>();
  private device: string | undefined;

  constructor() {
    super();
    this.register(vscode.commands.registerCommand(CLICK_COMMAND, () => this.clicked()));
    this.register(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration('pisaUpscale.device')) return;
        this.device = undefined;
        this.draw();
      }),
    );
  }

  begin(work: Work): WorkEntry {
    const running: Running = { ...work, text: '', isPaused: false };
    return {
      tell: (text, isPaused = false) => {
        this.running.add(Object.assign(running, { text, isPaused }));
        this.draw();
      },
      end: () => {
        this.running.delete(running);
        this.draw();
      },
    };
  }

  /** Learns where something was computed. */
  computedOn(device: Device, server?: string): void {
    this.device = deviceName(device, server);
    this.draw();
  }

  private draw(): void {
    const [first, ...others] = this.running;
    if (first) {
      const more = others.length === 0 ? '' : ` (+${others.length})`;
      this.entry.show(
        first.isPaused ? 'debug-pause' : 'sync~spin',
        `${first.text}${more}`,
        first.reveal && others.length === 0
          ? vscode.l10n.t('Show the batch')
          : vscode.l10n.t('Show what runs, or cancel it'),
      );
    } else if (this.device !== undefined)
      this.entry.show(
        'chip',
        this.device,
        vscode.l10n.t('PiSA Upscale computes here. Click to see or change the device.'),
      );
    else this.entry.hide();
  }

  private async clicked(): Promise<void> {
    const [first, ...others] = this.running;
    if (first?.reveal && others.length === 0) {
      first.reveal();
      return;
    }
    const command =
      (id: string, ...args: readonly unknown[]) =>
      (): unknown =>
        vscode.commands.executeCommand(id, ...args);
    const chosen = await pickOne<{ label: string; description?: string; run: () => unknown }>(
      [
        ...[...this.running].flatMap(({ text, reveal, cancel }) => [
          ...(reveal ? [{ label: vscode.l10n.t('Show'), description: text, run: reveal }] : []),
          { label: vscode.l10n.t('Cancel'), description: text, run: cancel },
        ]),
        {
          label: vscode.l10n.t('Show Devices'),
          description: vscode.l10n.t('what works on this machine, and how exactly'),
          run: command(SHOW_DEVICES_COMMAND),
        },
        {
          label: vscode.l10n.t('Change Device…'),
          ...(this.device === undefined ? {} : { description: this.device }),
          run: command('workbench.action.openSettings', '@id:pisaUpscale.device'),
        },
        { label: vscode.l10n.t('Show Log'), run: command(SHOW_LOG_COMMAND) },
      ],
      { title: 'PiSA Upscale' },
    );
    await chosen?.run();
  }
}
