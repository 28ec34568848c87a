import type * as vscode from 'vscode';
import { COMPARISON_VIEW } from '../contributedIds';
import { Disposable } from '../disposable';
import { createPanel } from '../ui/panels';
import type { PanelCommand } from '../../shared/panelCommands';
import { fromStored, keyOf, previewOf, titleOf, toStored, type Comparison } from './comparison';
import { ComparisonPanel, type PanelServices } from './comparisonPanel';
import { ComparisonSessions } from './comparisonSessions';

/**
 * The open comparisons: one panel for each picture or pair, those that come back after a restart,
 * and the custom editor's.
 */
export class ComparisonPanels extends Disposable implements vscode.WebviewPanelSerializer {
  private readonly open = new Map<string, ComparisonPanel>();
  private readonly sessions: ComparisonSessions;
  /** Also of custom editors. */
  private readonly shown = new Set<ComparisonPanel>();

  constructor(
    private readonly services: PanelServices,
    state: vscode.Memento,
  ) {
    super();
    this.sessions = new ComparisonSessions(state);
  }

  /** Opens a panel; the one that shows the same is closed, unless nothing about it would change. */
  async show(comparison: Comparison): Promise<void> {
    const existing = this.open.get(keyOf(comparison));
    if (existing && isPlain(comparison)) {
      existing.reveal();
      return;
    }
    existing?.close();
    await this.fill(createPanel(COMPARISON_VIEW, titleOf(comparison)), comparison);
  }

  /** Has the comparison in front do something; without one nothing happens. */
  command(command: PanelCommand): void {
    for (const panel of this.shown) if (panel.isActive) panel.command(command);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const word =
      typeof state === 'object' && state !== null && 'session' in state ? state.session : undefined;
    const comparison = fromStored(this.sessions.recall(word));
    if (comparison) await this.fill(panel, comparison);
    else this.register(ComparisonPanel.showLost(panel, this.services));
  }

  /** Fills a custom editor that VS Code opened for a picture. */
  async fillEditor(uri: vscode.Uri, panel: vscode.WebviewPanel): Promise<void> {
    this.register(
      this.keep(panel, await ComparisonPanel.show(panel, previewOf(uri), this.services, undefined)),
    );
  }

  override dispose(): void {
    for (const panel of [...this.open.values()]) panel.dispose();
    super.dispose();
  }

  private keep(panel: vscode.WebviewPanel, shown: ComparisonPanel): ComparisonPanel {
    if (shown.isClosed) return shown;
    this.shown.add(shown);
    panel.onDidDispose(() => this.shown.delete(shown));
    return shown;
  }

  private async fill(panel: vscode.WebviewPanel, comparison: Comparison): Promise<void> {
    let key = keyOf(comparison);
    let isClosed = false;
    panel.onDidDispose(() => (isClosed = true));
    const closed = (): boolean => isClosed;
    const word = await this.sessions.remember(toStored(comparison));
    if (closed()) return;
    const onStep = async (next: Comparison): Promise<void> => {
      if (this.open.get(key) === shown) this.open.delete(key);
      key = keyOf(next);
      this.open.get(key)?.close();
      this.open.set(key, shown);
      await this.sessions.replace(word, toStored(next));
    };
    const shown: ComparisonPanel = this.keep(
      panel,
      await ComparisonPanel.show(panel, comparison, this.services, word, onStep),
    );
    // What was closed while its pictures were read could never be brought to the front again.
    if (closed()) return;
    this.open.set(key, shown);
    panel.onDidDispose(() => this.open.get(key) === shown && this.open.delete(key));
  }
}

/** Whether a comparison asks for nothing but its pictures. */
const isPlain = (comparison: Comparison): boolean =>
  comparison.kind === 'revision' ||
  (comparison.kind === 'pair' && !comparison.series) ||
  (comparison.kind === 'preview' &&
    comparison.wish.model === undefined &&
    comparison.wish.guidance === undefined &&
    comparison.selection.length === 0);
