import path from 'node:path';
import * as vscode from 'vscode';
import type { PanelSave, PanelSaved, SavedAction } from '../../shared/panelProtocol';
import { phrase } from '../../shared/phrase';
import { RpcError, type CallContext } from '../../shared/rpc';
import type { OutputFormat, UpscaleSettings } from '../../shared/settings';
import { revealFile } from '../commands/revealFile';
import { showFailure } from '../errors/showFailure';
import type { UpscaleJobs } from '../jobs/upscaleJobs';
import type { Log } from '../log';
import { notify } from '../ui/notifications';
import { HeldSave, type SaveOutcome } from './heldSave';
import { toPanelProgress } from './panelFacts';
import { askToSaveChanged, askWhereToSave } from './saving';

/** What a save asks of the panel that it is of. */
export type SavedPanel = {
  readonly settings: () => UpscaleSettings;
  /** That of the original, by its bytes. */
  readonly format: () => Promise<OutputFormat | undefined>;
  /** Whether the original is another than the page shows. */
  readonly hasChanged: () => Promise<boolean>;
};

/** Saves what a panel shows, by the same job as "Upscale Image", and opens what was saved. */
export class PanelSaves {
  /** The file that was written last. */
  private saved: vscode.Uri | undefined;
  private readonly held = new HeldSave((outcome) => this.tellUnheard(outcome));

  constructor(
    private readonly source: vscode.Uri,
    private readonly services: { readonly jobs: UpscaleJobs; readonly log: Log },
    private readonly panel: SavedPanel,
  ) {}

  /** Whether a save goes on. */
  get isRunning(): boolean {
    return this.held.isRunning;
  }

  /** Whether there is a save of which the page of now has not heard. */
  get isUnheard(): boolean {
    return this.held.isUnheard;
  }

  /** The name is empty where the person changed their mind. */
  begin(wanted: PanelSave, context: CallContext): Promise<PanelSaved> {
    return this.held.begin((signal, progress) => this.write(wanted, signal, progress), context);
  }

  /** Ends as the save does that goes on. */
  follow(context: CallContext): Promise<PanelSaved> {
    return this.held.follow(context);
  }

  /** Opens what was saved last, or shows where it lies. */
  async show(action: SavedAction): Promise<void> {
    if (!this.saved)
      throw new RpcError({
        code: 'invalid-request',
        message: phrase`The panel asked for a file that it has not saved. Nothing was changed.`,
      });
    if (action === 'open') await vscode.commands.executeCommand('vscode.open', this.saved);
    else await revealFile(this.saved);
  }

  /** The page is gone; what is being saved goes on. */
  leave(): void {
    this.held.leave();
  }

  /** Ends what runs, for good. */
  dispose(): void {
    this.held.dispose();
  }

  private async write(
    wanted: PanelSave,
    signal: AbortSignal,
    progress: CallContext['progress'],
  ): Promise<PanelSaved> {
    const { source, panel } = this;
    if ((await panel.hasChanged()) && !(await askToSaveChanged(source))) return { fileName: '' };
    const format = await panel.format();
    const overrides = await askWhereToSave(source, wanted, panel.settings(), format);
    if (!overrides || signal.aborted) return { fileName: '' };
    const result = await this.services.jobs.render(source, overrides, signal, (step) =>
      progress(toPanelProgress(step)),
    );
    if (result.skipped) {
      throw new RpcError({
        code: 'output-exists',
        message: vscode.l10n.t(
          '{0} exists already and was left as it is.',
          path.basename(result.output),
        ),
        hint: vscode.l10n.t(
          'The setting pisaUpscale.overwrite says "skip". Use Save As… for another name.',
        ),
      });
    }
    this.saved = vscode.Uri.file(result.output);
    return { fileName: path.basename(result.output) };
  }

  /** Who is elsewhere learns how it ended, too. */
  private tellUnheard(outcome: SaveOutcome): void {
    const told =
      outcome.kind === 'failed' ? showFailure(outcome.error, {}) : this.tellSaved(outcome.fileName);
    told.catch((error: unknown) => this.services.log.error('save', error));
  }

  private async tellSaved(fileName: string): Promise<void> {
    const open = vscode.l10n.t('Open');
    const { saved } = this;
    const answer = await notify('information', vscode.l10n.t('Saved {0}', fileName), open);
    if (answer === open && saved) await vscode.commands.executeCommand('vscode.open', saved);
  }
}
